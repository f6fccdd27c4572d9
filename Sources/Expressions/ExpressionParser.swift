import Foundation

/// Reads a formula by recursive descent and writes its operations.
///
/// ```text
/// sum     = product (("+" | "-") product)*
/// product = signed (("*" | "/") signed)*
/// signed  = ("-" | "+") signed | power
/// power   = primary ("^" signed)?              so that -x^2 = -(x^2) and 2^3^2 = 2^9
/// primary = number | name | name "(" sum ("," sum)* ")" | "(" sum ")"
/// ```
struct ExpressionParser {
  /// Levels of nesting that are read; deeper texts are refused before they exhaust the stack.
  static let depthLimit = 200
  static let constants: [String: Double] = ["pi": .pi, "e": exp(1)]

  private let tokens: [ExpressionToken]
  private let variables: [String: Int]
  private var place = 0
  private var depth = 0
  private var list = OperationList()

  init(_ text: String, variables names: [String]) throws(ExpressionError) {
    var variables: [String: Int] = [:]
    for (index, name) in names.enumerated() {
      guard ExpressionToken.isName(name), !Self.reserved.contains(name), variables[name] == nil else {
        throw .unusableVariable(name)
      }
      variables[name] = index
    }
    self.variables = variables
    tokens = try ExpressionToken.tokens(of: text)
  }

  /// The operations of the whole text.
  mutating func parse() throws(ExpressionError) -> [Operation] {
    let root = try sum()
    guard next.kind == .end else { throw unexpected("an operator or the end") }
    return list.pruned(to: root)
  }

  private static let reserved =
    Set(constants.keys).union(OperationKind.functions.keys).union(OperationKind.folds.keys)

  private var next: ExpressionToken { tokens[place] }

  private mutating func takes(_ symbol: Character) -> Bool {
    guard next.kind == .symbol(symbol) else { return false }
    place += 1
    return true
  }

  private func unexpected(_ expected: String) -> ExpressionError {
    next.kind == .end
      ? .unexpectedEnd(column: next.column, expected: expected)
      : .unexpected(next.text, column: next.column, expected: expected)
  }

  private mutating func sum() throws(ExpressionError) -> Int32 {
    var result = try product()
    while true {
      if takes("+") {
        result = list.apply(.add, result, try product())
      } else if takes("-") {
        result = list.apply(.subtract, result, try product())
      } else {
        return result
      }
    }
  }

  private mutating func product() throws(ExpressionError) -> Int32 {
    var result = try signed()
    while true {
      if takes("*") {
        result = list.apply(.multiply, result, try signed())
      } else if takes("/") {
        result = list.apply(.divide, result, try signed())
      } else {
        return result
      }
    }
  }

  private mutating func signed() throws(ExpressionError) -> Int32 {
    guard depth < Self.depthLimit else { throw .tooDeep(column: next.column, limit: Self.depthLimit) }
    depth += 1
    defer { depth -= 1 }
    if takes("-") { return list.apply(.negate, try signed()) }
    if takes("+") { return try signed() }
    let base = try primary()
    return takes("^") ? list.apply(.power, base, try signed()) : base
  }

  private mutating func primary() throws(ExpressionError) -> Int32 {
    let token = next
    switch token.kind {
    case .number(let value):
      place += 1
      return list.constant(value)
    case .name(let name):
      place += 1
      return try named(name, column: token.column)
    case .symbol("("):
      place += 1
      let inside = try sum()
      guard takes(")") else { throw unexpected("“)”") }
      return inside
    default:
      throw unexpected("a number, a name or “(”")
    }
  }

  private mutating func named(_ name: String, column: Int) throws(ExpressionError) -> Int32 {
    if let index = variables[name] { return list.variable(index) }
    if let value = Self.constants[name] { return list.constant(value) }
    if let kind = OperationKind.functions[name] {
      let arguments = try arguments()
      guard arguments.count == 1 else {
        throw .wrongArgumentCount(
          function: name, column: column, expected: "one argument", found: arguments.count)
      }
      return list.apply(kind, arguments[0])
    }
    if let kind = OperationKind.folds[name] {
      let arguments = try arguments()
      guard arguments.count >= 2 else {
        throw .wrongArgumentCount(
          function: name, column: column, expected: "two or more arguments", found: arguments.count)
      }
      return arguments.dropFirst().reduce(arguments[0]) { list.apply(kind, $0, $1) }
    }
    throw .unknownName(name, column: column, known: variables.keys.sorted() + Self.reserved.sorted())
  }

  private mutating func arguments() throws(ExpressionError) -> [Int32] {
    guard takes("(") else { throw unexpected("“(”") }
    var arguments = [try sum()]
    while takes(",") { arguments.append(try sum()) }
    guard takes(")") else { throw unexpected("“,” or “)”") }
    return arguments
  }
}
