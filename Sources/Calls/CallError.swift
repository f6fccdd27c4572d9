public import ThalwegExpressions
import ThalwegFiles

/// What a call written as text names.
public enum CallKind: String, Sendable {
  /// A schedule.
  case schedule
  /// An optimiser.
  case optimiser
  /// A minimiser.
  case minimiser
  /// A deformation.
  case deformation
  /// Something that is measured at the end of a training run.
  case measure

  /// Calls that are right, for messages.
  var example: String {
    switch self {
    case .schedule: "constant(0.1)"
    case .optimiser: "sgd(momentum: 0.9)"
    case .minimiser: "lbfgs(memory: 10)"
    case .deformation: "LE(1, 0.9) or sam(rho: 0.05)"
    case .measure: "trace(products: 20)"
    }
  }
}

/// A text that states no schedule, optimiser, minimiser, deformation or measure. Every description is one line that says how to mend it.
public enum CallError: Error, Equatable, Sendable {
  /// The text is not a call such as `name(1, label: 2)`.
  case malformed(CallKind, text: String, reason: String)
  /// Nothing of this kind has this name.
  case unknownName(CallKind, String, known: [String])
  /// An argument without a default is missing.
  case missingArgument(CallKind, name: String, argument: String)
  /// There is no such argument, or it is given twice.
  case unknownArgument(CallKind, name: String, text: String)
  /// An argument's text states no usable value.
  case badValue(CallKind, name: String, argument: String, text: String, expected: String)
  /// An argument's text is no formula.
  case badFormula(CallKind, name: String, text: String, ExpressionError)
}

extension CallError: CustomStringConvertible {
  /// What was found and what was expected, in one line.
  public var description: String {
    switch self {
    case .malformed(let kind, let text, let reason):
      "\(kind) “\(printable(text))”: \(printable(reason))"
    case .unknownName(let kind, let name, let known):
      "no \(kind) is called “\(printable(name))”; known are \(known.joined(separator: ", "))"
    case .missingArgument(let kind, let name, let argument):
      "\(kind) \(printable(name)) needs “\(printable(argument))”"
    case .unknownArgument(let kind, let name, let text):
      "\(kind) \(printable(name)) has no use for “\(printable(text))”"
    case .badValue(let kind, let name, let argument, let text, let expected):
      "\(kind) \(printable(name)): “\(printable(argument))” is “\(printable(text))”, expected \(expected)"
    case .badFormula(let kind, let name, let text, let error):
      "\(kind) \(printable(name)): formula “\(printable(text))”, \(error)"
    }
  }
}
