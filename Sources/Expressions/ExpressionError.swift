import ThalwegFiles

/// A text that states no formula. Every description is one line and names the column, counted from 1.
public enum ExpressionError: Error, Equatable, Sendable {
  /// The text ends where something was expected.
  case unexpectedEnd(column: Int, expected: String)
  /// Something stands where something else was expected.
  case unexpected(String, column: Int, expected: String)
  /// A number cannot be read or is too large.
  case badNumber(String, column: Int)
  /// A name is neither a variable, a constant nor a function.
  case unknownName(String, column: Int, known: [String])
  /// A function is given too few or too many arguments.
  case wrongArgumentCount(function: String, column: Int, expected: String, found: Int)
  /// Brackets, signs or powers are nested more deeply than `limit`.
  case tooDeep(column: Int, limit: Int)
  /// A variable is named like a constant or a function, or is no name at all, or stands twice in the list.
  case unusableVariable(String)
}

extension ExpressionError: CustomStringConvertible {
  /// What was found and what was expected.
  public var description: String {
    switch self {
    case .unexpectedEnd(let column, let expected):
      "column \(column): the text ends where \(expected) was expected"
    case .unexpected(let found, let column, let expected):
      "column \(column): “\(printable(found))” where \(expected) was expected"
    case .badNumber(let text, let column):
      "column \(column): “\(printable(text))” is not a finite number"
    case .unknownName(let name, let column, let known):
      "column \(column): no variable, constant or function is called “\(printable(name))”; known are "
        + known.joined(separator: ", ")
    case .wrongArgumentCount(let function, let column, let expected, let found):
      "column \(column): \(function) takes \(expected), not \(found)"
    case .tooDeep(let column, let limit):
      "column \(column): nested more than \(limit) levels deep"
    case .unusableVariable(let name):
      "“\(printable(name))” cannot name a variable: expected letters and digits, and no constant, function or repetition"
    }
  }
}
