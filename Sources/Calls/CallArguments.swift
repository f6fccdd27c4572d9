public import ThalwegExpressions
public import ThalwegSurfaces

/// The arguments of a schedule, an optimiser, a deformation or a measure written as text, read one by one.
///
/// Arguments are separated by commas, and may carry a label: `0.1`, `milestones: 6 9`, `cosine(0.1)`. An argument without
/// label is taken by the first value that is read, and so on in order. Numbers may be written as formulas without
/// variables, such as `18/pi`.
public struct CallArguments: Sendable {
  /// What the call names, for messages.
  public let kind: CallKind
  /// The call's name.
  public let name: String
  /// What whoever reads the call knows and its arguments need: the registries of the calls inside it.
  public let context: (any Sendable)?
  private var rest: [(label: String?, text: String)]

  /// Takes a call such as `name(1, label: 2)` apart. `name: argument` is short for `name(argument)`.
  ///
  /// - Throws: ``CallError``.
  public init(call text: String, kind: CallKind, context: (any Sendable)? = nil) throws(CallError) {
    let call = try CallText(text, kind: kind)
    self.kind = kind
    self.context = context
    name = call.name
    rest = call.arguments
  }

  /// The error that says what was expected in place of `text`.
  public func badValue(_ argument: String, _ text: String, expected: String) -> CallError {
    .badValue(kind, name: name, argument: argument, text: text, expected: expected)
  }

  /// The error that says that `argument` is missing.
  public func missing(_ argument: String) -> CallError {
    .missingArgument(kind, name: name, argument: argument)
  }

  /// Reports the first argument that nobody has read.
  ///
  /// - Throws: ``CallError``.
  public func finish() throws(CallError) {
    guard let first = rest.first else { return }
    let text = first.label.map { "\($0): \(first.text)" } ?? first.text
    throw .unknownArgument(kind, name: name, text: text)
  }

  // MARK: - Texts

  /// Takes the argument with this label, or else the first without label; `nil` when there is neither.
  public mutating func take(_ label: String) -> String? {
    let index = rest.firstIndex { $0.label == label } ?? rest.firstIndex { $0.label == nil }
    return index.map { rest.remove(at: $0).text }
  }

  /// Takes the argument that carries this label; `nil` when there is none.
  public mutating func takeLabelled(_ label: String) -> String? {
    rest.firstIndex { $0.label == label }.map { rest.remove(at: $0).text }
  }

  /// Takes the first argument without a label; `nil` when there is none.
  public mutating func takeUnlabelled() -> String? {
    rest.firstIndex { $0.label == nil }.map { rest.remove(at: $0).text }
  }

  /// Reads a word or a formula as it stands.
  ///
  /// - Throws: ``CallError``.
  public mutating func text(_ label: String) throws(CallError) -> String {
    guard let text = take(label) else { throw missing(label) }
    return text
  }

  /// Runs `body`, which reads the formula `text`, and says of which call it is if it fails.
  ///
  /// - Throws: ``CallError``.
  public func formula<Value>(
    _ text: String, _ body: (String) throws(ExpressionError) -> Value
  ) throws(CallError) -> Value {
    do {
      return try body(text)
    } catch {
      throw .badFormula(kind, name: name, text: text, error)
    }
  }

  /// Reads `true` or `false`, which must carry its label.
  ///
  /// - Throws: ``CallError``.
  public mutating func flag(_ label: String, default fallback: Bool = false) throws(CallError) -> Bool {
    guard let text = takeLabelled(label) else { return fallback }
    guard let value = Bool(text) else { throw badValue(label, text, expected: "true or false") }
    return value
  }

  /// Reads one of a few words, which must carry its label.
  ///
  /// - Throws: ``CallError``.
  public mutating func choice<Value: RawRepresentable<String> & CaseIterable>(
    _ label: String, default fallback: Value
  ) throws(CallError) -> Value {
    guard let text = takeLabelled(label) else { return fallback }
    guard let value = Value(rawValue: text) else {
      let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
      throw badValue(label, text, expected: "one of \(known)")
    }
    return value
  }

  /// Reads the roles of trainable tensors under a label, separated by spaces; `nil` when absent.
  ///
  /// - Throws: ``CallError``.
  public mutating func roles(_ label: String) throws(CallError) -> Set<Role>? {
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
}
