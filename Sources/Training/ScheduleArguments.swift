/// The arguments of a schedule's text, read one by one.
///
/// Arguments are separated by commas, and may carry a label: `0.1`, `milestones: 6 9`, `cosine(0.1)`. An
/// argument without label is taken by the first value that a schedule reads, and so on in order.
public struct ScheduleArguments: Sendable {
  /// The schedule's name, for messages.
  public let schedule: String
  private var rest: [(label: String?, text: String)]
  private let registry: ScheduleRegistry

  /// Splits a call such as `name(1, label: 2)`.
  init(call text: String, registry: ScheduleRegistry) throws(ScheduleError) {
    self.registry = registry
    let call = text.trimmed
    guard let open = call.firstIndex(of: "(") else {
      throw .malformed(text: call, reason: "expected a name and arguments in brackets, as in constant(0.1)")
    }
    guard call.last == ")" else { throw .malformed(text: call, reason: "the closing bracket is missing") }
    schedule = String(call[..<open]).trimmed
    rest = []
    let inside = call[call.index(after: open)...].dropLast()
    for piece in try Self.split(inside, of: call) {
      rest.append(Self.labelled(piece))
    }
  }

  /// Reads a number.
  ///
  /// - Parameters:
  ///   - name: The argument's label, which may be left out in the text.
  ///   - fallback: The value when the argument is absent; without it the argument is needed.
  ///   - range: The values that make sense, infinities excluded.
  ///   - expected: The range in words.
  /// - Throws: ``ScheduleError``.
  public mutating func number(
    _ name: String, default fallback: Double? = nil, in range: some RangeExpression<Double>, expected: String
  ) throws(ScheduleError) -> Double {
    guard let text = take(name) else {
      guard let fallback else { throw .missingArgument(schedule: schedule, argument: name) }
      return fallback
    }
    guard let value = Double(text), value.isFinite, range.contains(value) else {
      throw .badValue(schedule: schedule, argument: name, text: text, expected: expected)
    }
    return value
  }

  /// Reads whole numbers separated by spaces, each at least 0.
  ///
  /// - Throws: ``ScheduleError`` also when the argument is absent.
  public mutating func counts(_ name: String) throws(ScheduleError) -> [Int] {
    guard let text = take(name) else { throw .missingArgument(schedule: schedule, argument: name) }
    var counts: [Int] = []
    for piece in text.split(separator: " ") {
      guard let count = Int(piece), count >= 0 else {
        throw .badValue(
          schedule: schedule, argument: name, text: text, expected: "whole numbers ≥ 0 separated by spaces")
      }
      counts.append(count)
    }
    return counts
  }

  /// Reads one whole number, at least 0; `nil` when the argument is absent.
  ///
  /// - Throws: ``ScheduleError``.
  public mutating func optionalCount(_ name: String) throws(ScheduleError) -> Int? {
    guard rest.contains(where: { $0.label == name }) else { return nil }
    let counts = try counts(name)
    guard counts.count == 1 else {
      throw .badValue(
        schedule: schedule, argument: name, text: counts.map(String.init).joined(separator: " "),
        expected: "one whole number")
    }
    return counts[0]
  }

  /// Reads the convention of time, under the label `time`; continuous when absent.
  ///
  /// - Throws: ``ScheduleError``.
  public mutating func timeConvention() throws(ScheduleError) -> TimeConvention {
    guard let index = rest.firstIndex(where: { $0.label == "time" }) else { return .continuous }
    let text = rest.remove(at: index).text
    guard let convention = TimeConvention(rawValue: text) else {
      let known = TimeConvention.allCases.map(\.rawValue).joined(separator: ", ")
      throw .badValue(schedule: schedule, argument: "time", text: text, expected: "one of \(known)")
    }
    return convention
  }

  /// Reads a schedule inside this one.
  ///
  /// - Throws: ``ScheduleError``.
  public mutating func inner(_ name: String) throws(ScheduleError) -> any Schedule {
    guard let text = take(name) else { throw .missingArgument(schedule: schedule, argument: name) }
    return try registry.parse(text)
  }

  /// Reports the first argument that nobody has read.
  func finish() throws(ScheduleError) {
    guard let first = rest.first else { return }
    let text = first.label.map { "\($0): \(first.text)" } ?? first.text
    throw .unknownArgument(schedule: schedule, text: text)
  }

  private mutating func take(_ name: String) -> String? {
    let index = rest.firstIndex { $0.label == name } ?? rest.firstIndex { $0.label == nil }
    return index.map { rest.remove(at: $0).text }
  }

  /// The pieces between commas that stand in no inner brackets.
  private static func split(_ text: Substring, of call: String) throws(ScheduleError) -> [String] {
    var pieces: [String] = []
    var piece = ""
    var depth = 0
    for character in text {
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
      guard depth >= 0 else { throw .malformed(text: call, reason: "there is a closing bracket too many") }
      if character == "," && depth == 0 {
        pieces.append(piece)
        piece = ""
      } else {
        piece.append(character)
      }
    }
    guard depth == 0 else { throw .malformed(text: call, reason: "a closing bracket is missing") }
    guard !(pieces.isEmpty && piece.trimmed.isEmpty) else { return [] }
    pieces.append(piece)
    guard pieces.allSatisfy({ !$0.trimmed.isEmpty }) else {
      throw .malformed(text: call, reason: "there is nothing between two commas")
    }
    return pieces
  }

  private static func labelled(_ piece: String) -> (label: String?, text: String) {
    // A colon inside brackets belongs to an inner schedule.
    let end = piece.firstIndex { $0 == ":" || $0 == "(" }
    guard let end, piece[end] == ":" else { return (nil, piece.trimmed) }
    return (String(piece[..<end]).trimmed, String(piece[piece.index(after: end)...]).trimmed)
  }
}

extension String {
  /// The text without white space around it.
  fileprivate var trimmed: String {
    var text = self[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
