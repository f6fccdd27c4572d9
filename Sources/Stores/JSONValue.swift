import Foundation

/// A JSON value with one canonical text.
///
/// Whole numbers keep all their digits (seeds use 64 bits); other numbers are `Double` and are written with
/// the fewest digits that read back to the same value. JSON knows no NaN and no infinity: both are written
/// as `null`. Values are equal when their texts are: `1` equals `1.0`.
public enum JSONValue: Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A whole number.
  case integer(Int128)
  /// A number.
  case number(Double)
  /// A text.
  case string(String)
  /// An ordered list.
  case array([JSONValue])
  /// Named values; their order carries no meaning.
  case object([String: JSONValue])

  /// The JSON form of `value`, as `JSONEncoder` makes it.
  ///
  /// - Throws: ``StoreError/invalidValue(place:reason:)`` where `value` has no JSON form, for example
  ///   because it holds a NaN.
  public init(encoding value: some Encodable) throws(StoreError) {
    do {
      let data = try JSONEncoder().encode(value)
      self = try JSONDecoder().decode(JSONValue.self, from: data)
    } catch {
      throw .invalidValue(place: "\(type(of: value))", reason: describe(error))
    }
  }

  /// Reads JSON text.
  ///
  /// - Throws: ``StoreError/invalidValue(place:reason:)`` where `text` is not one JSON value.
  public init(parsing text: String) throws(StoreError) {
    do {
      self = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    } catch {
      let fault = syntaxFault(of: text).map { "the file is not valid JSON: \($0)" }
      throw .invalidValue(place: "JSON text", reason: fault ?? describe(error))
    }
  }

  /// This value decoded as a `Value`.
  ///
  /// - Throws: ``StoreError/invalidValue(place:reason:)`` where a field is missing or has another type.
  public func decoded<Value: Decodable>(as type: Value.Type = Value.self) throws(StoreError) -> Value {
    do {
      return try JSONDecoder().decode(type, from: Data(canonicalText.utf8))
    } catch {
      throw .invalidValue(place: "\(type)", reason: describe(error))
    }
  }

  /// The value of an object's field; `nil` for other values.
  public subscript(field: String) -> JSONValue? {
    guard case .object(let fields) = self else { return nil }
    return fields[field]
  }

  /// The number, whole or not; `nil` for other values.
  public var doubleValue: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The text; `nil` for other values.
  public var stringValue: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  /// The text without white space and with sorted keys. Equal values have equal texts.
  public var canonicalText: String {
    var text = ""
    write(to: &text, depth: nil)
    return text
  }

  /// The canonical text spread over indented lines for people to read.
  public var indentedText: String {
    var text = ""
    write(to: &text, depth: 0)
    return text
  }
}

extension JSONValue: Hashable {
  /// Whether both have the same canonical text. Linear in its length.
  public static func == (left: JSONValue, right: JSONValue) -> Bool {
    left.canonicalText == right.canonicalText
  }

  /// Feeds the canonical text.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(canonicalText)
  }
}

// MARK: - Codable

extension JSONValue: Codable {
  /// Reads any JSON value.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int64.self) {
      self = .integer(Int128(value))
    } else if let value = try? container.decode(UInt64.self) {
      self = .integer(Int128(value))
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// Writes this value.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .integer(let value):
      if let small = Int64(exactly: value) {
        try container.encode(small)
      } else if let positive = UInt64(exactly: value) {
        try container.encode(positive)
      } else {
        try container.encode(Double(value))
      }
    case .number(let value):
      if value.isFinite { try container.encode(value) } else { try container.encodeNil() }
    case .string(let value): try container.encode(value)
    case .array(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }
}

// MARK: - Literals

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  /// `null`.
  public init(nilLiteral: ()) { self = .null }
  /// A truth value.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// A whole number.
  public init(integerLiteral value: Int) { self = .integer(Int128(value)) }
  /// A number.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// A text.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A list.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// Named values. Of two equal keys the later counts.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(Dictionary(elements) { _, later in later })
  }
}
