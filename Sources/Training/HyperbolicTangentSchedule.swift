import Foundation
public import ThalwegCalls

/// Hyperbolic-tangent decay, HTD(L, U): `htd(0.1, lower: -6, upper: 3)`, with a floor
/// `htd(0.1, minimum: 0.001)`.
///
/// `γ = γ_min + (γ₀ − γ_min) ½ (1 − tanh(L + (U − L) t))`, and `½ (1 − tanh x)` is computed as
/// `1 / (1 + e^{2x})`, which keeps its digits where tanh is close to 1. The rate starts a little below γ₀ and
/// ends a little above γ_min. The authors change the rate between epochs only: `time: discrete`.
///
/// Source: Hsueh, Li, Wu (2019), Stochastic gradient descent with hyperbolic-tangent decay on classification,
/// WACV; their setting for ImageNet is the default `L = −6`, `U = 3`.
public struct HyperbolicTangentSchedule: Schedule, Equatable {
  /// The name in front of the arguments.
  public static let keyword = "htd"

  /// The rate γ₀ that the start comes close to.
  public let rate: Double
  /// The argument L of the tangent at the start.
  public let lower: Double
  /// The argument U of the tangent at `t = 1`.
  public let upper: Double
  /// The rate γ_min that the end comes close to.
  public let minimum: Double
  /// How iterations become times.
  public let time: TimeConvention

  /// A decay from nearly `rate ≥ 0` to nearly `minimum ≥ 0`, with `lower < upper`.
  public init(
    _ rate: Double, lower: Double = -6, upper: Double = 3, minimum: Double = 0,
    time: TimeConvention = .continuous
  ) {
    precondition(rate >= 0 && rate.isFinite, "rate \(rate) is not a number ≥ 0")
    precondition(minimum >= 0 && minimum.isFinite, "minimum \(minimum) is not a number ≥ 0")
    precondition(lower < upper && (upper - lower).isFinite, "\(lower) is not below \(upper)")
    self.rate = rate
    self.lower = lower
    self.upper = upper
    self.minimum = minimum
    self.time = time
  }

  /// Reads the arguments of the schedule's text.
  public init(_ arguments: inout CallArguments) throws(CallError) {
    rate = try arguments.number("rate", in: 0..., expected: "a number ≥ 0")
    time = try arguments.timeConvention()
    minimum = try arguments.optionalNumber("minimum", in: 0..., expected: "a number ≥ 0") ?? 0
    lower = try arguments.number(
      "lower", default: -6, in: -1e3...1e3, expected: "a number from -1000 to 1000")
    upper = try arguments.number("upper", default: 3, in: -1e3...1e3, expected: "a number from -1000 to 1000")
    guard lower < upper else {
      throw arguments.badValue("upper", "\(upper)", expected: "a number above “lower”, which is \(lower)")
    }
  }

  /// The rate of `iteration`.
  public func rate(at iteration: Int, in horizon: Horizon) -> Double {
    let x = lower + (upper - lower) * time.time(of: iteration, in: horizon)
    return minimum + (rate - minimum) / (1 + exp(2 * x))
  }

  /// The schedule as text.
  public var description: String {
    "htd(\(rate), lower: \(lower), upper: \(upper), minimum: \(minimum), time: \(time.rawValue))"
  }
}
