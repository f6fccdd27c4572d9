/// The order of the bytes of an integer in a file.
public enum ByteOrder: Sendable {
  /// Least significant byte first.
  case little
  /// Most significant byte first.
  case big
}

/// A place in a file's bytes from which numbers and runs of bytes are read, each read checked against the end.
public struct ByteCursor: Sendable {
  /// The file read from.
  public let source: FileBytes
  /// Offset of the next byte.
  public private(set) var position: Int

  /// A cursor at the first byte of `source`.
  public init(_ source: FileBytes) {
    self.source = source
    position = source.bytes.startIndex
  }

  /// Offset one past the last byte.
  public var end: Int { source.bytes.endIndex }

  /// Number of bytes not yet read.
  public var remaining: Int { end - position }

  /// Moves to `offset`.
  ///
  /// - Throws: ``FileFormatError`` when `offset` is outside the file.
  public mutating func seek(to offset: Int) throws(FileFormatError) {
    guard offset >= source.bytes.startIndex && offset <= end else {
      throw failure(found: "a reference to byte \(offset)", expected: "an offset up to \(end)")
    }
    position = offset
  }

  /// The next byte.
  public mutating func readByte(_ what: String = "a byte") throws(FileFormatError) -> UInt8 {
    guard position < end else { throw failure(found: "the end of the data", expected: what) }
    defer { position += 1 }
    return source.bytes[position]
  }

  /// The next `count` bytes, without a copy.
  ///
  /// - Parameters:
  ///   - count: Number of bytes, as the file announced it: a negative one is an error of the file.
  ///   - what: What the bytes are, for the error.
  public mutating func readBytes(
    _ count: Int, _ what: String = "data"
  ) throws(FileFormatError) -> ArraySlice<UInt8> {
    guard count >= 0 && count <= remaining else {
      throw failure(found: "\(remaining) bytes until the end", expected: "\(count) bytes of \(what)")
    }
    defer { position += count }
    return source.bytes[position..<(position + count)]
  }

  /// The next integer of type `Value`.
  public mutating func readInteger<Value: FixedWidthInteger>(
    _ type: Value.Type = Value.self, order: ByteOrder = .little, _ what: String = "an integer"
  ) throws(FileFormatError) -> Value {
    let width = MemoryLayout<Value>.size
    let bytes = try readBytes(width, what)
    var value: Value = 0
    for (place, byte) in bytes.enumerated() {
      let shift = 8 * (order == .little ? place : width - 1 - place)
      value |= Value(truncatingIfNeeded: byte) << Value(truncatingIfNeeded: shift)
    }
    return value
  }

  /// The next integer of type `Value`, as a count: it must be at least 0 and fit an `Int`.
  public mutating func readCount<Value: FixedWidthInteger>(
    _ type: Value.Type, order: ByteOrder = .little, _ what: String = "a count"
  ) throws(FileFormatError) -> Int {
    let start = position
    let value = try readInteger(type, order: order, what)
    guard let count = Int(exactly: value), count >= 0 else {
      throw source.failure(at: start, found: "\(value)", expected: "\(what) between 0 and \(Int.max)")
    }
    return count
  }

  /// An error at this place.
  public func failure(found: String, expected: String) -> FileFormatError {
    source.failure(at: position, found: found, expected: expected)
  }
}

/// The product of `extents`, or `nil` where one is negative or the product exceeds `Int`.
///
/// For sizes announced by files: call it before allocating anything. An empty list has product 1.
public func checkedProduct(_ extents: some Sequence<Int>) -> Int? {
  var product = 1
  var isZero = false
  for extent in extents {
    guard extent >= 0 else { return nil }
    // A zero makes the product zero, yet must not hide an overflow of the other extents.
    if extent == 0 {
      isZero = true
      continue
    }
    let (value, overflow) = product.multipliedReportingOverflow(by: extent)
    if overflow { return nil }
    product = value
  }
  return isZero ? 0 : product
}
