import Foundation

/// Processor time used by others while a row ran.
struct Load {
  private let busy: Double
  private let own: Double
  private let time: Double

  init() {
    busy = Load.machineSeconds()
    own = Load.ownSeconds()
    time = Double(DispatchTime.now().uptimeNanoseconds) * 1e-9
  }

  /// Cores that others kept busy, on average, since this value was made.
  func foreignCores() -> Double {
    let now = Load()
    let elapsed = max(1e-3, now.time - time)
    return max(0, (now.busy - busy - (now.own - own)) / elapsed)
  }

  /// Seconds that all cores of the machine have worked, stolen time included.
  private static func machineSeconds() -> Double {
    guard let text = try? String(contentsOfFile: "/proc/stat", encoding: .utf8),
      let line = text.split(separator: "\n").first
    else { return 0 }
    let ticks = line.split(separator: " ").dropFirst().compactMap { Double($0) }
    guard ticks.count >= 8 else { return 0 }
    return (ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6] + ticks[7]) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  private static func ownSeconds() -> Double {
    var usage = rusage()
    getrusage(numericCast(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ t: timeval) -> Double { Double(t.tv_sec) + Double(t.tv_usec) * 1e-6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }

  /// Largest memory of this process so far, in MB.
  static func peakMegabytes() -> Double {
    var usage = rusage()
    getrusage(numericCast(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) / 1024
  }
}
