public import ThalwegCalls

/// Another schedule with a linear start: `warmup(cosine(0.1), epochs: 5)`,
/// `warmup(cosine(0.1), iterations: 400, from: 0)`.
///
/// In iteration `i` of the first `W` the inner schedule's rate is multiplied by `s + (1 − s) i / W`, with `s`
/// the value of `from`; afterwards it is used as it is. The inner schedule's time is not shifted, so its
/// milestones stay where they are written.
///
/// Source: Goyal et al. (2017), Accurate, large minibatch SGD, §2.2.
public struct WarmUpSchedule: Schedule {
  /// The name in front of the arguments.
  public static let keyword = "warmup"

  /// How long the start lasts.
  public enum Length: Sendable, Hashable {
    /// A number of iterations.
    case iterations(Int)
    /// A number of epochs.
    case epochs(Int)
  }

  /// The schedule that is warmed up.
  public let inner: any Schedule
  /// How long the start lasts.
  public let length: Length
  /// The share of the inner rate that the first iteration uses.
  public let startingShare: Double

  /// A linear start for `inner` from `startingShare` in 0...1.
  public init(_ inner: any Schedule, length: Length, from startingShare: Double = 0.1) {
    precondition((0...1).contains(startingShare), "starting share \(startingShare) is not in 0...1")
    switch length {
    case .iterations(let count), .epochs(let count):
      precondition(count >= 0, "a start of \(count) is negative")
    }
    self.inner = inner
    self.length = length
    self.startingShare = startingShare
  }

  /// Reads the arguments of the schedule's text.
  public init(_ arguments: inout CallArguments) throws(CallError) {
    switch (try arguments.optionalCount("iterations"), try arguments.optionalCount("epochs")) {
    case (let iterations?, nil): length = .iterations(iterations)
    case (nil, let epochs?): length = .epochs(epochs)
    case (nil, nil): throw arguments.missing("epochs: or iterations:")
    case (_?, let epochs?):
      throw arguments.badValue("epochs", "\(epochs)", expected: "iterations or epochs, not both")
    }
    inner = try arguments.schedule("schedule")
    startingShare = try arguments.number("from", default: 0.1, in: 0...1, expected: "a number from 0 to 1")
  }

  /// The rate of `iteration`.
  public func rate(at iteration: Int, in horizon: Horizon) -> Double {
    let rate = inner.rate(at: iteration, in: horizon)
    let count =
      switch length {
      case .iterations(let count): count
      case .epochs(let count): count * horizon.iterationsPerEpoch
      }
    guard iteration < count else { return rate }
    return rate * (startingShare + (1 - startingShare) * Double(iteration) / Double(count))
  }

  /// The schedule as text.
  public var description: String {
    let length =
      switch length {
      case .iterations(let count): "iterations: \(count)"
      case .epochs(let count): "epochs: \(count)"
      }
    return "warmup(\(inner), \(length), from: \(startingShare))"
  }
}
