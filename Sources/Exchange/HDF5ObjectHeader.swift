import ThalwegFiles

/// The messages of an object in an HDF5 file: what a group or a data set says of itself.
struct HDF5ObjectHeader {
  /// The kinds of messages that are understood; all others are skipped.
  enum Kind: UInt16 {
    case dataspace = 0x01
    case linkInfo = 0x02
    case datatype = 0x03
    case link = 0x06
    case externalFiles = 0x07
    case layout = 0x08
    case continuation = 0x10
    case symbolTable = 0x11
  }

  /// One message.
  struct Message {
    let kind: Kind
    let data: FileBytes
  }

  /// The messages in the order of the file.
  private(set) var messages: [Message] = []

  private let file: HDF5File
  private let name: String
  /// Blocks of messages that are still to be read.
  private var pending: [Range<Int>] = []
  /// Bytes of headers read so far. Blocks that overlap, or name each other, soon exceed the file.
  private var byteCount = 0

  /// Reads the header at `address`.
  init(_ file: HDF5File, at address: UInt64, name: String) throws(FileFormatError) {
    self.file = file
    self.name = name
    var cursor = try file.cursor(at: address, "the header of “\(name)”")
    let start = cursor.position
    let isNew = try cursor.readBytes(4, "an object header").elementsEqual("OHDR".utf8)
    if isNew { try readNew(&cursor) } else { try readOld(&cursor, start) }
  }

  /// The data of the only message of a kind; `nil` where there is none.
  subscript(_ kind: Kind) -> FileBytes? { messages.first { $0.kind == kind }?.data }

  // MARK: - Version 1

  private mutating func readOld(_ cursor: inout ByteCursor, _ start: Int) throws(FileFormatError) {
    try cursor.seek(to: start)
    let version = try cursor.readByte()
    guard version == 1 else {
      throw file.file.failure(
        at: start, found: "an object header of version \(version)", expected: "version 1 or 2 for “\(name)”")
    }
    _ = try cursor.readBytes(7)
    let length = try cursor.readCount(UInt32.self, "the length of an object header")
    _ = try cursor.readBytes(4)
    try append(cursor.position, length)
    while let block = pending.popLast() {
      var cursor = file.file.cursor()
      try cursor.seek(to: block.lowerBound)
      while cursor.position + 8 <= block.upperBound {
        let place = cursor.position
        let kind = try cursor.readInteger(UInt16.self)
        let length = try cursor.readCount(UInt16.self)
        let flags = try cursor.readByte()
        _ = try cursor.readBytes(3)
        try take(kind, flags, length, &cursor, before: block.upperBound, at: place)
      }
    }
  }

  // MARK: - Version 2

  private mutating func readNew(_ cursor: inout ByteCursor) throws(FileFormatError) {
    let place = cursor.position
    let version = try cursor.readByte()
    guard version == 2 else {
      throw file.file.failure(at: place, found: "an object header of version \(version)", expected: "version 2")
    }
    let flags = try cursor.readByte()
    if flags & 0x20 != 0 { _ = try cursor.readBytes(16) }
    if flags & 0x10 != 0 { _ = try cursor.readBytes(4) }
    let length = try readLength(&cursor, width: 1 << Int(flags & 3))
    try append(cursor.position, length)
    while let block = pending.popLast() {
      var cursor = file.file.cursor()
      try cursor.seek(to: block.lowerBound)
      let headLength = flags & 4 != 0 ? 6 : 4
      while cursor.position + headLength <= block.upperBound {
        let place = cursor.position
        let kind = UInt16(try cursor.readByte())
        let length = try cursor.readCount(UInt16.self)
        let messageFlags = try cursor.readByte()
        if flags & 4 != 0 { _ = try cursor.readBytes(2) }
        try take(kind, messageFlags, length, &cursor, before: block.upperBound, at: place)
      }
    }
  }

  private func readLength(_ cursor: inout ByteCursor, width: Int) throws(FileFormatError) -> Int {
    switch width {
    case 1: Int(try cursor.readByte())
    case 2: try cursor.readCount(UInt16.self)
    case 4: try cursor.readCount(UInt32.self)
    default: try cursor.readCount(UInt64.self, "the length of an object header")
    }
  }

  // MARK: - Both

  private mutating func append(_ start: Int, _ length: Int) throws(FileFormatError) {
    let bytes = file.file.bytes
    guard start <= bytes.endIndex, length <= bytes.endIndex - start else {
      throw file.file.failure(
        at: start, found: "\(max(0, bytes.endIndex - start)) bytes until the end",
        expected: "\(length) bytes of messages of “\(name)”")
    }
    byteCount += length
    guard byteCount <= bytes.count else {
      throw file.file.failure(at: start, found: "messages that overlap", expected: "“\(name)” in one order")
    }
    pending.append(start..<(start + length))
  }

  private mutating func take(
    _ kind: UInt16, _ flags: UInt8, _ length: Int, _ cursor: inout ByteCursor, before end: Int, at place: Int
  ) throws(FileFormatError) {
    guard length <= end - cursor.position else {
      throw file.file.failure(
        at: place, found: "a message of \(length) bytes", expected: "at most \(end - cursor.position)")
    }
    let start = cursor.position
    _ = try cursor.readBytes(length)
    guard let kind = Kind(rawValue: kind) else { return }
    guard flags & 2 == 0 else {
      throw file.file.failure(at: place, found: "a shared message", expected: "“\(name)” with messages of its own")
    }
    let data = file.file.part(start..<(start + length), name: file.file.name)
    if kind == .continuation { return try follow(data) }
    messages.append(Message(kind: kind, data: data))
  }

  private mutating func follow(_ data: FileBytes) throws(FileFormatError) {
    var cursor = data.cursor()
    let address = try cursor.readInteger(UInt64.self, "the address of further messages")
    let length = try cursor.readCount(UInt64.self, "the length of further messages")
    var block = try file.cursor(at: address, "further messages of “\(name)”")
    let start = block.position
    // The second version puts a signature before the messages and a checksum behind them.
    if try block.readBytes(4, "further messages").elementsEqual("OCHK".utf8) {
      try append(start + 4, max(0, length - 8))
    } else {
      try append(start, length)
    }
  }
}
