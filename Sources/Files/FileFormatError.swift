/// Bytes in a file that are not what its format demands.
///
/// Says where the bytes stand, what they are and what was expected, on one line: text taken from the file is
/// escaped and cut, so a hostile file can neither break the line nor flood it.
public struct FileFormatError: Error, Equatable, Sendable {
  /// The file's path; for a member of an archive `path(member)`.
  public let file: String
  /// Offset of the offending byte from the start of the file, or of the unpacked member.
  public let offset: Int
  /// What stands there.
  public let found: String
  /// What the format demands.
  public let expected: String

  /// An error at `offset` of `file`.
  public init(file: String, offset: Int, found: String, expected: String) {
    self.file = file
    self.offset = offset
    self.found = found
    self.expected = expected
  }
}

extension FileFormatError: CustomStringConvertible {
  /// `file: byte offset: found …, expected …`.
  public var description: String {
    "\(printable(file, limit: 400)): byte \(offset): found \(printable(found)), expected \(printable(expected))"
  }
}

/// `text` on one line: control characters escaped, and cut after `limit` characters.
///
/// For error messages that quote text from files.
public func printable(_ text: String, limit: Int = 200) -> String {
  var result = ""
  var count = 0
  for scalar in text.unicodeScalars {
    guard count < limit else { return result + "…" }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse:
      // An escape is as long as what it shows.
      let escape = "\\u{" + String(scalar.value, radix: 16) + "}"
      result += escape
      count += escape.count
    default:
      result.unicodeScalars.append(scalar)
      count += 1
    }
  }
  return result
}

/// `bytes` as hexadecimal pairs, at most the first `limit` of them, for error messages.
public func hexadecimal(_ bytes: some Sequence<UInt8>, limit: Int = 16) -> String {
  bytes.prefix(limit).map { hexadecimalPair($0) }.joined(separator: " ")
}

/// Two lower-case hexadecimal digits.
func hexadecimalPair(_ byte: UInt8) -> String {
  (byte < 16 ? "0" : "") + String(byte, radix: 16)
}
