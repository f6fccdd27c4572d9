public import ThalwegCalls

/// A rate that falls like the inverse of the iteration: `rational(0.1, slope: 0.01)`.
///
/// `γ = γ₀ / (1 + λ i)`, with the number `i` of iterations made so far, not divided by the length of the run.
public struct RationalSchedule: Schedule, Equatable {
  /// The name in front of the arguments.
  public static let keyword = "rational"

  /// The rate γ₀ at the start.
  public let rate: Double
  /// The slope λ per iteration.
  public let slope: Double

  /// A rate of `rate ≥ 0` at the start, half of it after `1 / slope` iterations.
  public init(_ rate: Double, slope: Double) {
    precondition(rate >= 0 && rate.isFinite, "rate \(rate) is not a number ≥ 0")
    precondition(slope >= 0 && slope.isFinite, "slope \(slope) is not a number ≥ 0")
    self.rate = rate
    self.slope = slope
  }

  /// Reads the arguments of the schedule's text.
  public init(_ arguments: inout CallArguments) throws(CallError) {
    rate = try arguments.number("rate", in: 0..., expected: "a number ≥ 0")
    slope = try arguments.number("slope", in: 0..., expected: "a number ≥ 0")
  }

  /// The rate of `iteration`.
  public func rate(at iteration: Int, in horizon: Horizon) -> Double {
    rate / (1 + slope * Double(iteration))
  }

  /// The schedule as text.
  public var description: String { "rational(\(rate), slope: \(slope))" }
}
