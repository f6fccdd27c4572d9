extension JSONValue {
  /// Appends the text; on one line without `depth`, else indented by two spaces a level.
  func write(to text: inout String, depth: Int?) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += value.description
    case .number(let value): text += Self.text(of: value)
    case .string(let value): Self.quote(value, into: &text)
    case .array(let entries):
      // Long lists of numbers stay on one line: a line for each would bury the rest.
      let inner = entries.contains(where: \.isNested) ? depth : nil
      Self.list(entries, brackets: ("[", "]"), depth: inner, into: &text) { entry, text, depth in
        entry.write(to: &text, depth: depth)
      }
    case .object(let fields):
      let sorted = fields.sorted { $0.key < $1.key }
      Self.list(sorted, brackets: ("{", "}"), depth: depth, into: &text) { field, text, depth in
        Self.quote(field.key, into: &text)
        text += depth == nil ? ":" : ": "
        field.value.write(to: &text, depth: depth)
      }
    }
  }

  /// The shortest text that reads back to `value`; whole numbers without a fraction, so that `1.0` and `1`
  /// have one text; `null` for NaN and infinities.
  static func text(of value: Double) -> String {
    guard value.isFinite else { return "null" }
    let isNegativeZero = value == 0 && value.sign == .minus
    // Up to 2⁵³ every whole number is a Double, so the conversion is exact.
    if let whole = Int64(exactly: value), abs(value) <= 0x1p53, !isNegativeZero {
      return whole.description
    }
    return value.description
  }

  private var isNested: Bool {
    switch self {
    case .array, .object: true
    default: false
    }
  }

  private static func list<Entry>(
    _ entries: [Entry], brackets: (open: String, close: String), depth: Int?, into text: inout String,
    writeEntry: (Entry, inout String, Int?) -> Void
  ) {
    text += brackets.open
    for (position, entry) in entries.enumerated() {
      if position > 0 { text += "," }
      if let depth { text += "\n" + String(repeating: "  ", count: depth + 1) }
      writeEntry(entry, &text, depth.map { $0 + 1 })
    }
    if let depth, !entries.isEmpty { text += "\n" + String(repeating: "  ", count: depth) }
    text += brackets.close
  }

  private static func quote(_ value: String, into text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
