import TestSupport
import Testing
import ThalwegFiles

@Suite("Unpacking")
struct InflateTests {
  static let data = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 / 7 ^ $0) }

  private func inflate(_ packed: [UInt8], _ pieces: [Int], _ wrapper: InflateStream.Wrapper) throws -> [UInt8] {
    let stream = InflateStream(FileBytes(name: "x.gz", bytes: packed), wrapper: wrapper)
    var result: [UInt8] = []
    for piece in pieces { result += try stream.read(exactly: piece) }
    try stream.finish()
    return result
  }

  @Test(
    "what was deflated comes back, in any pieces", arguments: [InflateStream.Wrapper.gzip, .raw],
    [0, 1, 6, 9])
  func roundTrip(_ wrapper: InflateStream.Wrapper, _ level: Int) throws {
    let packed = deflated(Self.data, wrapper: wrapper, level: level)
    #expect(try inflate(packed, [100_000], wrapper) == Self.data)
    #expect(try inflate(packed, [16, 0, 1, 65_536, 34_447], wrapper) == Self.data)
    #expect(deflated(Self.data, wrapper: wrapper, level: level) == packed)
    #expect(try inflate(deflated([], wrapper: wrapper), [], wrapper).isEmpty)
  }

  @Test("a stream that holds more or less than announced is an error")
  func wrongLength() {
    let packed = deflated(Self.data, wrapper: .gzip)
    #expect(
      thrown(FileFormatError.self) { try inflate(packed, [99_999], .gzip) }?.found.contains("more") == true)
    let less = thrown(FileFormatError.self) { try inflate(packed, [100_001], .gzip) }
    #expect(less?.found == "100000 unpacked bytes")
    #expect(less?.expected == "100001")
  }

  @Test("a stream cut short, damaged, followed by bytes or of another kind is an error")
  func damaged() {
    let packed = deflated(Self.data, wrapper: .gzip)
    #expect(throws: FileFormatError.self) { try inflate(packed.dropLast(1), [100_000], .gzip) }
    #expect(throws: FileFormatError.self) { try inflate(packed + [0], [100_000], .gzip) }
    #expect(throws: FileFormatError.self) { try inflate([], [], .gzip) }
    #expect(throws: FileFormatError.self) { try inflate([1, 2, 3, 4], [1], .gzip) }
    var wrongSum = packed
    wrongSum[packed.count - 8] ^= 1
    #expect(throws: FileFormatError.self) { try inflate(wrongSum, [100_000], .gzip) }
  }

  @Test("a size that deflated data of this length cannot hold is refused before anything is allocated")
  func bomb() {
    let packed = deflated(Self.data, wrapper: .gzip)
    let error = thrown(FileFormatError.self) { try inflate(packed, [1 << 60], .gzip) }
    #expect(error?.expected == "enough to hold \(1 << 60) unpacked bytes")
    // 50 MB of zeros in 50 kB: only the 1000 bytes announced are ever unpacked.
    let zeros = deflated([UInt8](repeating: 0, count: 50_000_000), wrapper: .gzip)
    #expect(zeros.count < 60_000)
    #expect(
      thrown(FileFormatError.self) { try inflate(zeros, [1000], .gzip) }?.found.contains("more") == true)
  }

  @Test("4000 streams changed at random give an error or bytes")
  func mutations() {
    let packed = deflated(Array(Self.data[..<500]), wrapper: .gzip)
    for index in 0..<4000 {
      _ = try? inflate(mutated(packed, seed: 3, index: index), [16, 484], .gzip)
    }
  }
}
