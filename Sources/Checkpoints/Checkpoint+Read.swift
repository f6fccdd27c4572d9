public import ThalwegFiles

extension Checkpoint {
  /// Reads the checkpoint at `path`, whatever its form.
  ///
  /// The form is told from the first bytes, never from the name. Nothing in the file is executed, and memory
  /// stays within a small multiple of the file's size.
  ///
  /// - Throws: `FileAccessError` where the file cannot be read, `FileFormatError` where its bytes are not a
  ///   checkpoint.
  public static func read(_ path: String) throws -> Checkpoint {
    try Checkpoint(FileBytes(path: path))
  }

  /// Reads a checkpoint from bytes in memory.
  ///
  /// - Throws: `FileFormatError` with the place and what was expected there.
  public init(_ file: FileBytes) throws(FileFormatError) {
    switch Checkpoint.detectFormat(file) {
    case .safetensors: self = try SafetensorsReader(file).read()
    case .torchPickle: self = try LegacyTorchReader(file).read()
    case .torchZip: self = try ZipTorchReader(file).read()
    case nil:
      throw file.failure(
        at: file.bytes.startIndex,
        found: file.count == 0 ? "an empty file" : "the bytes \(hexadecimal(file.bytes, limit: 12))",
        expected: "a checkpoint: \(Format.allCases.map(\.rawValue).joined(separator: "; "))")
    }
  }

  private static func detectFormat(_ file: FileBytes) -> Format? {
    let start = Array(file.bytes.prefix(9))
    if start.starts(with: [0x50, 0x4B, 3, 4]) || start.starts(with: [0x50, 0x4B, 5, 6]) { return .torchZip }
    // First safetensors: the length of its header may begin like a pickle. Headers of 16 MB or more do not exist.
    if start.count == 9 && start[8] == UInt8(ascii: "{") && start[3..<8].allSatisfy({ $0 == 0 }) { return .safetensors }
    if start.starts(with: [0x80]) && start.count > 2 && start[1] <= 5 { return .torchPickle }
    if start.count == 9 && start[8] == UInt8(ascii: "{") { return .safetensors }
    return nil
  }
}
