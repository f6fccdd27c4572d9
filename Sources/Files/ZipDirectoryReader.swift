/// Reads the central directory of a zip archive.
///
/// Source: PKWARE, APPNOTE.TXT 6.3, sections 4.3 and 4.5.3.
struct ZipDirectoryReader {
  private static let entrySignature: UInt32 = 0x0201_4B50
  private static let localSignature: UInt32 = 0x0403_4B50
  private static let endSignature: UInt32 = 0x0605_4B50
  private static let end64Signature: UInt32 = 0x0606_4B50
  private static let locator64Signature: UInt32 = 0x0706_4B50
  private static let endLength = 22
  private static let entryLength = 46
  /// Sizes and offsets of this value stand in the zip64 field instead.
  private static let elsewhere = 0xFFFF_FFFF

  private let file: FileBytes
  private var cursor: ByteCursor

  init(_ file: FileBytes) {
    self.file = file
    cursor = file.cursor()
  }

  /// Where the central directory stands, and how many entries it has.
  private struct Directory {
    var entryCount: Int
    var range: Range<Int>
  }

  mutating func readMembers() throws(FileFormatError) -> [ZipArchive.Member] {
    let directory = try readEnd()
    // An entry takes 46 bytes at least: a larger count is a lie, and would reserve memory for nothing.
    guard directory.entryCount <= directory.range.count / ZipDirectoryReader.entryLength else {
      throw file.failure(
        at: directory.range.lowerBound, found: "\(directory.range.count) bytes of central directory",
        expected: "room for \(directory.entryCount) entries")
    }
    try cursor.seek(to: directory.range.lowerBound)
    var members: [ZipArchive.Member] = []
    members.reserveCapacity(directory.entryCount)
    for _ in 0..<directory.entryCount {
      members.append(try readEntry(before: directory.range.upperBound))
    }
    return members
  }

  private mutating func readEnd() throws(FileFormatError) -> Directory {
    let offset = try findEnd()
    try cursor.seek(to: offset + 4)
    let disk = try cursor.readInteger(UInt16.self)
    _ = try cursor.readInteger(UInt16.self)
    let entriesHere = try cursor.readInteger(UInt16.self)
    let entries = try cursor.readInteger(UInt16.self)
    let size = try cursor.readCount(UInt32.self)
    let start = try cursor.readCount(UInt32.self)
    if let directory = try readEnd64(before: offset) { return directory }
    guard disk == 0 && entriesHere == entries else {
      throw file.failure(at: offset, found: "one volume of several", expected: "a whole zip archive")
    }
    return try directory(entries: Int(entries), start: start, size: size, before: offset)
  }

  /// The zip64 form of the end record, if the archive has one.
  private mutating func readEnd64(before end: Int) throws(FileFormatError) -> Directory? {
    let locator = end - 20
    guard locator >= file.bytes.startIndex else { return nil }
    try cursor.seek(to: locator)
    guard try cursor.readInteger(UInt32.self) == ZipDirectoryReader.locator64Signature else { return nil }
    _ = try cursor.readInteger(UInt32.self)
    let record = try cursor.readCount(UInt64.self, "the offset of the zip64 end record")
    try cursor.seek(to: record)
    guard try cursor.readInteger(UInt32.self) == ZipDirectoryReader.end64Signature else {
      throw file.failure(at: record, found: "other bytes", expected: "the zip64 end record")
    }
    _ = try cursor.readBytes(8 + 2 + 2 + 4 + 4 + 8, "the zip64 end record")
    let entries = try cursor.readCount(UInt64.self, "the number of members")
    let size = try cursor.readCount(UInt64.self, "the size of the central directory")
    let start = try cursor.readCount(UInt64.self, "the offset of the central directory")
    return try directory(entries: entries, start: start, size: size, before: locator)
  }

  private func directory(
    entries: Int, start: Int, size: Int, before end: Int
  ) throws(FileFormatError) -> Directory {
    let (stop, overflow) = start.addingReportingOverflow(size)
    guard !overflow && start >= file.bytes.startIndex && stop <= end else {
      throw file.failure(
        at: end, found: "a central directory of \(size) bytes at \(start)",
        expected: "one that ends by \(end)")
    }
    return Directory(entryCount: entries, range: start..<stop)
  }

  /// The end record stands last, behind it only a comment of at most 65,535 bytes.
  private func findEnd() throws(FileFormatError) -> Int {
    let bytes = file.bytes
    let last = bytes.endIndex - ZipDirectoryReader.endLength
    let first = max(bytes.startIndex, last - 0xFFFF)
    var offset = last
    while offset >= first {
      if bytes[offset] == 0x50 && bytes[offset + 1] == 0x4B && bytes[offset + 2] == 5
        && bytes[offset + 3] == 6
      {
        return offset
      }
      offset -= 1
    }
    throw file.failure(
      at: bytes.endIndex, found: "no end record", expected: "a zip archive: the file may be cut short")
  }

