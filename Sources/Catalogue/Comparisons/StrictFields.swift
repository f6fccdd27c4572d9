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
