public import ThalwegFiles

/// An array of numbers as numpy stores it in a `.npy` file, its values as doubles in row-major order.
///
/// Source: numpy.lib.format, versions 1 to 3.
public struct NumPyArray: Sendable {
  /// The extents, outermost first; none for a single number.
  public let shape: [Int]
  /// The values in row-major order.
  public let values: [Double]

  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// An array; `values` has the product of the extents.
  public init(shape: [Int], values: [Double]) {
    precondition(shape.reduce(1, *) == values.count, "\(values.count) values for extents \(shape)")
    self.shape = shape
    self.values = values
  }

  /// Reads a `.npy` file of whole numbers, truth values or floating-point numbers of 4 or 8 bytes.
  ///
  /// - Throws: `FileFormatError` for a damaged file and for other elements, Python objects among them.
  public init(_ file: FileBytes) throws(FileFormatError) {
    var cursor = file.cursor()
    guard try cursor.readBytes(6, "a numpy array").elementsEqual(Self.magic) else {
      throw file.failure(at: file.bytes.startIndex, found: "other bytes", expected: "a numpy array")
    }
    let version = try cursor.readByte()
    _ = try cursor.readByte()
    let length = version < 2 ? try cursor.readCount(UInt16.self) : try cursor.readCount(UInt32.self)
    let place = cursor.position
    let text = String(decoding: try cursor.readBytes(length, "a numpy header"), as: UTF8.self)
    guard let header = NumPyHeader(text) else {
      throw file.failure(
        at: place, found: "the header “\(text.prefix(80))”", expected: "descr, fortran_order and shape")
    }
    guard let type = NumPyElement(header.descriptor) else {
      throw file.failure(
        at: place, found: "elements “\(header.descriptor)”", expected: "numbers such as <f8, <f4, <i8 or |u1")
    }
    guard let count = checkedProduct(header.shape), let byteCount = checkedProduct([count, type.byteCount]),
      byteCount == cursor.remaining
    else {
      throw cursor.failure(
        found: "\(cursor.remaining) bytes of values",
        expected: "\(type.byteCount) bytes for each element of shape \(header.shape)")
    }
    shape = header.shape
    let values = type.decode(try cursor.readBytes(byteCount), count: count)
    if header.isColumnMajor && shape.count == 2 {
      let (rows, columns) = (shape[0], shape[1])
      self.values = (0..<count).map { values[$0 / columns + ($0 % columns) * rows] }
    } else if header.isColumnMajor && shape.count > 2 {
      throw file.failure(at: place, found: "Fortran's order of \(shape.count) axes", expected: "at most 2")
    } else {
      self.values = values
    }
  }

  /// The bytes of a `.npy` file of 8-byte floats.
  public var bytes: [UInt8] { Self.encoded(shape: shape, descriptor: "<f8") { $0.append(doubles: values) } }

  /// The bytes of a `.npy` file of whole numbers from 0 to 255.
  static func bytes(of values: [UInt8], shape: [Int]) -> [UInt8] {
    encoded(shape: shape, descriptor: "|u1") { $0 += values }
  }

  private static func encoded(shape: [Int], descriptor: String, _ append: (inout [UInt8]) -> Void) -> [UInt8] {
    let extents = shape.map { "\($0), " }.joined()
    var header = "{'descr': '\(descriptor)', 'fortran_order': False, 'shape': (\(extents)), }"
    // The values begin at a multiple of 64, and the header ends with a line feed.
    header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
    var bytes = magic + [1, 0]
    bytes.append(little: UInt16(header.utf8.count))
    bytes += Array(header.utf8)
    append(&bytes)
    return bytes
  }
}

extension [UInt8] {
  /// Appends the bytes of doubles, least significant first.
  fileprivate mutating func append(doubles: [Double]) {
    reserveCapacity(count + 8 * doubles.count)
    for value in doubles { append(little: value.bitPattern) }
  }
}

