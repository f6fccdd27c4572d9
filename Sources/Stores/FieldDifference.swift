/// One field in which two structured values differ.
public struct FieldDifference: Equatable, Hashable, Sendable, CustomStringConvertible {
  /// The field's path, such as `options.grid.width` or `seeds.data`.
  public let field: String
  /// The stored value as canonical JSON; `nil` where the field is absent.
  public let found: String?
  /// The asked value as canonical JSON; `nil` where the field is absent.
  public let expected: String?

  /// A difference in `field`.
  public init(field: String, found: String?, expected: String?) {
    self.field = field
    self.found = found
    self.expected = expected
  }

  /// One line with the field and both values; very long values are cut.
  public var description: String {
    "\(field) is \(Self.shortened(found)), expected \(Self.shortened(expected))"
  }

  private static func shortened(_ text: String?) -> String {
    guard let text else { return "absent" }
    return text.count > 200 ? text.prefix(199) + "…" : text
  }
}

extension JSONValue {
  /// The fields in which this value, the found one, differs from `expected`.
  ///
  /// Objects are compared key by key and arrays of equal length entry by entry; numbers are compared by
  /// value, so that `1` equals `1.0`. The order is that of the sorted keys.
  ///
  /// - Parameters:
  ///   - expected: The value to compare with.
  ///   - field: Name put before every path; empty for none.
  public func differences(from expected: JSONValue, under field: String = "") -> [FieldDifference] {
    switch (self, expected) {
    case (.object(let mine), .object(let theirs)):
      return Set(mine.keys).union(theirs.keys).sorted().flatMap { key -> [FieldDifference] in
        let path = field.isEmpty ? key : "\(field).\(key)"
        guard let left = mine[key], let right = theirs[key] else {
          return [
            FieldDifference(
              field: path, found: mine[key]?.canonicalText, expected: theirs[key]?.canonicalText)
          ]
        }
        return left.differences(from: right, under: path)
      }
    case (.array(let mine), .array(let theirs)) where mine.count == theirs.count:
      return zip(mine, theirs).enumerated().flatMap { position, pair in
        pair.0.differences(from: pair.1, under: "\(field)[\(position)]")
      }
    default:
      let (found, wanted) = (canonicalText, expected.canonicalText)
      guard found != wanted else { return [] }
      return [FieldDifference(field: field, found: found, expected: wanted)]
    }
  }
}
