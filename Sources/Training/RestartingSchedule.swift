public import ThalwegCalls

/// A schedule that begins anew after some epochs: `restarts(cosine(0.1), epochs: 10, factor: 2)`.
///
/// The first cycle has `epochs` epochs, each later one `factor` times as many as its predecessor. The inner
/// schedule sees each cycle as if it were a whole run; the end of the run may cut the last cycle. Around a
/// cosine these are the warm restarts of SGDR.
///
/// Source: Loshchilov, Hutter (2017), SGDR: Stochastic gradient descent with warm restarts, ICLR.
public struct RestartingSchedule: Schedule {
  /// The name in front of the arguments.
  public static let keyword = "restarts"

  /// The schedule of one cycle.
  public let inner: any Schedule
  /// Number of epochs of the first cycle.
  public let epochCount: Int
  /// What the length of a cycle is multiplied by to give the next.
  public let factor: Int

  /// Cycles of `inner`, the first of `epochCount ≥ 1` epochs, with `factor ≥ 1`.
  public init(_ inner: any Schedule, epochCount: Int, factor: Int = 1) {
    precondition(epochCount > 0, "a cycle of \(epochCount) epochs never ends")
    precondition(factor > 0, "factor \(factor) is not positive")
    self.inner = inner
    self.epochCount = epochCount
    self.factor = factor
  }

  /// Reads the arguments of the schedule's text.
  public init(_ arguments: inout CallArguments) throws(CallError) {
    guard let epochs = try arguments.optionalCount("epochs") else { throw arguments.missing("epochs") }
    guard epochs > 0 else { throw arguments.badValue("epochs", "\(epochs)", expected: "a whole number ≥ 1") }
    epochCount = epochs
    factor = try arguments.optionalCount("factor") ?? 1
    guard factor > 0 else { throw arguments.badValue("factor", "\(factor)", expected: "a whole number ≥ 1") }
    inner = try arguments.schedule("schedule")
  }

  /// The rate of `iteration`.
  public func rate(at iteration: Int, in horizon: Horizon) -> Double {
    var first = 0
    var length = epochCount * horizon.iterationsPerEpoch
    while iteration - first >= length {
      first += length
      // A cycle too long to count is longer than any run.
      let (next, isTooLong) = length.multipliedReportingOverflow(by: factor)
      length = isTooLong ? .max : next
    }
    let cycle = Horizon(iterationCount: length, iterationsPerEpoch: horizon.iterationsPerEpoch)
    return inner.rate(at: iteration - first, in: cycle)
  }

  /// The schedule as text.
  public var description: String { "restarts(\(inner), epochs: \(epochCount), factor: \(factor))" }
}
