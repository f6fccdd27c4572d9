public import ThalwegSurfaces

/// The arguments of a schedule or an optimiser written as text, read one by one.
///
/// Arguments are separated by commas, and may carry a label: `0.1`, `milestones: 6 9`, `cosine(0.1)`. An
/// argument without label is taken by the first value that is read, and so on in order.
public struct CallArguments: Sendable {
  /// What the call names, for messages.
  public let kind: CallKind
  /// The call's name.
  public let name: String
  private var rest: [(label: String?, text: String)]
  private let schedules: ScheduleRegistry
  private let optimisers: OptimiserRegistry

  /// Splits a call such as `name(1, label: 2)`. The registries read the calls inside it.
  init(
    call text: String, kind: CallKind, schedules: ScheduleRegistry = .standard,
    optimisers: OptimiserRegistry = .standard
  ) throws(CallError) {
    let call = try CallText(text, kind: kind)
    self.kind = kind
    self.schedules = schedules
    self.optimisers = optimisers
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

  /// Reads a number.
  ///
  /// - Parameters:
  ///   - name: The argument's label, which may be left out in the text.
  ///   - fallback: The value when the argument is absent; without it the argument is needed.
  ///   - range: The values that make sense, infinities excluded.
  ///   - expected: The range in words.
  /// - Throws: ``CallError``.
  public mutating func number(
    _ name: String, default fallback: Double? = nil, in range: some RangeExpression<Double>, expected: String
  ) throws(CallError) -> Double {
    guard let text = take(name) else {
      guard let fallback else { throw missing(name) }
      return fallback
    }
    return try value(of: text, for: name, in: range, expected: expected)
  }

  /// Reads a number that is at least 0 and below 1, such as the share of a mean that is kept.
  ///
  /// - Throws: ``CallError``.
  public mutating func share(_ name: String, default fallback: Double) throws(CallError) -> Double {
    try number(name, default: fallback, in: 0..<1, expected: "at least 0 and below 1")
  }

  /// Reads a number above 0.
  ///
  /// - Throws: ``CallError``.
  public mutating func positive(_ name: String, default fallback: Double) throws(CallError) -> Double {
    try number(name, default: fallback, in: Double.leastNonzeroMagnitude..., expected: "a number > 0")
  }

  /// Reads a number that must carry its label; `nil` when it is absent.
  ///
  /// - Throws: ``CallError``.
  public mutating func optionalNumber(
    _ name: String, in range: some RangeExpression<Double>, expected: String
  ) throws(CallError) -> Double? {
    guard rest.contains(where: { $0.label == name }), let text = take(name) else { return nil }
    return try value(of: text, for: name, in: range, expected: expected)
  }

  /// Reads whole numbers separated by spaces, each at least 0.
  ///
  /// - Throws: ``CallError`` also when the argument is absent.
  public mutating func counts(_ name: String) throws(CallError) -> [Int] {
    guard let text = take(name) else { throw missing(name) }
    var counts: [Int] = []
    for piece in text.split(separator: " ") {
      guard let count = Int(piece), count >= 0 else {
        throw badValue(name, text, expected: "whole numbers ≥ 0 separated by spaces")
      }
      // So that products with a number of iterations can be counted.
      guard count <= Int32.max else { throw badValue(name, text, expected: "numbers up to \(Int32.max)") }
      counts.append(count)
    }
    return counts
  }

  /// Reads one whole number, at least 0, that must carry its label; `nil` when the argument is absent.
  ///
  /// - Throws: ``CallError``.
  public mutating func optionalCount(_ name: String) throws(CallError) -> Int? {
    guard rest.contains(where: { $0.label == name }) else { return nil }
    let counts = try counts(name)
    guard counts.count == 1 else {
      throw badValue(name, counts.map(String.init).joined(separator: " "), expected: "one whole number")
    }
    return counts[0]
  }

  /// Reads `true` or `false`, which must carry its label; `false` when the argument is absent.
  ///
  /// - Throws: ``CallError``.
  public mutating func flag(_ name: String) throws(CallError) -> Bool {
    guard rest.contains(where: { $0.label == name }), let text = take(name) else { return false }
    guard let value = Bool(text) else { throw badValue(name, text, expected: "true or false") }
    return value
  }

  /// Reads the convention of time, under the label `time`; continuous when absent.
  ///
  /// - Throws: ``CallError``.
  public mutating func timeConvention() throws(CallError) -> TimeConvention {
    guard rest.contains(where: { $0.label == "time" }), let text = take("time") else { return .continuous }
    guard let convention = TimeConvention(rawValue: text) else {
      let known = TimeConvention.allCases.map(\.rawValue).joined(separator: ", ")
      throw badValue("time", text, expected: "one of \(known)")
    }
    return convention
  }

  /// Reads the roles of trainable tensors under the label `name`, separated by spaces; none when absent.
  ///
  /// - Throws: ``CallError``.
  public mutating func roles(_ name: String) throws(CallError) -> Set<Role> {
    guard rest.contains(where: { $0.label == name }), let text = take(name) else { return [] }
    var roles: Set<Role> = []
    for piece in text.split(separator: " ") {
      guard let role = Role(rawValue: String(piece)), role.isTrainable else {
        let known = Role.allCases.filter(\.isTrainable).map(\.rawValue).joined(separator: ", ")
        throw badValue(name, text, expected: "some of \(known), separated by spaces")
      }
      roles.insert(role)
    }
    return roles
  }

  /// Reads a schedule inside this call.
  ///
  /// - Throws: ``CallError``.
  public mutating func schedule(_ name: String) throws(CallError) -> any Schedule {
    guard let text = take(name) else { throw missing(name) }
    return try schedules.parse(text)
  }

  /// Reads all schedules inside this call that carry no label, at least one.
  ///
  /// - Throws: ``CallError``.
  public mutating func scheduleList() throws(CallError) -> [any Schedule] {
    var list: [any Schedule] = []
    while let index = rest.firstIndex(where: { $0.label == nil }) {
      list.append(try schedules.parse(rest.remove(at: index).text))
    }
    guard !list.isEmpty else { throw missing("schedules") }
    return list
  }

  /// Reads an optimiser inside this call; `nil` when the argument is absent.
  ///
  /// - Throws: ``CallError``.
  public mutating func optimiser(_ name: String) throws(CallError) -> (any NamedOptimiser)? {
    guard let text = take(name) else { return nil }
    return try optimisers.parse(text)
  }

  /// Reads an optimiser inside this call that moves along whatever vector it is given; `nil` when the
  /// argument is absent.
  ///
  /// - Throws: ``CallError``, also for optimisers that ask for their gradients themselves.
  public mutating func rule(_ name: String) throws(CallError) -> (any GradientRule)? {
    guard let inner = try optimiser(name) else { return nil }
    guard let rule = inner as? any GradientRule else {
      throw badValue(name, "\(inner)", expected: "an optimiser with one gradient a step, such as adam()")
    }
    return rule
  }

  /// Reports the first argument that nobody has read.
  func finish() throws(CallError) {
    guard let first = rest.first else { return }
    let text = first.label.map { "\($0): \(first.text)" } ?? first.text
    throw .unknownArgument(kind, name: name, text: text)
  }

  private mutating func take(_ name: String) -> String? {
    let index = rest.firstIndex { $0.label == name } ?? rest.firstIndex { $0.label == nil }
    return index.map { rest.remove(at: $0).text }
  }

  private func value(
    of text: String, for argument: String, in range: some RangeExpression<Double>, expected: String
  ) throws(CallError) -> Double {
    guard let value = Double(text), value.isFinite, range.contains(value) else {
      throw badValue(argument, text, expected: expected)
    }
    return value
  }
}
