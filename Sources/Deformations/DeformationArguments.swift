public import ThalwegExpressions
public import ThalwegSurfaces

/// The arguments of a deformation written as text, read one by one.
///
/// An argument without label is taken by the first value that is read, and so on in order. Numbers may be
/// written as formulas without variables, such as `18/pi`.
public struct DeformationArguments: Sendable {
  /// The deformation's name.
  public let name: String
  private var rest: [(label: String?, text: String)]

  init(_ text: DeformationText) {
    name = text.name
    rest = text.arguments
  }

  /// The error that says what was expected in place of `text`.
  public func badValue(_ argument: String, _ text: String, expected: String) -> DeformationTextError {
    .badValue(name: name, argument: argument, text: text, expected: expected)
  }

  /// Reads a number.
  ///
  /// - Parameters:
  ///   - label: The argument's label, which may be left out in the text.
  ///   - fallback: The value when the argument is absent; without it the argument is needed.
  ///   - range: The values that make sense.
  ///   - expected: The range in words.
  public mutating func number(
    _ label: String, default fallback: Double? = nil, in range: some RangeExpression<Double>, expected: String
  ) throws(DeformationTextError) -> Double {
    guard let text = take(label) else {
      guard let fallback else { throw .missingArgument(name: name, argument: label) }
      return fallback
    }
    return try value(of: text, for: label, in: range, expected: expected)
  }

  /// Reads a number above 0.
  public mutating func positive(
    _ label: String, default fallback: Double? = nil
  ) throws(DeformationTextError) -> Double {
    try number(label, default: fallback, in: Double.leastNonzeroMagnitude..., expected: "a number > 0")
  }

  /// Reads a number that is at least 0.
  public mutating func notNegative(
    _ label: String, default fallback: Double? = nil
  ) throws(DeformationTextError) -> Double {
    try number(label, default: fallback, in: 0..., expected: "a number ≥ 0")
  }

  /// Reads a number above 0 that must carry its label; `nil` when it is absent.
  public mutating func optionalPositive(_ label: String) throws(DeformationTextError) -> Double? {
    guard let text = takeLabelled(label) else { return nil }
    return try value(of: text, for: label, in: Double.leastNonzeroMagnitude..., expected: "a number > 0")
  }

  /// Reads a number above 0, or `inf`; it must carry its label.
  public mutating func limit(
    _ label: String, default fallback: Double
  ) throws(DeformationTextError) -> Double {
    if rest.contains(where: { $0.label == label && $0.text == "inf" }) {
      _ = takeLabelled(label)
      return .infinity
    }
    return try optionalPositive(label) ?? fallback
  }

  /// Reads a whole number of at least `minimum`; it must carry its label.
  public mutating func count(
    _ label: String, default fallback: Int, atLeast minimum: Int = 0
  ) throws(DeformationTextError) -> Int {
    guard let text = takeLabelled(label) else { return fallback }
    guard let count = Int(text), count >= minimum, count <= Int32.max else {
      throw badValue(label, text, expected: "a whole number ≥ \(minimum)")
    }
    return count
  }

  /// Reads `true` or `false`, which must carry its label.
  public mutating func flag(_ label: String, default fallback: Bool = false) throws(DeformationTextError)
    -> Bool
  {
    guard let text = takeLabelled(label) else { return fallback }
    guard let value = Bool(text) else { throw badValue(label, text, expected: "true or false") }
    return value
  }

  /// Reads one of a few words; it must carry its label.
  public mutating func choice<Value: RawRepresentable<String> & CaseIterable>(
    _ label: String, default fallback: Value
  ) throws(DeformationTextError) -> Value {
    guard let text = takeLabelled(label) else { return fallback }
    guard let value = Value(rawValue: text) else {
      throw badValue(
        label, text, expected: "one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return value
  }

  /// Reads two numbers separated by a space, the first not above the second, under a label; `nil` when
  /// absent.
  public mutating func window(_ label: String) throws(DeformationTextError) -> ClosedRange<Double>? {
    guard let text = takeLabelled(label) else { return nil }
    let ends = text.split(separator: " ").map { Double($0) }
    guard ends.count == 2, let low = ends[0], let high = ends[1], low <= high else {
      throw badValue(label, text, expected: "two numbers separated by a space, as in 0.01 20")
    }
    return low...high
  }

  /// Reads the roles of trainable tensors under a label, separated by spaces; `nil` when absent.
  public mutating func roles(_ label: String) throws(DeformationTextError) -> Set<Role>? {
    guard let text = takeLabelled(label) else { return nil }
    var roles: Set<Role> = []
    for piece in text.split(separator: " ") {
      guard let role = Role(rawValue: String(piece)), role.isTrainable else {
        let known = Role.allCases.filter(\.isTrainable).map(\.rawValue).joined(separator: ", ")
        throw badValue(label, text, expected: "some of \(known), separated by spaces")
      }
      roles.insert(role)
    }
    return roles
  }

  /// Reads a word or a formula as it stands.
  public mutating func text(_ label: String) throws(DeformationTextError) -> String {
    guard let text = take(label) else { throw .missingArgument(name: name, argument: label) }
    return text
  }

  /// Runs `body`, which reads the formula `text`, and says of which deformation it is if it fails.
  public func formula<Value>(
    _ text: String, _ body: (String) throws(ExpressionError) -> Value
  ) throws(DeformationTextError) -> Value {
    do {
      return try body(text)
    } catch {
      throw .badFormula(name: name, text: text, error)
    }
  }

  /// Reports the first argument that nobody has read.
  func finish() throws(DeformationTextError) {
    guard let first = rest.first else { return }
    throw .unknownArgument(name: name, text: first.label.map { "\($0): \(first.text)" } ?? first.text)
  }

  private mutating func take(_ label: String) -> String? {
    let index = rest.firstIndex { $0.label == label } ?? rest.firstIndex { $0.label == nil }
    return index.map { rest.remove(at: $0).text }
  }

  private mutating func takeLabelled(_ label: String) -> String? {
    rest.firstIndex { $0.label == label }.map { rest.remove(at: $0).text }
  }

  private func value(
    of text: String, for label: String, in range: some RangeExpression<Double>, expected: String
  ) throws(DeformationTextError) -> Double {
    let value = try formula(text) { text throws(ExpressionError) in try Expression.constant(text) }
    guard value.isFinite, range.contains(value) else { throw badValue(label, text, expected: expected) }
    return value
  }
}
