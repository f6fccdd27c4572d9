import Foundation
public import ThalwegCalls

/// A rate that falls along half a cosine: `cosine(0.1)`, `cosine(0.1, minimum: 0.001, time: discrete)`.
///
/// `γ = γ_min + ½ (γ₀ − γ_min) (1 + cos πt)`.
///
/// Source: Loshchilov, Hutter (2017), SGDR: Stochastic gradient descent with warm restarts, ICLR; without
/// restarts.
public struct CosineSchedule: Schedule, Equatable {
  /// The name in front of the arguments.
  public static let keyword = "cosine"

  /// The rate γ₀ at the start.
  public let rate: Double
  /// The rate γ_min at `t = 1`.
  public let minimum: Double
  /// How iterations become times.
  public let time: TimeConvention

  /// A rate that falls from `rate ≥ 0` to `minimum ≥ 0`.
  public init(_ rate: Double, minimum: Double = 0, time: TimeConvention = .continuous) {
    precondition(rate >= 0 && rate.isFinite, "rate \(rate) is not a number ≥ 0")
    precondition(minimum >= 0 && minimum.isFinite, "minimum \(minimum) is not a number ≥ 0")
    self.rate = rate
    self.minimum = minimum
    self.time = time
  }

  /// Reads the arguments of the schedule's text.
  public init(_ arguments: inout CallArguments) throws(CallError) {
    rate = try arguments.number("rate", in: 0..., expected: "a number ≥ 0")
    time = try arguments.timeConvention()
    minimum = try arguments.number("minimum", default: 0, in: 0..., expected: "a number ≥ 0")
  }

  /// The rate of `iteration`.
  public func rate(at iteration: Int, in horizon: Horizon) -> Double {
    minimum + 0.5 * (rate - minimum) * (1 + cos(.pi * time.time(of: iteration, in: horizon)))
  }

  /// The schedule as text.
  public var description: String { "cosine(\(rate), minimum: \(minimum), time: \(time.rawValue))" }
}
