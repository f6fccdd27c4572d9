import Foundation
import ThalwegFiles

/// The content of `run.json`.
struct RunRecord: Codable, Equatable, Sendable {
  static let formatName = "thalweg-run"
  static let supportedLayout = 1
  /// Far above any honest description; keeps a stray huge file out of memory.
  static let largestByteCount = 16 << 20

  var format = RunRecord.formatName
  var layout = RunRecord.supportedLayout
  var description: RunDescription
  var times: RunTimes
  /// Whether the database was made; then it must be there. `nil` until it is.
  var hasResults: Bool?

  /// The part that every layout has.
  private struct Header: Decodable {
    let format: String
    let layout: Int
  }

  /// Whether results must be there: a finished run has some, whatever else it noted.
  var needsResults: Bool { hasResults == true || times.finished != nil }

  /// Reads `run.json`; `nil` where there is none.
  static func read(_ path: String) throws(StoreError) -> RunRecord? {
    guard let bytes = try readFile(path, largestByteCount: largestByteCount) else { return nil }
    let header: Header
    do {
      header = try JSONDecoder().decode(Header.self, from: Data(bytes))
    } catch {
      throw .unreadable(path: path, reason: describe(error))
    }
    guard header.format == formatName else {
      throw .unreadable(path: path, reason: "format is '\(header.format)', expected '\(formatName)'")
    }
    guard header.layout == supportedLayout else {
      throw .unsupportedLayout(path: path, found: header.layout, supported: supportedLayout)
    }
    do {
      return try JSONDecoder().decode(RunRecord.self, from: Data(bytes))
    } catch {
      throw .unreadable(path: path, reason: describe(error))
    }
  }

  /// Replaces `run.json` in one step: a reader sees the old content or the new one.
  func write(_ path: String) throws(StoreError) {
    try replaceFile(path, text: try JSONValue(encoding: self).indentedText + "\n")
  }
}

/// The present moment as ISO 8601 in UTC, to the second.
func timestamp() -> String {
  Date().ISO8601Format()
}

/// One line on why decoding failed, with the path of the field.
func describe(_ error: any Error) -> String {
  func place(_ codingPath: [any CodingKey]) -> String {
    let path = codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
    return path.isEmpty ? "the file" : path.joined(separator: ".")
  }
  func noun(_ type: any Any.Type) -> String {
    switch "\(type)" {
    case "String": "a text"
    case "Bool": "true or false"
    case let name where name.hasPrefix("Array"): "a list"
    case let name where name.hasPrefix("Dictionary"): "an object"
    case "UInt64": "a whole number of at least 0"
    case let name where name.contains("Int"): "a whole number"
    case "Double", "Float": "a number"
    default: "a \(type)"
    }
  }
  switch error {
  case DecodingError.keyNotFound(let key, let context):
    return "\(place(context.codingPath)) has no '\(key.stringValue)'"
  case DecodingError.typeMismatch(let type, let context), DecodingError.valueNotFound(let type, let context):
    return "\(place(context.codingPath)) is not \(noun(type))"
  case DecodingError.dataCorrupted(let context):
    // The text as a whole, or a value that its reader refuses.
    return context.codingPath.isEmpty
      ? "the file is not valid JSON: \(context.debugDescription)"
      : "\(place(context.codingPath)): \(context.debugDescription)"
  case EncodingError.invalidValue(let value, let context):
    return "\(place(context.codingPath)) is \(value), which JSON cannot hold"
  default:
    return "\(error)"
  }
}

/// What is wrong with a text that is no JSON, and where; `nil` for JSON. Of the system's readers, the one that decodes does
/// not say where.
func syntaxFault(of text: String) -> String? {
  do {
    _ = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
    return nil
  } catch {
    let reason = (error as NSError).userInfo["NSDebugDescription"] as? String ?? "\(error)"
    let words = reason.split(separator: " ")
    guard let offset = words.last.flatMap({ Int($0.filter(\.isNumber)) }), words.dropLast().last == "character" else {
      return printable(reason)  // It may quote the text.
    }
    let before = text.utf8.prefix(offset).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let what = words.dropLast(3).joined(separator: " ").lowercased()
    return "\(printable(what)) around line \(before.count), column \((before.last?.count ?? 0) + 1)"
  }
}
