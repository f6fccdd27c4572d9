import Foundation
import TestSupport
import Testing
import ThalwegCheckpoints
import ThalwegFiles

/// A safetensors file with `header` and `data`.
private func file(_ header: String, _ data: [UInt8] = []) -> FileBytes {
  var bytes = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
  bytes += Array(header.utf8) + data
  return FileBytes(name: "t.safetensors", bytes: bytes)
}

@Suite("safetensors")
struct SafetensorsTests {
  static let tensors = [
    NamedTensor(name: "z.weight", shape: [2, 2], values: .float32([1, -0.0, .infinity, 0x1p-149])),
    NamedTensor(name: "a", shape: [], values: .float64([.pi])),
    NamedTensor(name: "empty", shape: [0, 3], values: .float32([])),
    NamedTensor(name: "i \"quoted\\\" \n ü", shape: [2], values: .int64([.min, .max])),
    NamedTensor(name: "b", shape: [3], values: .bool([true, false, true])),
    NamedTensor(name: "small", shape: [1], values: .int8([-1])),
    NamedTensor(name: "u16", shape: [1], values: .uint16([65535])),
    NamedTensor(name: "u64", shape: [1], values: .uint64([.max])),
  ]

  @Test("what is written is read back: names, order, shapes, types, bits, metadata")
  func roundTrip() throws {
    let metadata = ["format": "pt", "note": "a \"b\"\t\u{1}é"]
    let bytes = try Checkpoint.safetensorsBytes(Self.tensors, metadata: metadata)
    let checkpoint = try Checkpoint(FileBytes(name: "t", bytes: bytes))
    #expect(checkpoint.tensors == Self.tensors)
    #expect(checkpoint.metadata == metadata)
    #expect(checkpoint.format == .safetensors)
    #expect(checkpoint["a"]?.values == .float64([.pi]))
    #expect(checkpoint["c"] == nil)
    #expect(checkpoint.tensors[0].values.floats[1].sign == .minus)
  }

  @Test("the bytes are those known by hand, the values starting at a multiple of 8")
  func knownBytes() throws {
    let tensor = NamedTensor(name: "w", shape: [1], values: .float32([1]))
    let bytes = try Checkpoint.safetensorsBytes([tensor])
    let header = #"{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}  "#
    #expect(header.utf8.count % 8 == 0)
    #expect(
      bytes == [UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(header.utf8) + [0, 0, 0x80, 0x3F])
    #expect(try Checkpoint.safetensorsBytes([tensor]) == bytes)
  }

  @Test("16-bit floats are widened exactly, and their type is remembered")
  func sixteenBits() throws {
    let header =
      #"{"h":{"dtype":"F16","shape":[3],"data_offsets":[0,6]},"b":{"dtype":"BF16","shape":[1],"data_offsets":[6,8]}}"#
    // Half 1.5 = 3E00, smallest subnormal 2⁻²⁴ = 0001, −infinity = FC00; bfloat16 −3 = C040.
    let data: [UInt8] = [0x00, 0x3E, 0x01, 0x00, 0x00, 0xFC, 0x40, 0xC0]
    let checkpoint = try Checkpoint(file(header, data))
    #expect(checkpoint["h"]?.values == .float32([1.5, 0x1p-24, -.infinity]))
    #expect(checkpoint["b"]?.values == .float32([-3]))
    #expect(checkpoint["h"]?.storedType == .float16)
  }

  @Test("tensors come in the order of their data, whatever the header's order, empty ones included")
  func order() throws {
    let header =
      #"{ "b":{"shape":[1],"dtype":"U8","data_offsets":[1,2]} , "e":{"dtype":"F32","shape":[0],"data_offsets":[1,1]},"#
      + #""a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}   "#
    #expect(try Checkpoint(file(header, [1, 2])).tensors.map(\.name) == ["a", "e", "b"])
  }

  @Test("two tensors of one name, or the reserved name, are refused when writing")
  func badNames() {
    let tensor = NamedTensor(name: "w", shape: [1], values: .uint8([1]))
    #expect(throws: CheckpointWriteError.duplicateName("w")) {
      try Checkpoint.safetensorsBytes([tensor, tensor])
    }
    let reserved = NamedTensor(name: "__metadata__", shape: [1], values: .uint8([1]))
    #expect(throws: CheckpointWriteError.reservedName("__metadata__")) {
      try Checkpoint.safetensorsBytes([reserved])
    }
  }

  @Test(
    "a header that lies is an error with its place",
    arguments: [
      (#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, "8 for F32"),
      (#"{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, "a whole number at least 0"),
      (
        #"{"w":{"dtype":"F32","shape":[9223372036854775807,9],"data_offsets":[0,4]}}"#, "more than Int counts"
      ),
      (#"{"w":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}}"#, "a number up to"),
      (#"{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, "a start and an end"),
      (#"{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, "without gap"),
      (#"{"w":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}}"#, "without gap"),
      (#"{"w":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#, "the end of the file"),
      (#"{"w":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}"#, "one of BOOL"),
      (#"{"w":{"dtype":"F32","shape":[1]}}"#, "dtype, shape and data_offsets"),
      (#"{"w":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, "each once"),
      (
        #"{"w":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"w":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}"#,
        "unique names"
      ),
      (#"{"w":[[[[[[[[[[[[[["#, "“{”"),
      (#"{"w":{"dtype":"F32","shape":[[[1]]],"data_offsets":[0,4]}}"#, "a whole number"),
      (#"{"w\ud800":{}}"#, "“\\\\”"),
      (#"{"w"#, "the end of a string"),
      (#"{} x"#, "spaces until the data"),
    ])
  func lies(_ header: String, _ expected: String) {
    let error = thrown(FileFormatError.self) { try Checkpoint(file(header, [0, 0, 0, 0])) }
    let wanted = expected.replacingOccurrences(of: "\\\\", with: "\\")
    #expect(error?.expected.contains(wanted) == true, "\(String(describing: error))")
    #expect(error?.file == "t.safetensors")
  }

  @Test("a header longer than the file is an error before anything is allocated")
  func longHeader() {
    let bytes: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0x40, 0x7B, 0x7D]
    let error = thrown(FileFormatError.self) { try Checkpoint(FileBytes(name: "t", bytes: bytes)) }
    #expect(error?.offset == 0)
    #expect(error?.expected == "at most 2 bytes")
  }

  @Test("neither nothing nor other files are checkpoints", arguments: [[], [0x89, 0x48, 0x44, 0x46], [1]])
  func otherFiles(_ bytes: [UInt8]) {
    let error = thrown(FileFormatError.self) { try Checkpoint(FileBytes(name: "t", bytes: bytes)) }
    #expect(error?.expected.contains("safetensors") == true)
    #expect(error?.description.contains("\n") == false)
  }

  @Test("a file is written whole and read by its path; a missing one names itself")
  func files() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Checkpoint.writeSafetensors(Self.tensors, to: path)
    #expect(try Checkpoint.read(path).tensors == Self.tensors)
    let error = thrown(FileAccessError.self) { try Checkpoint.read(path + ".none") }
    #expect(error?.path == path + ".none")
  }

  @Test("4000 files changed at random give an error or a checkpoint no larger than the file")
  func mutations() throws {
    let bytes = try Checkpoint.safetensorsBytes(Self.tensors, metadata: ["a": "b"])
    for index in 0..<4000 {
      let file = FileBytes(name: "t", bytes: mutated(bytes, seed: 1, index: index))
      if let checkpoint = try? Checkpoint(file) {
        #expect(checkpoint.tensors.reduce(0) { $0 + $1.values.count } <= file.count)
      }
    }
  }
}
