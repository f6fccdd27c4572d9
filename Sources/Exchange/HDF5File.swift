import ThalwegFiles

/// An HDF5 file in memory, as far as small result files need it: groups, and data sets of numbers in one piece.
///
/// The library that defines the format crashes on some damaged files, so it is never shown a foreign one: this reader
/// checks every reference and every size before it follows or allocates. What it leaves out (data in chunks, shared
/// messages, groups of very many members) is refused by name.
///
/// Source: The HDF Group, HDF5 File Format Specification Version 3.0.
struct HDF5File {
  /// The offset that stands for “nowhere”.
  static let undefined = UInt64.max

  let file: FileBytes
  /// What addresses in the file are relative to.
  private let base: Int
  /// Address of the root group's object header.
  private let rootAddress: UInt64

  /// Reads the file's beginning.
  init(_ file: FileBytes) throws(FileFormatError) {
    self.file = file
    let start = try Self.findSignature(file)
    var cursor = file.cursor()
    try cursor.seek(to: start + 8)
    let version = try cursor.readByte("the superblock's version")
    func checkWidths() throws(FileFormatError) {
      let place = cursor.position
      let (offsets, lengths) = (try cursor.readByte(), try cursor.readByte())
      guard offsets == 8 && lengths == 8 else {
        throw file.failure(
          at: place, found: "addresses of \(offsets) and lengths of \(lengths) bytes", expected: "8 bytes each")
      }
    }
    switch version {
    case 0, 1:
      _ = try cursor.readBytes(4)
      try checkWidths()
      _ = try cursor.readBytes(version == 0 ? 9 : 13)
      _ = try cursor.readBytes(4 * 8 + 8, "the superblock")
      rootAddress = try cursor.readInteger(UInt64.self, "the root group's address")
    case 2, 3:
      try checkWidths()
      _ = try cursor.readBytes(1 + 3 * 8, "the superblock")
      rootAddress = try cursor.readInteger(UInt64.self, "the root group's address")
    default:
      throw file.failure(at: start + 8, found: "a superblock of version \(version)", expected: "version 0 to 3")
    }
    base = start
  }

  /// The signature stands at the start, or behind a user block of 512 bytes times a power of two.
  private static func findSignature(_ file: FileBytes) throws(FileFormatError) -> Int {
    let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
    var place = file.bytes.startIndex
    while place + signature.count <= file.bytes.endIndex {
      if file.bytes[place...].starts(with: signature) { return place }
      place = place == 0 ? 512 : place * 2
    }
    throw file.failure(at: 0, found: "no HDF5 signature", expected: "an HDF5 file")
  }

  /// The members of the root group.
  func rootGroup() throws(FileFormatError) -> HDF5Group {
    try group(at: rootAddress, name: "/")
  }

  /// The members of a group.
  func group(at address: UInt64, name: String) throws(FileFormatError) -> HDF5Group {
    var reader = HDF5GroupReader(file: self)
    return try reader.read(HDF5ObjectHeader(self, at: address, name: name), name: name)
  }

  /// A cursor at an address of the file.
  func cursor(at address: UInt64, _ what: String) throws(FileFormatError) -> ByteCursor {
    var cursor = file.cursor()
    guard let offset = Int(exactly: address), case let (place, overflow) = offset.addingReportingOverflow(base),
      !overflow, place <= cursor.end
    else {
      throw file.failure(at: 0, found: "\(what) at \(address)", expected: "an address inside the file")
    }
    try cursor.seek(to: place)
    return cursor
  }
}

/// The names in a group, with the addresses of what they name.
struct HDF5Group {
  var addresses: [String: UInt64] = [:]
}
