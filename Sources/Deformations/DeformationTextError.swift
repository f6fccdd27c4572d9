public import ThalwegExpressions
import ThalwegFiles

/// A text that states no deformation. Every description is one line that says how to mend it.
public enum DeformationTextError: Error, Equatable, Sendable {
  /// The text is not a call such as `name(1, label: 2)`.
  case malformed(text: String, reason: String)
  /// No deformation has this name.
  case unknownName(String, known: [String])
  /// An argument without a default is missing.
  case missingArgument(name: String, argument: String)
  /// There is no such argument, or it is given twice.
  case unknownArgument(name: String, text: String)
  /// An argument's text states no usable value.
  case badValue(name: String, argument: String, text: String, expected: String)
  /// An argument's text is no formula.
  case badFormula(name: String, text: String, ExpressionError)
}

extension DeformationTextError: CustomStringConvertible {
  /// What was found and what was expected, in one line.
  public var description: String {
    switch self {
    case .malformed(let text, let reason):
      "deformation “\(printable(text))”: \(printable(reason))"
    case .unknownName(let name, let known):
      "no deformation is called “\(printable(name))”; known are \(known.joined(separator: ", "))"
    case .missingArgument(let name, let argument):
      "deformation \(printable(name)) needs “\(printable(argument))”"
    case .unknownArgument(let name, let text):
      "deformation \(printable(name)) has no use for “\(printable(text))”"
    case .badValue(let name, let argument, let text, let expected):
      "deformation \(printable(name)): “\(printable(argument))” is “\(printable(text))”, expected \(expected)"
    case .badFormula(let name, let text, let error):
      "deformation \(printable(name)): formula “\(printable(text))”, \(error)"
    }
  }
}
