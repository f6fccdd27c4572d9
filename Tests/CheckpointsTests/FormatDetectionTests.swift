import Testing
import ThalwegCheckpoints
import ThalwegFiles

@Suite("Detection of checkpoint formats")
struct FormatDetectionTests {
  @Test("a safetensors header of any length is recognised, also where the length begins like a pickle")
  func everyHeaderLength() throws {
    var lengths = Set<Int>()
    for padding in 0..<600 {
      let tensor = NamedTensor(name: "w", shape: [1], values: .float32([1]))
      let bytes = try Checkpoint.safetensorsBytes([tensor], metadata: ["p": String(repeating: "x", count: padding)])
      lengths.insert(Int(bytes[0]) + 256 * Int(bytes[1]))
      let read = try Checkpoint(FileBytes(name: "test", bytes: bytes))
      #expect(read.format == .safetensors && read.tensors.count == 1)
    }
    #expect(lengths.contains { $0 % 256 == 0x80 && $0 / 256 <= 5 })
  }
}
