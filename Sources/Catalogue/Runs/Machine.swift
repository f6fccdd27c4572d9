import Foundation

/// What a run's record says of the computer and the program.
public enum Machine {
  /// The program's version.
  public static let version = "0.1.0"

  /// Number of cores that this process may use.
  public static var coreCount: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }

  /// Processor, cores, memory and system.
  public static var description: [String: String] {
    [
      "processor": processor, "cores": "\(coreCount)",
      "memory": "\(ProcessInfo.processInfo.physicalMemory >> 20) MiB",
      "system": ProcessInfo.processInfo.operatingSystemVersionString,
    ]
  }

  /// Versions of the program and the compiler's language.
  public static var versions: [String: String] { ["thalweg": version] }

  /// Largest memory that this process has occupied so far, in bytes; `nil` where the system does not tell.
  public static var peakMemoryBytes: Int? { statusBytes("VmHWM:") }

  /// Memory that this process occupies now, in bytes; `nil` where the system does not tell.
  public static var memoryBytes: Int? { statusBytes("VmRSS:") }

  private static var processor: String {
    let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
    let name = lines.first { $0.hasPrefix("model name") }?.split(separator: ":").last
    return name.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
  }

  private static func statusBytes(_ key: String) -> Int? {
    let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let lines = status?.split(separator: "\n") ?? []
    guard let line = lines.first(where: { $0.hasPrefix(key) }) else { return nil }
    let fields = line.dropFirst(key.count).split(whereSeparator: \.isWhitespace)
    return fields.first.flatMap { Int($0) }.map { $0 << 10 }
  }
}
