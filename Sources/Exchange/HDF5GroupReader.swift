import ThalwegFiles

/// Reads the members of a group: from its messages, or from a tree of symbols, the older form.
struct HDF5GroupReader {
  /// Far more members than a result file has.
  private static let largestCount = 100_000
  private static let entryLength = 40

  let file: HDF5File
  private var group = HDF5Group()
  /// Nodes of the tree read so far; a tree whose nodes name each other never ends.
  private var nodeCount = 0

  init(file: HDF5File) { self.file = file }

  mutating func read(_ header: HDF5ObjectHeader, name: String) throws(FileFormatError) -> HDF5Group {
    if let table = header[.symbolTable] {
      var cursor = table.cursor()
      let tree = try cursor.readInteger(UInt64.self, "the address of a group's tree")
      let heap = try cursor.readInteger(UInt64.self, "the address of a group's names")
      try readNode(tree, names: try names(at: heap), depth: 0)
      return group
    }
    if let info = header[.linkInfo] { try refuseDenseLinks(info, name) }
    for message in header.messages where message.kind == .link { try readLink(message.data) }
    return group
  }

  private mutating func add(_ name: String, _ address: UInt64, at place: Int) throws(FileFormatError) {
    guard group.addresses.count < Self.largestCount else {
      throw file.file.failure(
        at: place, found: "more than \(Self.largestCount) members", expected: "a group of a result file")
    }
    guard group.addresses.updateValue(address, forKey: name) == nil else {
      throw file.file.failure(at: place, found: "“\(name)” twice in a group", expected: "names that differ")
    }
  }

  // MARK: - Links as messages

  private func refuseDenseLinks(_ info: FileBytes, _ name: String) throws(FileFormatError) {
    var cursor = info.cursor()
    _ = try cursor.readByte()
    if try cursor.readByte() & 1 != 0 { _ = try cursor.readBytes(8) }
    guard try cursor.readInteger(UInt64.self, "the address of a heap") == HDF5File.undefined else {
      throw cursor.failure(
        found: "“\(name)”, a group of very many members", expected: "one that lists its members itself")
    }
  }

  private mutating func readLink(_ data: FileBytes) throws(FileFormatError) {
    var cursor = data.cursor()
    let version = try cursor.readByte()
    guard version == 1 else {
      throw cursor.failure(found: "a link of version \(version)", expected: "version 1")
    }
    let flags = try cursor.readByte()
    let kind = flags & 8 != 0 ? try cursor.readByte() : 0
    if flags & 4 != 0 { _ = try cursor.readBytes(8) }
    if flags & 0x10 != 0 { _ = try cursor.readByte() }
    let length: Int
    switch flags & 3 {
    case 0: length = Int(try cursor.readByte())
    case 1: length = try cursor.readCount(UInt16.self)
    case 2: length = try cursor.readCount(UInt32.self)
    default: length = try cursor.readCount(UInt64.self)
    }
    let name = String(decoding: try cursor.readBytes(length, "a member's name"), as: UTF8.self)
    guard kind == 0 else { return }  // Soft and external links lead to names, not to objects.
    try add(name, try cursor.readInteger(UInt64.self, "the address of “\(name)”"), at: cursor.position)
  }

  // MARK: - Links in a tree

  /// The part of the file that holds the names.
  private func names(at address: UInt64) throws(FileFormatError) -> FileBytes {
    var cursor = try file.cursor(at: address, "a group's names")
    guard try cursor.readBytes(4, "a heap").elementsEqual("HEAP".utf8) else {
      throw file.file.failure(at: cursor.position - 4, found: "other bytes", expected: "a heap of names")
    }
    _ = try cursor.readBytes(4)
    let length = try cursor.readCount(UInt64.self, "the length of a heap")
    _ = try cursor.readBytes(8)
    var data = try file.cursor(
      at: try cursor.readInteger(UInt64.self, "the address of a heap's data"), "a heap's data")
    let start = data.position
    _ = try data.readBytes(length, "a heap of names")
    return file.file.part(start..<(start + length), name: file.file.name)
  }

  private mutating func readNode(_ address: UInt64, names: FileBytes, depth: Int) throws(FileFormatError) {
    nodeCount += 1
    // A node takes more than 24 bytes, so that more of them than that cannot all be different.
    guard depth < 16, nodeCount <= 16 + file.file.count / 24 else {
      throw file.file.failure(at: 0, found: "a tree of names without end", expected: "a group's tree")
    }
    var cursor = try file.cursor(at: address, "a group's tree")
    let place = cursor.position
    let signature = try cursor.readBytes(4, "a node of a group's tree")
    if signature.elementsEqual("SNOD".utf8) { return try readSymbols(&cursor, names) }
    guard signature.elementsEqual("TREE".utf8), try cursor.readByte() == 0 else {
      throw file.file.failure(at: place, found: "other bytes", expected: "a node of a group's tree")
    }
    _ = try cursor.readByte()
    let count = try cursor.readCount(UInt16.self)
    _ = try cursor.readBytes(16)
    for _ in 0..<count {
      _ = try cursor.readBytes(8)
      try readNode(try cursor.readInteger(UInt64.self, "a node's address"), names: names, depth: depth + 1)
    }
  }

  private mutating func readSymbols(_ cursor: inout ByteCursor, _ names: FileBytes) throws(FileFormatError) {
    _ = try cursor.readBytes(2)
    let count = try cursor.readCount(UInt16.self)
    for _ in 0..<count {
      let place = cursor.position
      let offset = try cursor.readInteger(UInt64.self, "the place of a name")
      let address = try cursor.readInteger(UInt64.self, "a member's address")
      let kind = try cursor.readInteger(UInt32.self)
      _ = try cursor.readBytes(20)
      guard let start = Int(exactly: offset), start < names.count else {
        throw file.file.failure(at: place, found: "a name at \(offset)", expected: "one among \(names.count) bytes")
      }
      let name = String(decoding: names.bytes.dropFirst(start).prefix { $0 != 0 }, as: UTF8.self)
      if kind != 2 { try add(name, address, at: place) }  // 2 is a soft link.
    }
  }
}