/// How an element is stored.
private struct NumPyElement {
  let kind: Character
  let byteCount: Int
  let isBigEndian: Bool

  /// The element that a text such as `<f8` describes; `nil` for other elements than numbers.
  init?(_ text: String) {
    guard text.utf8.count == 3, let order = text.first, "<>|=".contains(order),
      let width = text.last?.wholeNumberValue
    else { return nil }
    kind = text.dropFirst().first ?? "?"
    let widths = ["f": [4, 8], "i": [1, 2, 4, 8], "u": [1, 2, 4, 8], "b": [1]][String(kind)]
    guard widths?.contains(width) == true else { return nil }
    byteCount = width
    isBigEndian = order == ">"
  }

  func decode(_ bytes: ArraySlice<UInt8>, count: Int) -> [Double] {
    func load<Raw: FixedWidthInteger>(_: Raw.Type, _ convert: (Raw) -> Double) -> [Double] {
      bytes.withUnsafeBytes { raw in
        (0..<count).map { index in
          let bits = raw.loadUnaligned(fromByteOffset: index * MemoryLayout<Raw>.size, as: Raw.self)
          return convert(isBigEndian ? Raw(bigEndian: bits) : Raw(littleEndian: bits))
        }
      }
    }
    switch (kind, byteCount) {
    case ("f", 4): return load(UInt32.self) { Double(Float(bitPattern: $0)) }
    case ("f", _): return load(UInt64.self) { Double(bitPattern: $0) }
    case ("i", 1): return load(Int8.self) { Double($0) }
    case ("i", 2): return load(Int16.self) { Double($0) }
    case ("i", 4): return load(Int32.self) { Double($0) }
    case ("i", _): return load(Int64.self) { Double($0) }
    case ("u", 2): return load(UInt16.self) { Double($0) }
    case ("u", 4): return load(UInt32.self) { Double($0) }
    case ("u", 8): return load(UInt64.self) { Double($0) }
    case ("b", _): return load(UInt8.self) { $0 == 0 ? 0 : 1 }
    default: return load(UInt8.self) { Double($0) }
    }
  }
}

/// The dictionary at the beginning of a `.npy` file, the text of a Python literal.
private struct NumPyHeader {
  var descriptor = ""
  var isColumnMajor = false
  var shape: [Int] = []

  init?(_ text: String) {
    var rest = text[...]
    func skipSpace() { rest = rest.drop { $0 == " " || $0 == "\n" } }
    func take(_ character: Character) -> Bool {
      skipSpace()
      guard rest.first == character else { return false }
      rest = rest.dropFirst()
      return true
    }
    func string() -> String? {
      skipSpace()
      guard let quote = rest.first, quote == "'" || quote == "\"" else { return nil }
      let body = rest.dropFirst()
      guard let end = body.firstIndex(of: quote) else { return nil }
      rest = body[body.index(after: end)...]
      return String(body[..<end])
    }
    func tuple() -> [Int]? {
      guard take("(") else { return nil }
      var extents: [Int] = []
      while !take(")") {
        skipSpace()
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        guard let extent = Int(digits), extents.count < 32 else { return nil }
        rest = rest[digits.endIndex...]
        extents.append(extent)
        if !take(",") {
          guard take(")") else { return nil }
          break
        }
      }
      return extents
    }
    guard take("{") else { return nil }
    var keys: Set<String> = []
    while !take("}") {
      guard let key = string(), take(":"), keys.insert(key).inserted else { return nil }
      skipSpace()
      switch key {
      case "descr":
        guard let text = string() else { return nil }
        descriptor = text
      case "fortran_order":
        guard let word = ["True", "False"].first(where: { rest.hasPrefix($0) }) else { return nil }
        rest = rest.dropFirst(word.count)
        isColumnMajor = word == "True"
      case "shape":
        guard let extents = tuple() else { return nil }
        shape = extents
      default: return nil
      }
      if !take(",") {
        guard take("}") else { return nil }
        break
      }
    }
    guard keys.count == 3 else { return nil }
  }
}
