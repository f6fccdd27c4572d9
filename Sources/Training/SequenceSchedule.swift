public import ThalwegCalls

/// One schedule after another: `sequence(constant(0.01), cosine(0.1), epochs: 5)`.
///
/// All schedules but the last have a number of epochs; the last has the rest of the run. Each sees its own
/// part as if it were a whole run. Parts that would begin after the end of the run are not met, and a part
/// that the end cuts keeps the length that is written.
public struct SequenceSchedule: Schedule {
  /// The name in front of the arguments.
  public static let keyword = "sequence"

  /// The schedules in order.
  public let schedules: [any Schedule]
  /// The number of epochs of all schedules but the last.
  public let epochCounts: [Int]

  /// A sequence of `schedules`, of which all but the last have a number of epochs, at least 1.
  public init(_ schedules: [any Schedule], epochCounts: [Int]) {
    precondition(
      !schedules.isEmpty && schedules.count == epochCounts.count + 1,
      "\(schedules.count) schedules need one number of epochs less, not \(epochCounts.count)")
    precondition(epochCounts.allSatisfy { $0 > 0 }, "a part of \(epochCounts) epochs is empty")
    self.schedules = schedules
    self.epochCounts = epochCounts
  }

  /// Reads the arguments of the schedule's text.
  public init(_ arguments: inout CallArguments) throws(CallError) {
    schedules = try arguments.scheduleList()
    epochCounts = try arguments.counts("epochs")
    guard epochCounts.count == schedules.count - 1, epochCounts.allSatisfy({ $0 > 0 }) else {
      throw arguments.badValue(
        "epochs", epochCounts.map(String.init).joined(separator: " "),
        expected: "a number ≥ 1 for each schedule but the last")
    }
  }

  /// The rate of `iteration`.
  public func rate(at iteration: Int, in horizon: Horizon) -> Double {
    let perEpoch = horizon.iterationsPerEpoch
    var (first, part) = (0, 0)
    while part < epochCounts.count, iteration - first >= epochCounts[part] * perEpoch {
      first += epochCounts[part] * perEpoch
      part += 1
    }
    let length = part < epochCounts.count ? epochCounts[part] * perEpoch : horizon.iterationCount - first
    let partHorizon = Horizon(iterationCount: max(1, length), iterationsPerEpoch: perEpoch)
    return schedules[part].rate(at: iteration - first, in: partHorizon)
  }

  /// The schedule as text.
  public var description: String {
    let parts = schedules.map(\.description).joined(separator: ", ")
    return "sequence(\(parts), epochs: \(epochCounts.map(String.init).joined(separator: " ")))"
  }
}
