public import ThalwegFiles

/// Reads the IDX files of MNIST and Fashion-MNIST, plain or gzipped.
///
/// An IDX file is two zero bytes, a type (8 for bytes), the number of extents, the extents as big-endian 32-bit
/// numbers, and the values. A gzipped file is unpacked no further than its header announces.
///
/// Source: LeCun, Cortes, Burges, the description beside the MNIST files.
public enum IDXReader {
  /// Values of an IDX file and their extents.
  struct ByteArray {
    let extents: [Int]
    let bytes: [UInt8]
  }

  /// Reads images and labels of `split` from `folder`.
  ///
  /// - Parameters:
  ///   - folder: Holds `train-images-idx3-ubyte` and so on, with or without `.gz`, or a folder `raw` with them.
  ///   - split: The part wanted.
  ///   - name: The data set's name for people.
  /// - Throws: ``DatasetError``, `FileAccessError` or `FileFormatError`.
  public static func read(folder: String, split: DatasetSplit, name: String = "mnist") throws -> Dataset {
    let stem = split == .train ? "train" : "t10k"
    let search = FolderSearch(
      folder: folder, subfolders: ["raw", "MNIST/raw", "FashionMNIST/raw"])
    let imageNames = ["\(stem)-images-idx3-ubyte", "\(stem)-images.idx3-ubyte"]
    let labelNames = ["\(stem)-labels-idx1-ubyte", "\(stem)-labels.idx1-ubyte"]
    let images = try FileBytes(path: search.find(imageNames.flatMap { [$0, $0 + ".gz"] }))
    let labels = try FileBytes(path: search.find(labelNames.flatMap { [$0, $0 + ".gz"] }))
    return try dataset(images: images, labels: labels, name: "\(name) \(split.rawValue)")
  }

  /// Reads images and their labels from bytes in memory.
  ///
  /// - Parameters:
  ///   - images: An IDX file of three extents.
  ///   - labels: An IDX file of one extent, as many labels as images, each 0–9.
  ///   - name: The data set's name for people.
  /// - Throws: ``DatasetError`` where the two do not fit, `FileFormatError` where one is damaged.
  public static func dataset(images: FileBytes, labels: FileBytes, name: String) throws -> Dataset {
    let labelArray = try array(labels, rank: 1)
    let imageArray = try array(images, rank: 3)
    guard imageArray.extents[0] == labelArray.extents[0] else {
      throw DatasetError.mismatch(
        what: images.name, found: "\(imageArray.extents[0]) images",
        expected: "as many as there are labels, \(labelArray.extents[0])")
    }
    return try Dataset(
      name: name, exampleShape: [1, imageArray.extents[1], imageArray.extents[2]], classCount: 10,
      bytes: imageArray.bytes, labels: labelArray.bytes.map { Int32($0) })
  }

  static func array(_ file: FileBytes, rank: Int) throws(FileFormatError) -> ByteArray {
    guard file.bytes.starts(with: [0x1F, 0x8B]) else { return try plainArray(file, rank: rank) }
    let stream = InflateStream(file, wrapper: .gzip)
    let header = FileBytes(name: "\(file.name)(unpacked)", bytes: try stream.read(exactly: 4 + 4 * rank))
    var cursor = header.cursor()
    let (extents, count) = try readHeader(&cursor, rank: rank)
    let bytes = try stream.read(exactly: count)
    try stream.finish()
    return ByteArray(extents: extents, bytes: bytes)
  }

  private static func plainArray(_ file: FileBytes, rank: Int) throws(FileFormatError) -> ByteArray {
    var cursor = file.cursor()
    let (extents, count) = try readHeader(&cursor, rank: rank)
    guard cursor.remaining == count else {
      throw cursor.failure(found: "\(cursor.remaining) bytes of values", expected: "\(count) for \(extents)")
    }
    return ByteArray(extents: extents, bytes: Array(try cursor.readBytes(count)))
  }

  private static func readHeader(
    _ cursor: inout ByteCursor, rank: Int
  ) throws(FileFormatError) -> (extents: [Int], count: Int) {
    let magic = try cursor.readBytes(4, "the IDX header")
    guard magic.elementsEqual([0, 0, 8, UInt8(rank)]) else {
      throw cursor.source.failure(
        at: 0, found: "the bytes \(hexadecimal(magic))",
        expected: "00 00 08 \(hexadecimal([UInt8(rank)])), bytes with \(rank) extents")
    }
    var extents: [Int] = []
    for _ in 0..<rank { extents.append(try cursor.readCount(UInt32.self, order: .big, "an extent")) }
    guard let count = checkedProduct(extents), extents.dropFirst().allSatisfy({ $0 > 0 }) else {
      throw cursor.source.failure(
        at: 4, found: "extents \(extents)", expected: "positive ones that Int can count")
    }
    return (extents, count)
  }
}
