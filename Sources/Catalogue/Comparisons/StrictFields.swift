import ThalwegFiles

/// A field that nobody knows, where a misspelt one would otherwise be left out without a word.
struct UnknownField: Error, CustomStringConvertible {
  /// Where it stands: the fields on the way to it.
  let place: String
  /// Its name.
  let name: String
  /// The names that are known there.
  let known: [String]

  var description: String {
    "\(place) has no field “\(printable(name))”, expected some of \(known.joined(separator: ", "))"
  }
}

extension Decoder {
  /// Refuses an object with a field that is not among `known`.
  ///
  /// - Throws: ``UnknownField``, or `DecodingError` for what is no object.
  func requireFields(among known: [String]) throws {
    let names = try container(keyedBy: AnyField.self).allKeys.map(\.stringValue)
    guard let name = names.filter({ !known.contains($0) }).min() else { return }
    let place = codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
    throw UnknownField(place: place.isEmpty ? "the file" : place.joined(separator: "."), name: name, known: known)
  }
}

/// A field of any name.
private struct AnyField: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

extension KeyedDecodingContainer {
  /// A whole number; `nil` where the field is absent. The system's reader does not say which number has a fraction or is
  /// too large.
  ///
  /// - Throws: `DecodingError` that names the field.
  func wholeNumber<Number: FixedWidthInteger & Decodable>(
    _ type: Number.Type, forKey key: Key
  ) throws -> Number? {
    try decodeIfPresent(WholeNumber<Number>.self, forKey: key)?.value
  }
}

/// A whole number, or an error with its place.
struct WholeNumber<Number: FixedWidthInteger & Decodable>: Decodable {
  let value: Number

  init(from decoder: any Decoder) throws {
    guard let value = try? decoder.singleValueContainer().decode(Number.self) else {
      throw DecodingError.typeMismatch(
        Number.self, .init(codingPath: decoder.codingPath, debugDescription: "no \(Number.self)"))
    }
    self.value = value
  }
}
