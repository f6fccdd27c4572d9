public import ThalwegCalls

/// The same rate throughout: `constant(0.05)`.
public struct ConstantSchedule: Schedule, Equatable {
  /// The name in front of the arguments.
  public static let keyword = "constant"

  /// The rate.
  public let rate: Double

  /// A constant rate, at least 0.
  public init(_ rate: Double) {
    precondition(rate >= 0 && rate.isFinite, "rate \(rate) is not a number ≥ 0")
    self.rate = rate
  }

  /// Reads the arguments of the schedule's text.
  public init(_ arguments: inout CallArguments) throws(CallError) {
    rate = try arguments.number("rate", in: 0..., expected: "a number ≥ 0")
  }

  /// The rate of `iteration`.
  public func rate(at iteration: Int, in horizon: Horizon) -> Double { rate }

  /// The schedule as text.
  public var description: String { "constant(\(rate))" }
}
