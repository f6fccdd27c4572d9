import ThalwegExpressions

extension CallArguments {
  /// Reads a number.
  ///
  /// - Parameters:
  ///   - label: The argument's label, which may be left out in the text.
  ///   - fallback: The value when the argument is absent; without it the argument is needed.
  ///   - range: The values that make sense, infinities excluded.
  ///   - expected: The range in words.
  /// - Throws: ``CallError``.
  public mutating func number(
    _ label: String, default fallback: Double? = nil, in range: some RangeExpression<Double>, expected: String
  ) throws(CallError) -> Double {
    guard let text = take(label) else {
      guard let fallback else { throw missing(label) }
      return fallback
    }
    return try value(of: text, for: label, in: range, expected: expected)
  }

  /// Reads a number that is at least 0 and below 1, such as the share of a mean that is kept.
  ///
  /// - Throws: ``CallError``.
  public mutating func share(_ label: String, default fallback: Double) throws(CallError) -> Double {
    try number(label, default: fallback, in: 0..<1, expected: "at least 0 and below 1")
  }

  /// Reads a number above 0.
  ///
  /// - Throws: ``CallError``.
  public mutating func positive(_ label: String, default fallback: Double? = nil) throws(CallError) -> Double {
    try number(label, default: fallback, in: Double.leastNonzeroMagnitude..., expected: "a number > 0")
  }

  /// Reads a number that is at least 0.
  ///
  /// - Throws: ``CallError``.
  public mutating func notNegative(_ label: String, default fallback: Double? = nil) throws(CallError) -> Double {
    try number(label, default: fallback, in: 0..., expected: "a number ≥ 0")
  }

  /// Reads a number that must carry its label; `nil` when it is absent.
  ///
  /// - Throws: ``CallError``.
  public mutating func optionalNumber(
    _ label: String, in range: some RangeExpression<Double>, expected: String
  ) throws(CallError) -> Double? {
    guard let text = takeLabelled(label) else { return nil }
    return try value(of: text, for: label, in: range, expected: expected)
  }

  /// Reads a number above 0 that must carry its label; `nil` when it is absent.
  ///
  /// - Throws: ``CallError``.
  public mutating func optionalPositive(_ label: String) throws(CallError) -> Double? {
    try optionalNumber(label, in: Double.leastNonzeroMagnitude..., expected: "a number > 0")
  }

  /// Reads a number above 0, or `inf`; it must carry its label.
  ///
  /// - Throws: ``CallError``.
  public mutating func limit(_ label: String, default fallback: Double) throws(CallError) -> Double {
    guard let text = takeLabelled(label) else { return fallback }
    if text == "inf" { return .infinity }
    return try value(of: text, for: label, in: Double.leastNonzeroMagnitude..., expected: "a number > 0")
  }

  /// Reads two numbers separated by a space, the first not above the second, under a label; `nil` when absent.
  ///
  /// - Throws: ``CallError``.
  public mutating func window(_ label: String) throws(CallError) -> ClosedRange<Double>? {
    guard let text = takeLabelled(label) else { return nil }
    let ends = text.split(separator: " ").map { Double($0) }
    guard ends.count == 2, let low = ends[0], let high = ends[1], low <= high else {
      throw badValue(label, text, expected: "two numbers separated by a space, as in 0.01 20")
    }
    return low...high
  }

  /// Reads whole numbers separated by spaces, each at least 0.
  ///
  /// - Throws: ``CallError`` also when the argument is absent.
  public mutating func counts(_ label: String) throws(CallError) -> [Int] {
    guard let text = take(label) else { throw missing(label) }
    var counts: [Int] = []
    for piece in text.split(separator: " ") {
      guard let count = Int(piece), count >= 0 else {
        throw badValue(label, text, expected: "whole numbers ≥ 0 separated by spaces")
      }
      // So that products with a number of iterations can be counted.
      guard count <= Int32.max else { throw badValue(label, text, expected: "numbers up to \(Int32.max)") }
      counts.append(count)
    }
    return counts
  }

  /// Reads one whole number, at least 0, that must carry its label; `nil` when the argument is absent.
  ///
  /// - Throws: ``CallError``.
  public mutating func optionalCount(_ label: String) throws(CallError) -> Int? {
    guard let text = takeLabelled(label) else { return nil }
    guard let count = Int(text), count >= 0 else { throw badValue(label, text, expected: "one whole number ≥ 0") }
    guard count <= Int32.max else { throw badValue(label, text, expected: "numbers up to \(Int32.max)") }
    return count
  }

  /// Reads a whole number of at least `minimum`; it must carry its label.
  ///
  /// - Throws: ``CallError``.
  public mutating func count(
    _ label: String, default fallback: Int, atLeast minimum: Int = 0
  ) throws(CallError) -> Int {
    guard let text = takeLabelled(label) else { return fallback }
    guard let count = Int(text), count >= minimum, count <= Int32.max else {
      throw badValue(label, text, expected: "a whole number ≥ \(minimum)")
    }
    return count
  }

  private func value(
    of text: String, for label: String, in range: some RangeExpression<Double>, expected: String
  ) throws(CallError) -> Double {
    let value: Double
    if let plain = Double(text) {
      value = plain  // With all its bits; what is too large or not a number is out of every range.
    } else {
      value = try formula(text) { text throws(ExpressionError) in try Expression.constant(text) }
    }
    guard value.isFinite, range.contains(value) else { throw badValue(label, text, expected: expected) }
    return value
  }
}
