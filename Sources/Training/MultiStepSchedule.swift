public import ThalwegCalls

/// A rate that is multiplied by a factor at certain epochs: `multistep(0.1, milestones: 6 9, factor: 0.1)`.
///
/// `γ = γ₀ · factor^k`, where `k` counts the milestones that the epoch has reached. Epochs count from 0;
/// milestone `m` takes effect at the first iteration of epoch `m`.
public struct MultiStepSchedule: Schedule, Equatable {
  /// The name in front of the arguments.
  public static let keyword = "multistep"

  /// The rate γ₀ before the first milestone.
  public let rate: Double
  /// The epochs at which the rate changes.
  public let milestones: [Int]
  /// What the rate is multiplied by.
  public let factor: Double

  /// A rate of `rate ≥ 0`, times `factor > 0` at every milestone. Equal milestones count each.
  public init(_ rate: Double, milestones: [Int], factor: Double = 0.1) {
    precondition(rate >= 0 && rate.isFinite, "rate \(rate) is not a number ≥ 0")
    precondition(factor > 0 && factor.isFinite, "factor \(factor) is not a number > 0")
    precondition(milestones.allSatisfy { $0 >= 0 }, "a milestone of \(milestones) is negative")
    self.rate = rate
    self.milestones = milestones
    self.factor = factor
  }

  /// Reads the arguments of the schedule's text.
  public init(_ arguments: inout CallArguments) throws(CallError) {
    rate = try arguments.number("rate", in: 0..., expected: "a number ≥ 0")
    milestones = try arguments.counts("milestones")
    factor = try arguments.number(
      "factor", default: 0.1, in: Double.leastNonzeroMagnitude..., expected: "a number > 0")
  }

  /// The rate of `iteration`.
  public func rate(at iteration: Int, in horizon: Horizon) -> Double {
    let epoch = horizon.epoch(of: iteration)
    var current = rate
    for milestone in milestones where milestone <= epoch { current *= factor }
    return current
  }

  /// The schedule as text.
  public var description: String {
    let epochs = milestones.map(String.init).joined(separator: " ")
    return "multistep(\(rate), milestones: \(epochs), factor: \(factor))"
  }
}
