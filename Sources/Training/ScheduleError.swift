/// A text that states no schedule. Every description is one line that says how to mend it.
public enum ScheduleError: Error, Equatable, Sendable {
  /// The text is not a call such as `name(1, label: 2)`.
  case malformed(text: String, reason: String)
  /// No schedule has this name.
  case unknownName(String, known: [String])
  /// An argument without a default is missing.
  case missingArgument(schedule: String, argument: String)
  /// The schedule has no such argument, or has it twice.
  case unknownArgument(schedule: String, text: String)
  /// An argument's text states no usable value.
  case badValue(schedule: String, argument: String, text: String, expected: String)
}

extension ScheduleError: CustomStringConvertible {
  /// What was found and what was expected, in one line.
  public var description: String {
    switch self {
    case .malformed(let text, let reason):
      "schedule “\(text)”: \(reason)"
    case .unknownName(let name, let known):
      "no schedule is called “\(name)”; known are \(known.joined(separator: ", "))"
    case .missingArgument(let schedule, let argument):
      "schedule \(schedule) needs “\(argument)”"
    case .unknownArgument(let schedule, let text):
      "schedule \(schedule) has no use for “\(text)”"
    case .badValue(let schedule, let argument, let text, let expected):
      "schedule \(schedule): “\(argument)” is “\(text)”, expected \(expected)"
    }
  }
}
