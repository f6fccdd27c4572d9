import ThalwegFiles

/// Tensors that a file cannot hold as they are named.
public enum CheckpointWriteError: Error, Equatable, Sendable {
  /// Two tensors bear this name.
  case duplicateName(String)
  /// The name means something else in the format.
  case reservedName(String)
}

extension CheckpointWriteError: CustomStringConvertible {
  /// What was found and what is demanded, on one line.
  public var description: String {
    switch self {
    case .duplicateName(let name): "two tensors are named “\(printable(name))”; names must differ"
    case .reservedName(let name): "a tensor is named “\(printable(name))”, which the format keeps for itself"
    }
  }
}

extension Checkpoint {
  /// The bytes of a safetensors file with `tensors` in the order given.
  ///
  /// Equal arguments give equal bytes: metadata is sorted by key. The header is padded with spaces, so that the
  /// values start at a multiple of 8. Widened 16-bit floats are written as the 32-bit ones that they became.
  ///
  /// - Throws: ``CheckpointWriteError`` for names that the format cannot hold.
  public static func safetensorsBytes(
    _ tensors: [NamedTensor], metadata: [String: String] = [:]
  ) throws(CheckpointWriteError) -> [UInt8] {
    var header = "{"
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
      header += "\(quoted(SafetensorsReader.metadataKey)):{\(pairs.joined(separator: ","))}"
    }
    var names: Set<String> = []
    var start = 0
    for tensor in tensors {
      guard tensor.name != SafetensorsReader.metadataKey else { throw .reservedName(tensor.name) }
      guard names.insert(tensor.name).inserted else { throw .duplicateName(tensor.name) }
      let type = tensor.values.elementType
      let end = start + tensor.values.count * type.byteCount
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      header += header.count > 1 ? "," : ""
      header += "\(quoted(tensor.name)):{\"dtype\":\"\(type.rawValue)\",\"shape\":[\(shape)],"
      header += "\"data_offsets\":[\(start),\(end)]}"
      start = end
    }
    header += "}"
    var headerBytes = Array(header.utf8)
    while headerBytes.count % 8 != 0 { headerBytes.append(0x20) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + headerBytes.count + start)
    withUnsafeBytes(of: UInt64(headerBytes.count).littleEndian) { bytes.append(contentsOf: $0) }
    bytes += headerBytes
    for tensor in tensors { tensor.values.appendLittleEndian(to: &bytes) }
    return bytes
  }

  /// Writes `tensors` to a safetensors file at `path`, wholly or not at all.
  ///
  /// - Throws: ``CheckpointWriteError`` for names that the format cannot hold, `FileAccessError` where the file
  ///   cannot be written.
  public static func writeSafetensors(
    _ tensors: [NamedTensor], metadata: [String: String] = [:], to path: String
  ) throws {
    try atomicWrite(path, safetensorsBytes(tensors, metadata: metadata))
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{0}"..<"\u{20}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension TensorValues {
  /// Appends the elements' bytes, least significant first.
  func appendLittleEndian(to bytes: inout [UInt8]) {
    func append<Value: FixedWidthInteger>(_ values: [Value]) {
      // On little-endian machines the memory is the file's form already.
      let ordered = Value(littleEndian: 1) == 1 ? values : values.map(\.littleEndian)
      ordered.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }
    switch self {
    case .float32(let values): append(values.map(\.bitPattern))
    case .float64(let values): append(values.map(\.bitPattern))
    case .int64(let values): append(values)
    case .int32(let values): append(values)
    case .int16(let values): append(values)
    case .int8(let values): append(values)
    case .uint64(let values): append(values)
    case .uint32(let values): append(values)
    case .uint16(let values): append(values)
    case .uint8(let values): append(values)
    case .bool(let values): append(values.map { $0 ? UInt8(1) : 0 })
    }
  }
}
