import ThalwegFiles

/// Reads safetensors: 8 bytes of header length, a JSON header, the values.
///
/// As the format's own implementation does, it demands that the tensors' ranges fill the data without gap or
/// overlap; so the values read are never more than the file holds.
///
/// Source: the format's description in the safetensors project, version 0.4.
struct SafetensorsReader {
  /// Longest header accepted, as in the format's own implementation.
  static let largestHeader = 100_000_000
  /// Most extents of a tensor.
  static let largestRank = 64
  static let metadataKey = "__metadata__"

  private let file: FileBytes

  init(_ file: FileBytes) {
    self.file = file
  }

  private struct Entry {
    let name: String
    let offset: Int
    var type: ElementType?
    var shape: [Int]?
    var range: Range<Int>?
  }

  func read() throws(FileFormatError) -> Checkpoint {
    var cursor = file.cursor()
    let length = try cursor.readCount(UInt64.self, "the length of the header")
    guard length <= min(cursor.remaining, SafetensorsReader.largestHeader) else {
      throw file.failure(
        at: 0, found: "a header of \(length) bytes",
        expected: "at most \(min(cursor.remaining, SafetensorsReader.largestHeader)) bytes")
    }
    let dataStart = cursor.position + length
    var scanner = HeaderScanner(file, range: cursor.position..<dataStart)
    var metadata: [String: String] = [:]
    let entries = try readHeader(&scanner, metadata: &metadata)
    let tensors = try decode(entries, dataStart: dataStart)
    return Checkpoint(tensors: tensors, metadata: metadata, format: .safetensors)
  }

  private func readHeader(
    _ scanner: inout HeaderScanner, metadata: inout [String: String]
  ) throws(FileFormatError) -> [Entry] {
    var entries: [Entry] = []
    var names: Set<String> = []
    try scanner.expect("{")
    if !scanner.skip("}") {
      repeat {
        let offset = scanner.position
        let name = try scanner.readString()
        guard names.insert(name).inserted else {
          throw file.failure(at: offset, found: "a second “\(name)”", expected: "unique names")
        }
        try scanner.expect(":")
        if name == SafetensorsReader.metadataKey {
          metadata = try readMetadata(&scanner)
        } else {
          entries.append(try readEntry(&scanner, name: name, offset: offset))
        }
      } while scanner.skip(",")
      try scanner.expect("}")
    }
    guard scanner.peek() == nil else { throw scanner.failure(expected: "spaces until the data") }
    return entries
  }

  private func readMetadata(_ scanner: inout HeaderScanner) throws(FileFormatError) -> [String: String] {
    var metadata: [String: String] = [:]
    try scanner.expect("{")
    if scanner.skip("}") { return metadata }
    repeat {
      let key = try scanner.readString()
      try scanner.expect(":")
      metadata[key] = try scanner.readString()
    } while scanner.skip(",")
    try scanner.expect("}")
    return metadata
  }

  private func readEntry(
    _ scanner: inout HeaderScanner, name: String, offset: Int
  ) throws(FileFormatError) -> Entry {
    var entry = Entry(name: name, offset: offset)
    try scanner.expect("{")
    repeat {
      let place = scanner.position
      let key = try scanner.readString()
      try scanner.expect(":")
      switch key {
      case "dtype" where entry.type == nil:
        let text = try scanner.readString()
        guard let type = ElementType(rawValue: text) else {
          throw file.failure(
            at: place, found: "element type “\(text)” of “\(name)”",
            expected: "one of \(ElementType.allNames)")
        }
        entry.type = type
      case "shape" where entry.shape == nil:
        entry.shape = try scanner.readNumbers(limit: SafetensorsReader.largestRank)
      case "data_offsets" where entry.range == nil:
        let numbers = try scanner.readNumbers(limit: 2)
        guard numbers.count == 2, numbers[0] <= numbers[1] else {
          throw file.failure(at: place, found: "offsets \(numbers)", expected: "a start and an end after it")
        }
        entry.range = numbers[0]..<numbers[1]
      default:
        throw file.failure(
          at: place, found: "“\(key)”", expected: "dtype, shape and data_offsets, each once")
      }
    } while scanner.skip(",")
    try scanner.expect("}")
    return entry
  }

  private func decode(_ entries: [Entry], dataStart: Int) throws(FileFormatError) -> [NamedTensor] {
    var tensors: [NamedTensor] = []
    tensors.reserveCapacity(entries.count)
    var expectedStart = 0
    let dataCount = file.count - dataStart
    // A tensor without elements shares its start with its successor: it must be looked at first.
    let order = entries.enumerated().sorted {
      let (a, b) = ($0.element.range ?? 0..<0, $1.element.range ?? 0..<0)
      return (a.lowerBound, a.upperBound, $0.offset) < (b.lowerBound, b.upperBound, $1.offset)
    }
    for (_, entry) in order {
      guard let type = entry.type, let shape = entry.shape, let range = entry.range else {
        throw file.failure(
          at: entry.offset, found: "“\(entry.name)” with fields left out",
          expected: "dtype, shape and data_offsets")
      }
      let announced = checkedProduct(shape + [type.byteCount])
      guard announced == range.count else {
        throw file.failure(
          at: entry.offset, found: "\(range.count) bytes for “\(entry.name)”",
          expected:
            "\(announced.map(String.init) ?? "more than Int counts") for \(type.rawValue) of shape \(shape)"
        )
      }
      guard range.lowerBound == expectedStart && range.upperBound <= dataCount else {
        throw file.failure(
          at: entry.offset, found: "“\(entry.name)” at \(range) of \(dataCount) bytes of data",
          expected: "tensors without gap or overlap, this one at \(expectedStart)")
      }
      expectedStart = range.upperBound
      let bytes = file.bytes[(dataStart + range.lowerBound)..<(dataStart + range.upperBound)]
      tensors.append(
        NamedTensor(
          name: entry.name, shape: shape, values: TensorValues(decoding: bytes, as: type), storedType: type))
    }
    guard expectedStart == dataCount else {
      throw file.failure(
        at: dataStart + expectedStart, found: "\(dataCount - expectedStart) bytes that belong to no tensor",
        expected: "the end of the file")
    }
    return tensors
  }
}
