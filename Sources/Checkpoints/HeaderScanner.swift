import ThalwegFiles

/// Scans the few forms of JSON that a safetensors header consists of.
///
/// Not a general reader: it knows strings, whole numbers at least 0 and lists of these. So nothing nests,
/// memory stays below the header's size, and every error has its byte.
struct HeaderScanner {
  private let file: FileBytes
  private let end: Int
  private(set) var position: Int

  init(_ file: FileBytes, range: Range<Int>) {
    self.file = file
    position = range.lowerBound
    end = range.upperBound
  }

  /// Skips white space and tells the next byte, or `nil` at the end.
  mutating func peek() -> UInt8? {
    while position < end, [0x20, 0x09, 0x0A, 0x0D].contains(file.bytes[position]) { position += 1 }
    return position < end ? file.bytes[position] : nil
  }

  /// Takes `character`, or fails.
  mutating func expect(_ character: Character) throws(FileFormatError) {
    guard let next = peek(), next == character.asciiValue else { throw failure(expected: "“\(character)”") }
    position += 1
  }

  /// Takes `character` if it is next.
  mutating func skip(_ character: Character) -> Bool {
    guard let next = peek(), next == character.asciiValue else { return false }
    position += 1
    return true
  }

  /// Takes a string.
  mutating func readString() throws(FileFormatError) -> String {
    try expect("\"")
    let start = position
    var text: [UInt8] = []
    while position < end {
      let byte = file.bytes[position]
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        guard let string = String(validating: text, as: UTF8.self) else {
          throw file.failure(at: start, found: "bytes that are no UTF-8", expected: "a string")
        }
        return string
      case UInt8(ascii: "\\"):
        position += 1
        try readEscape(into: &text)
      case 0..<0x20:
        throw failure(expected: "a string without control characters")
      default:
        text.append(byte)
        position += 1
      }
    }
    throw failure(expected: "the end of a string")
  }

  private mutating func readEscape(into text: inout [UInt8]) throws(FileFormatError) {
    guard position < end else { throw failure(expected: "an escaped character") }
    let byte = file.bytes[position]
    let plain: [UInt8: UInt8] = [
      0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x62: 0x08, 0x66: 0x0C, 0x6E: 0x0A, 0x72: 0x0D, 0x74: 0x09,
    ]
    if let value = plain[byte] {
      text.append(value)
      position += 1
      return
    }
    guard byte == UInt8(ascii: "u") else { throw failure(expected: "an escape that JSON knows") }
    position += 1
    var unit = try readHexadecimal()
    if (0xD800..<0xDC00).contains(unit) {
      try expect("\\")
      try expect("u")
      let low = try readHexadecimal()
      guard (0xDC00..<0xE000).contains(low) else { throw failure(expected: "the second half of a character") }
      unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(unit) else { throw failure(expected: "a whole character") }
    text.append(contentsOf: String(Character(scalar)).utf8)
  }

  private mutating func readHexadecimal() throws(FileFormatError) -> UInt32 {
    guard position + 4 <= end else { throw failure(expected: "four hexadecimal digits") }
    let digits = file.bytes[position..<(position + 4)]
    guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw failure(expected: "four hexadecimal digits") }
    position += 4
    return value
  }

  /// Takes a list of whole numbers at least 0, at most `limit` of them.
  mutating func readNumbers(limit: Int) throws(FileFormatError) -> [Int] {
    try expect("[")
    var numbers: [Int] = []
    if skip("]") { return numbers }
    repeat {
      guard numbers.count < limit else { throw failure(expected: "at most \(limit) numbers") }
      numbers.append(try readNumber())
    } while skip(",")
    try expect("]")
    return numbers
  }

  private mutating func readNumber() throws(FileFormatError) -> Int {
    guard let first = peek(), (0x30...0x39).contains(first) else {
      throw failure(expected: "a whole number at least 0")
    }
    var value = 0
    while position < end, (0x30...0x39).contains(file.bytes[position]) {
      let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tens.addingReportingOverflow(Int(file.bytes[position] - 0x30))
      guard !overflow && !carry else { throw failure(expected: "a number up to \(Int.max)") }
      value = sum
      position += 1
    }
    return value
  }

  /// An error at this place.
  func failure(expected: String) -> FileFormatError {
    let next = file.bytes[position..<max(position, min(end, position + 12))]
    let found = next.isEmpty ? "the end of the header" : "“\(String(decoding: next, as: UTF8.self))”"
    return file.failure(at: position, found: found, expected: expected)
  }
}