  private mutating func readEntry(before end: Int) throws(FileFormatError) -> ZipArchive.Member {
    let offset = cursor.position
    guard try cursor.readInteger(UInt32.self) == ZipDirectoryReader.entrySignature else {
      throw file.failure(at: offset, found: "other bytes", expected: "an entry of the central directory")
    }
    _ = try cursor.readBytes(4)
    let flags = try cursor.readInteger(UInt16.self)
    let method = try cursor.readInteger(UInt16.self)
    _ = try cursor.readBytes(4)
    let checksum = try cursor.readInteger(UInt32.self)
    var packed = try cursor.readCount(UInt32.self)
    var unpacked = try cursor.readCount(UInt32.self)
    let nameLength = try cursor.readCount(UInt16.self)
    let extraLength = try cursor.readCount(UInt16.self)
    let commentLength = try cursor.readCount(UInt16.self)
    _ = try cursor.readBytes(8)
    var local = try cursor.readCount(UInt32.self)
    let nameBytes = try cursor.readBytes(nameLength, "a member's name")
    let extraEnd = cursor.position + extraLength
    try readZip64(until: extraEnd, unpacked: &unpacked, packed: &packed, local: &local)
    _ = try cursor.readBytes(commentLength, "a member's comment")
    guard cursor.position <= end else {
      throw file.failure(at: offset, found: "an entry past the directory's end", expected: "one inside it")
    }
    let name = String(decoding: nameBytes, as: UTF8.self)
    guard flags & 1 == 0 else {
      throw file.failure(at: offset, found: "“\(name)”, encrypted", expected: "members without encryption")
    }
    guard method == 0 || method == 8 else {
      throw file.failure(
        at: offset, found: "“\(name)”, packed by method \(method)", expected: "stored (0) or deflated (8)")
    }
    guard method == 8 || packed == unpacked else {
      throw file.failure(
        at: offset, found: "“\(name)”, stored in \(packed) bytes", expected: "its length, \(unpacked) bytes")
    }
    let next = cursor.position
    let start = try dataStart(of: name, nameBytes, local: local)
    try cursor.seek(to: next)
    guard packed <= file.bytes.endIndex - start else {
      throw file.failure(
        at: offset, found: "“\(name)” of \(packed) bytes at \(start)", expected: "data inside the archive")
    }
    return ZipArchive.Member(
      name: name, count: unpacked, dataRange: start..<(start + packed), isDeflated: method == 8,
      checksum: checksum, entryOffset: offset)
  }

  /// Replaces the values that say ``elsewhere`` by those of the zip64 field, and skips all other fields.
  private mutating func readZip64(
    until end: Int, unpacked: inout Int, packed: inout Int, local: inout Int
  ) throws(FileFormatError) {
    while cursor.position + 4 <= end {
      let identifier = try cursor.readInteger(UInt16.self)
      let next = cursor.position + 2 + (try cursor.readCount(UInt16.self))
      if identifier == 1 {
        let elsewhere = ZipDirectoryReader.elsewhere
        if unpacked == elsewhere { unpacked = try cursor.readCount(UInt64.self, "a member's length") }
        if packed == elsewhere { packed = try cursor.readCount(UInt64.self, "a member's packed length") }
        if local == elsewhere { local = try cursor.readCount(UInt64.self, "a member's offset") }
      }
      try cursor.seek(to: next)
    }
    try cursor.seek(to: end)
  }

  /// Offset of the member's data: behind its local header, which must bear the same name.
  private mutating func dataStart(
    of name: String, _ nameBytes: ArraySlice<UInt8>, local: Int
  ) throws(FileFormatError) -> Int {
    try cursor.seek(to: local)
    guard try cursor.readInteger(UInt32.self) == ZipDirectoryReader.localSignature else {
      throw file.failure(at: local, found: "other bytes", expected: "the local header of “\(name)”")
    }
    _ = try cursor.readBytes(22, "a local header")
    let nameLength = try cursor.readCount(UInt16.self)
    let extraLength = try cursor.readCount(UInt16.self)
    let localName = try cursor.readBytes(nameLength, "a member's name")
    guard localName.elementsEqual(nameBytes) else {
      throw file.failure(
        at: local, found: "a local header of “\(String(decoding: localName, as: UTF8.self))”",
        expected: "the local header of “\(name)”")
    }
    _ = try cursor.readBytes(extraLength, "a local header's extra field")
    return cursor.position
  }
}
