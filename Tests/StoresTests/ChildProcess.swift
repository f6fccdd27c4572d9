import Foundation

/// The program `StoresKillHelper`, built beside the tests, in a process of its own.
struct ChildProcess {
  let process = Process()
  let input = Pipe()
  let output = Pipe()

  static var executable: String? {
    // The tests run from the folder of build products, whatever the runner's own program is.
    let candidates =
      [
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
        CommandLine.arguments.first, Bundle.main.executablePath,
      ] + CommandLine.arguments.map { Optional($0) }
    return candidates.compactMap { $0 }.map {
      URL(fileURLWithPath: $0).deletingLastPathComponent().appendingPathComponent("StoresKillHelper").path
    }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  init(_ arguments: String...) throws {
    guard let executable = Self.executable else { throw CocoaError(.fileNoSuchFile) }
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.standardInput = input
    process.standardOutput = output
    try process.run()
  }

  /// Waits for the end; the exit status and what was printed.
  func finish() throws -> (status: Int32, text: String) {
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text.trimmingCharacters(in: .whitespacesAndNewlines))
  }

  /// Kills the process; whether it was still running then.
  func kill(after seconds: Double) -> Bool {
    usleep(UInt32(seconds * 1e6))
    Glibc.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    return process.terminationReason == .uncaughtSignal
  }

  /// Waits until the process prints something.
  func waitForOutput() {
    _ = output.fileHandleForReading.availableData
  }
}
