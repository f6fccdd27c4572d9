public import ThalwegCalls

/// The schedules that can be written as text.
///
/// ```swift
/// let schedule = try ScheduleRegistry.standard.parse("warmup(cosine(0.1), epochs: 5)")
/// ```
public struct ScheduleRegistry: Sendable {
  private let types: [any Schedule.Type]

  /// The schedules of this module.
  public static let standard = ScheduleRegistry([
    ConstantSchedule.self, MultiStepSchedule.self, CosineSchedule.self, RationalSchedule.self,
    ExponentialSchedule.self, HyperbolicTangentSchedule.self, GaussianSchedule.self, LaplacianSchedule.self,
    WarmUpSchedule.self, SequenceSchedule.self, ProductSchedule.self, RestartingSchedule.self,
  ])

  /// A registry of `types`, whose keywords must differ.
  public init(_ types: [any Schedule.Type]) {
    precondition(Set(types.map { $0.keyword }).count == types.count, "two schedules have the same keyword")
    self.types = types
  }

  /// This registry and more schedules.
  public func adding(_ more: any Schedule.Type...) -> ScheduleRegistry { ScheduleRegistry(types + more) }

  /// The names of all schedules in alphabetical order.
  public var keywords: [String] { types.map { $0.keyword }.sorted() }

  /// Reads a schedule such as `multistep(0.1, milestones: 6 9, factor: 0.1)`.
  ///
  /// - Throws: ``CallError``, whose description is one line.
  public func parse(_ text: String) throws(CallError) -> any Schedule {
    var arguments = try CallArguments(call: text, kind: .schedule, context: CallRegistries(schedules: self))
    guard let type = types.first(where: { $0.keyword == arguments.name }) else {
      throw .unknownName(.schedule, arguments.name, known: keywords)
    }
    let schedule = try type.init(&arguments)
    try arguments.finish()
    return schedule
  }
}

/// A schedule that is coded as its text, for settings stored in files.
public struct CodableSchedule: Codable, Sendable {
  /// The schedule.
  public let schedule: any Schedule

  /// Wraps `schedule`.
  public init(_ schedule: any Schedule) { self.schedule = schedule }

  /// Reads the text with ``ScheduleRegistry/standard``.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    do throws(CallError) {
      schedule = try ScheduleRegistry.standard.parse(text)
    } catch {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
    }
  }

  /// Writes the schedule's text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(schedule.description)
  }
}
