import ThalwegFiles

/// Small checkpoints in both forms of torch.save, written by hand: one storage, a matrix and a transposed view of it.
enum TorchSamples {
  /// The old form: magic number, version, facts of the machine, object, keys, storages.
  static let old: [UInt8] = {
    var bytes: [UInt8] = [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
    bytes += [0x80, 2, 0x4D, 0xE9, 3, 0x2E]
    bytes += [0x80, 2] + code("}") + text("little_endian") + [0x88] + code("s.")
    bytes += object + code("](") + text("0") + code("e.")
    bytes.append(little: Int64(values.count))
    for value in values { bytes.append(little: value.bitPattern) }
    return bytes
  }()

  /// The newer form: a zip archive.
  static func zip() throws -> [UInt8] {
    var storage: [UInt8] = []
    for value in values { storage.append(little: value.bitPattern) }
    var writer = ZipWriter()
    try writer.append("model/data.pkl", object)
    try writer.append("model/byteorder", Array("little".utf8))
    try writer.append("model/data/0", storage)
    try writer.append("model/version", Array("3\n".utf8))
    return writer.finish()
  }

  private static let values: [Float] = [1, -2, 0.5, 4, 5, 6]

  /// `{'state_dict': OrderedDict(w: 2 × 3, t: 3 × 2)}`, whose second tensor is the first transposed.
  private static let object: [UInt8] = {
    let storage =
      code("(") + text("storage") + global("torch", "FloatStorage") + text("0") + text("cpu") + [0x4B, 6] + code("tQ")
    func tensor(_ storage: [UInt8], _ shape: [UInt8], _ strides: [UInt8]) -> [UInt8] {
      func list(_ numbers: [UInt8]) -> [UInt8] { code("(") + numbers.flatMap { [0x4B, $0] } + code("t") }
      let arguments = storage + [0x4B, 0] + list(shape) + list(strides) + [0x89] + code("}")
      return global("torch._utils", "_rebuild_tensor_v2") + code("(") + arguments + code("tR")
    }
    let first = text("module.w") + tensor(storage + code("q\u{1}"), [2, 3], [3, 1])
    let second = text("module.t") + tensor(code("h\u{1}"), [3, 2], [1, 3])
    return [0x80, 2] + code("}") + text("state_dict") + global("collections", "OrderedDict") + code(")R(") + first
      + second + code("us.")
  }()

  private static func code(_ text: String) -> [UInt8] { Array(text.utf8) }

  private static func global(_ module: String, _ name: String) -> [UInt8] { code("c\(module)\n\(name)\n") }

  private static func text(_ text: String) -> [UInt8] {
    code("X") + [UInt8(text.utf8.count), 0, 0, 0] + Array(text.utf8)
  }
}
