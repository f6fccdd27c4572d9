import Foundation
public import ThalwegTraining

/// When a point of a training run is kept beside those at the ends of epochs. As text: a number of steps, or `peak`.
public enum SnapshotTime: Sendable, Hashable, CustomStringConvertible {
  /// After so many steps since the start of the run; 0 is the first point.
  case step(Int)
  /// Before the first step with the schedule's largest rate.
  case peak

  /// Reads times separated by spaces.
  public static func list(_ text: String) throws(SettingError) -> [SnapshotTime] {
    var times: [SnapshotTime] = []
    for word in text.split(separator: " ") {
      if word == "peak" {
        times.append(.peak)
      } else if let step = Int(word), step >= 0 {
        times.append(.step(step))
      } else {
        throw SettingError(
          "checkpoint-at", found: text, expected: "numbers of steps or peak, separated by spaces, such as '0 100 peak'")
      }
    }
    return times
  }

  /// The number of steps made by then.
  public func stepCount(of schedule: any Schedule, in horizon: Horizon) -> Int {
    switch self {
    case .step(let count): count
    case .peak: schedule.peak(in: horizon).step
    }
  }

  /// How the names of checkpoints of numbered steps begin.
  static let stepPrefix = "step-"

  /// The name of the checkpoint; names sort like steps.
  var checkpointName: String {
    switch self {
    case .step(let count): Self.stepPrefix + String(repeating: "0", count: max(0, 8 - "\(count)".count)) + "\(count)"
    case .peak: "peak"
    }
  }

  /// The text.
  public var description: String {
    switch self {
    case .step(let count): "\(count)"
    case .peak: "peak"
    }
  }
}
