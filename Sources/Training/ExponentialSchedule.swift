import Foundation
public import ThalwegCalls

/// A rate that is multiplied by the same factor in every epoch: `exponential(0.1, factor: 0.95)`.
///
/// `γ = γ₀ f^(E t)` in a run of `E` epochs. With `time: discrete` the rate changes between epochs only, as
/// in PyTorch's `ExponentialLR`; otherwise it changes in every iteration.
public struct ExponentialSchedule: Schedule, Equatable {
  /// The name in front of the arguments.
  public static let keyword = "exponential"

  /// The rate γ₀ at the start.
  public let rate: Double
  /// The factor f of one epoch.
  public let factor: Double
  /// How iterations become times.
  public let time: TimeConvention

  /// A rate of `rate ≥ 0`, times `factor > 0` in every epoch.
  public init(_ rate: Double, factor: Double, time: TimeConvention = .continuous) {
    precondition(rate >= 0 && rate.isFinite, "rate \(rate) is not a number ≥ 0")
    precondition(factor > 0 && factor.isFinite, "factor \(factor) is not a number > 0")
    self.rate = rate
    self.factor = factor
    self.time = time
  }

  /// Reads the arguments of the schedule's text.
  public init(_ arguments: inout CallArguments) throws(CallError) {
    rate = try arguments.number("rate", in: 0..., expected: "a number ≥ 0")
    time = try arguments.timeConvention()
    factor = try arguments.number(
      "factor", in: Double.leastNonzeroMagnitude..., expected: "a number > 0")
  }

  /// The rate of `iteration`.
  public func rate(at iteration: Int, in horizon: Horizon) -> Double {
    let epochs = Double(horizon.iterationCount) / Double(horizon.iterationsPerEpoch)
    return rate * pow(factor, epochs * time.time(of: iteration, in: horizon))
  }

  /// The schedule as text.
  public var description: String { "exponential(\(rate), factor: \(factor), time: \(time.rawValue))" }
}
