import ThalwegFiles

/// A data set of numbers in an HDF5 file, its values as doubles.
struct HDF5DataSet {
  /// The extents, outermost first; none for a single number.
  let shape: [Int]
  /// The values in row-major order.
  let values: [Double]
  /// Where its values begin, for errors.
  let offset: Int

  /// How a number is stored.
  private struct NumberType {
    var isFloat: Bool
    var isSigned = true
    var isBigEndian: Bool
    var byteCount: Int
  }

  /// Reads the data set at `address`.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - address: The address of the data set's header.
  ///   - name: Its name, for errors.
  ///   - expected: The number of values it must have, if that is known.
  /// - Throws: `FileFormatError` where it is damaged, or of a form that this reader leaves out.
  init(_ file: HDF5File, at address: UInt64, name: String, expected: Int? = nil) throws(FileFormatError) {
    let header = try HDF5ObjectHeader(file, at: address, name: name)
    func part(_ kind: HDF5ObjectHeader.Kind, _ what: String) throws(FileFormatError) -> FileBytes {
      guard let data = header[kind] else {
        throw try file.cursor(at: address, name).failure(found: "“\(name)” without \(what)", expected: "a data set")
      }
      return data
    }
    shape = try Self.shape(try part(.dataspace, "extents"), name)
    let type = try Self.type(try part(.datatype, "a type"), name)
    if let external = header[.externalFiles] {
      throw external.cursor().failure(found: "“\(name)” in other files", expected: "values inside this file")
    }
    let layout = try part(.layout, "a layout")
    guard let count = checkedProduct(shape), let byteCount = checkedProduct([count, type.byteCount]) else {
      throw layout.cursor().failure(found: "extents \(shape)", expected: "a product that Int can count")
    }
    var cursor = try Self.values(layout, of: file, name)
    offset = cursor.position
    if let expected, count != expected {
      throw cursor.failure(found: "“\(name)” of extents \(shape)", expected: "\(expected) values, one for each point")
    }
    let bytes = try cursor.readBytes(byteCount, "“\(name)”")
    values = Self.decode(bytes, type, count: count)
  }

  private static func shape(_ data: FileBytes, _ name: String) throws(FileFormatError) -> [Int] {
    var cursor = data.cursor()
    let version = try cursor.readByte()
    let rank = Int(try cursor.readByte())
    _ = try cursor.readByte()
    let kind = try cursor.readByte()
    switch version {
    case 1: _ = try cursor.readBytes(4)
    case 2 where kind == 2: throw cursor.failure(found: "“\(name)” without values", expected: "numbers")
    case 2: break
    default: throw cursor.failure(found: "extents of version \(version)", expected: "version 1 or 2")
    }
    var shape: [Int] = []
    for _ in 0..<rank { shape.append(try cursor.readCount(UInt64.self, "an extent of “\(name)”")) }
    return shape
  }

  private static func type(_ data: FileBytes, _ name: String) throws(FileFormatError) -> NumberType {
    var cursor = data.cursor()
    let kind = try cursor.readByte() & 0x0F
    let bits = Array(try cursor.readBytes(3, "a type"))
    let byteCount = try cursor.readCount(UInt32.self, "a type's length")
    let refused = cursor.failure(
      found: "“\(name)” of type class \(kind), \(byteCount) bytes", expected: "numbers of 1, 2, 4 or 8 bytes")
    switch kind {
    case 0:
      guard [1, 2, 4, 8].contains(byteCount) else { throw refused }
      let offset = try cursor.readInteger(UInt16.self)
      let precision = try cursor.readInteger(UInt16.self)
      guard offset == 0, Int(precision) == 8 * byteCount else { throw refused }
      return NumberType(
        isFloat: false, isSigned: bits[0] & 8 != 0, isBigEndian: bits[0] & 1 != 0, byteCount: byteCount)
    case 1:
      guard byteCount == 4 || byteCount == 8, bits[0] & 0x40 == 0 else { throw refused }
      // Offset, precision, places and sizes of exponent and mantissa, and bias of IEEE 754.
      let ieee: [UInt8] =
        byteCount == 8 ? [0, 0, 64, 0, 52, 11, 0, 52, 0xFF, 3, 0, 0] : [0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0]
      guard try cursor.readBytes(12, "a type").elementsEqual(ieee) else { throw refused }
      return NumberType(isFloat: true, isBigEndian: bits[0] & 1 != 0, byteCount: byteCount)
    default: throw refused
    }
  }

  /// A cursor at the values.
  private static func values(
    _ layout: FileBytes, of file: HDF5File, _ name: String
  ) throws(FileFormatError) -> ByteCursor {
    var cursor = layout.cursor()
    let (version, kind) = (try cursor.readByte(), try cursor.readByte())
    guard version == 3 || version == 4 else {
      throw cursor.failure(found: "a layout of version \(version)", expected: "version 3 or 4 for “\(name)”")
    }
    switch kind {
    case 0:
      let length = Int(try cursor.readInteger(UInt16.self))
      let start = cursor.position
      _ = try cursor.readBytes(length, "“\(name)”")
      return file.file.part(start..<(start + length), name: file.file.name).cursor()
    case 1:
      let address = try cursor.readInteger(UInt64.self, "the address of “\(name)”")
      guard address != HDF5File.undefined else {
        throw cursor.failure(found: "“\(name)” without values", expected: "numbers")
      }
      return try file.cursor(at: address, "“\(name)”")
    default:
      throw cursor.failure(
        found: "“\(name)” in chunks", expected: "values in one piece, as ‘h5repack -l CONTI’ stores them")
    }
  }

  private static func decode(_ bytes: ArraySlice<UInt8>, _ type: NumberType, count: Int) -> [Double] {
    func load<Raw: FixedWidthInteger>(_: Raw.Type, _ convert: (Raw) -> Double) -> [Double] {
      bytes.withUnsafeBytes { raw in
        (0..<count).map { index in
          let bits = raw.loadUnaligned(fromByteOffset: index * MemoryLayout<Raw>.size, as: Raw.self)
          return convert(type.isBigEndian ? Raw(bigEndian: bits) : Raw(littleEndian: bits))
        }
      }
    }
    switch (type.isFloat, type.isSigned, type.byteCount) {
    case (true, _, 4): return load(UInt32.self) { Double(Float(bitPattern: $0)) }
    case (true, _, _): return load(UInt64.self) { Double(bitPattern: $0) }
    case (_, true, 1): return load(Int8.self) { Double($0) }
    case (_, true, 2): return load(Int16.self) { Double($0) }
    case (_, true, 4): return load(Int32.self) { Double($0) }
    case (_, true, _): return load(Int64.self) { Double($0) }
    case (_, _, 1): return load(UInt8.self) { Double($0) }
    case (_, _, 2): return load(UInt16.self) { Double($0) }
    case (_, _, 4): return load(UInt32.self) { Double($0) }
    case (_, _, _): return load(UInt64.self) { Double($0) }
    }
  }
}
