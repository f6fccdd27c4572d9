public import ThalwegCalls

/// The product of schedules: `product(multistep(0.1, milestones: 6 9), constant(5))` is five times the first.
public struct ProductSchedule: Schedule {
  /// The name in front of the arguments.
  public static let keyword = "product"

  /// The factors.
  public let schedules: [any Schedule]

  /// The product of `schedules`, at least one.
  public init(_ schedules: [any Schedule]) {
    precondition(!schedules.isEmpty, "a product of no schedules is no rate")
    self.schedules = schedules
  }

  /// Reads the arguments of the schedule's text.
  public init(_ arguments: inout CallArguments) throws(CallError) { schedules = try arguments.scheduleList() }

  /// The rate of `iteration`.
  public func rate(at iteration: Int, in horizon: Horizon) -> Double {
    schedules.reduce(1) { $0 * $1.rate(at: iteration, in: horizon) }
  }

  /// The schedule as text.
  public var description: String { "product(\(schedules.map(\.description).joined(separator: ", ")))" }
}
