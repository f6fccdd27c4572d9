import TestSupport
import Testing
import ThalwegFiles

/// A zip archive written by hand, with the lies that a test asks for.
struct ZipText {
  var name = "a"
  var data = Array("hello, hello, hello, hello".utf8)
  var isDeflated = false
  var announced: Int?
  var localName: String?
  var flags = 0
  var usesZip64 = false

  private static func little(_ value: Int, _ width: Int) -> [UInt8] {
    (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  static func archive(_ members: [ZipText], entries: Int? = nil, directoryOffset: Int? = nil) -> [UInt8] {
    var bytes: [UInt8] = []
    var directory: [UInt8] = []
    for member in members {
      let packed = member.isDeflated ? deflated(member.data, wrapper: .raw) : member.data
      let count = member.announced ?? member.data.count
      let packedCount = member.isDeflated ? packed.count : member.announced ?? packed.count
      let sum = Int(crc32Checksum(of: member.data[...]))
      let offset = bytes.count
      let method = member.isDeflated ? 8 : 0
      let localName = Array((member.localName ?? member.name).utf8)
      bytes += little(0x0403_4B50, 4) + little(20, 2) + little(member.flags, 2) + little(method, 2)
      bytes += little(0, 4) + little(sum, 4) + little(packedCount, 4) + little(count, 4)
      bytes += little(localName.count, 2) + little(0, 2) + localName + packed
      let extra = little(1, 2) + little(24, 2) + little(count, 8) + little(packedCount, 8) + little(offset, 8)
      let big = 0xFFFF_FFFF
      directory += little(0x0201_4B50, 4) + little(20, 2) + little(20, 2) + little(member.flags, 2)
      directory += little(method, 2) + little(0, 4) + little(sum, 4)
      directory += little(member.usesZip64 ? big : packedCount, 4) + little(member.usesZip64 ? big : count, 4)
      directory += little(member.name.utf8.count, 2) + little(member.usesZip64 ? extra.count : 0, 2)
      directory += little(0, 2) + little(0, 8) + little(member.usesZip64 ? big : offset, 4)
      directory += Array(member.name.utf8) + (member.usesZip64 ? extra : [])
    }
    let start = directoryOffset ?? bytes.count
    let count = entries ?? members.count
    bytes += directory
    bytes += little(0x0605_4B50, 4) + little(0, 4) + little(count, 2) + little(count, 2)
    return bytes + little(directory.count, 4) + little(start, 4) + little(0, 2)
  }
}

@Suite("Zip archives")
struct ZipArchiveTests {
  private func open(_ bytes: [UInt8]) throws -> ZipArchive {
    try ZipArchive(FileBytes(name: "x.zip", bytes: bytes))
  }

  private func readAll(_ bytes: [UInt8]) throws -> [[UInt8]] {
    let archive = try open(bytes)
    return try archive.members.map { Array(try archive.contents(of: $0).bytes) }
  }

  @Test("stored, deflated and zip64 members are read")
  func members() throws {
    let plain = ZipText()
    let packed = ZipText(name: "b/c", isDeflated: true)
    let long = ZipText(name: "d", data: [], usesZip64: true)
    let bytes = ZipText.archive([plain, packed, long])
    let archive = try open(bytes)
    #expect(archive.members.map(\.name) == ["a", "b/c", "d"])
    #expect(try readAll(bytes) == [plain.data, plain.data, []])
    #expect(archive["none"] == nil)
    let member = try #require(archive["b/c"])
    #expect(try archive.contents(of: member).name == "x.zip(b/c)")
    #expect(try readAll(ZipText.archive([])).isEmpty)
  }

  /// Archives that contradict themselves, by what is wrong.
  static let lies: [String: [UInt8]] = [
    "one name twice": ZipText.archive([ZipText(), ZipText()]),
    "longer than the archive": ZipText.archive([ZipText(announced: 10_000)]),
    "unpacks to more": ZipText.archive([ZipText(isDeflated: true, announced: 5)]),
    "unpacks to less": ZipText.archive([ZipText(isDeflated: true, announced: 27)]),
    "two names for one member": ZipText.archive([ZipText(localName: "b")]),
    "encrypted": ZipText.archive([ZipText(flags: 1)]),
    "too many entries": ZipText.archive([ZipText()], entries: 65_535),
    "directory past the end": ZipText.archive([ZipText()], directoryOffset: 1 << 31),
    "directory elsewhere": ZipText.archive([ZipText()], directoryOffset: 0),
    "cut": Array(ZipText.archive([ZipText()]).dropLast(1)),
    "empty": [],
    "a signature only": [0x50, 0x4B, 5, 6],
  ]

  @Test("an archive that lies is an error", arguments: lies.keys.sorted())
  func lie(_ name: String) throws {
    let bytes = try #require(Self.lies[name])
    #expect(throws: FileFormatError.self) { try readAll(bytes) }
  }

  @Test("members that would unpack to more than 16 times the archive, or 1 MiB, are refused unread")
  func bomb() {
    let zeros = ZipText(name: "z", data: [UInt8](repeating: 0, count: 2_000_000), isDeflated: true)
    let error = thrown(FileFormatError.self) { try open(ZipText.archive([zeros])) }
    #expect(error?.expected.hasPrefix("at most 16 times") == true)
    let announced = ZipText(name: "z", isDeflated: true, announced: 0xFFFF_FFF0)
    #expect(throws: FileFormatError.self) { try open(ZipText.archive([announced])) }
    let half = [UInt8](repeating: 0, count: 600_000)
    let two = [
      ZipText(name: "y", data: half, isDeflated: true), ZipText(name: "z", data: half, isDeflated: true),
    ]
    #expect(throws: FileFormatError.self) { try open(ZipText.archive(two)) }
  }

  @Test("what the writer writes is read, whether it shrinks little, much or not at all")
  func written() throws {
    let members: [(name: String, data: [UInt8])] = [
      ("a.npy", (0..<5000).map { UInt8(truncatingIfNeeded: (($0 * $0 * $0) >> 9) % 16) }),
      ("é/zeros", [UInt8](repeating: 0, count: 3_000_000)),
      ("empty", []), ("noise", (0..<300).map { UInt8(truncatingIfNeeded: ($0 &* $0 &* 2_654_435_761) >> 13) }),
    ]
    var writer = ZipWriter()
    for member in members { try writer.append(member.name, member.data) }
    let bytes = writer.finish()
    let archive = try open(bytes)
    #expect(archive.members.map(\.name) == members.map(\.name))
    #expect(try readAll(bytes) == members.map(\.data))
    #expect(archive.members.map(\.isDeflated) == [true, false, false, false])
  }

  @Test("4000 archives changed at random give an error or members")
  func mutations() {
    let bytes = ZipText.archive([
      ZipText(), ZipText(name: "b", isDeflated: true), ZipText(name: "c", usesZip64: true),
    ])
    for index in 0..<4000 {
      _ = try? readAll(mutated(bytes, seed: 4, index: index))
    }
  }
}
