/// A zip archive in memory: its central directory, checked, and its members on demand.
///
/// Reads stored and deflated members, with or without zip64 sizes. Encrypted members and archives in several
/// volumes are refused. What all members read may hold is bounded by the archive's size, see
/// ``largestExpansion``.
public struct ZipArchive: Sendable {
  /// One member, as the central directory describes it.
  public struct Member: Equatable, Sendable {
    /// Its path within the archive.
    public let name: String
    /// Its length after unpacking, in bytes.
    public let count: Int
    /// Where its data stands in the archive.
    public let dataRange: Range<Int>
    /// Whether the data is deflated; stored otherwise.
    public let isDeflated: Bool
    /// Checksum of the unpacked data.
    public let checksum: UInt32
    /// Offset of its entry in the central directory, for errors.
    let entryOffset: Int
  }

  /// All members together may be at most this many times as long as the archive, or 1 MiB if that is more.
  public static let largestExpansion = 16

  /// The members, in the order of the central directory. Names are unique.
  public let members: [Member]
  private let file: FileBytes
  private let indexByName: [String: Int]

  /// Reads the central directory of `file`.
  ///
  /// - Throws: ``FileFormatError`` where the directory, or a member's local header, is damaged; where two members
  ///   bear one name; and where the announced sizes exceed the bound.
  public init(_ file: FileBytes) throws(FileFormatError) {
    self.file = file
    var reader = ZipDirectoryReader(file)
    members = try reader.readMembers()
    var index: [String: Int] = [:]
    var total = 0
    let bound = max(1 << 20, ZipArchive.largestExpansion * file.count)
    for (place, member) in members.enumerated() {
      guard index.updateValue(place, forKey: member.name) == nil else {
        throw file.failure(
          at: member.entryOffset, found: "a second member named “\(member.name)”", expected: "unique names")
      }
      guard member.count <= bound - total else {
        throw file.failure(
          at: member.entryOffset, found: "members of more than \(bound) bytes in all",
          expected: "at most \(ZipArchive.largestExpansion) times the archive's \(file.count) bytes")
      }
      total += member.count
    }
    indexByName = index
  }

  /// The member named `name`.
  public subscript(name: String) -> Member? {
    indexByName[name].map { members[$0] }
  }

  /// The data of `member`, unpacked, its checksum verified.
  ///
  /// A stored member is a part of the archive, without a copy.
  public func contents(of member: Member) throws(FileFormatError) -> FileBytes {
    let packed = file.part(member.dataRange, name: "\(file.name)(\(member.name))")
    var result = packed
    if member.isDeflated {
      let stream = InflateStream(packed, wrapper: .raw)
      let bytes = try stream.read(exactly: member.count)
      try stream.finish()
      result = FileBytes(name: packed.name, bytes: bytes)
    }
    let checksum = crc32Checksum(of: result.bytes)
    guard checksum == member.checksum else {
      throw packed.failure(
        at: member.dataRange.lowerBound, found: "data with checksum \(String(checksum, radix: 16))",
        expected: "checksum \(String(member.checksum, radix: 16)): the file is damaged")
    }
    return result
  }
}
