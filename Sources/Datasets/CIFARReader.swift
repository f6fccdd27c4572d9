import Foundation
public import ThalwegFiles

/// Reads CIFAR-10 and CIFAR-100 in their binary form.
///
/// A record is its label (CIFAR-100: the coarse one, then the fine one, which is used) and 3 × 32 × 32 bytes, red,
/// green and blue planes one after another.
///
/// Source: Krizhevsky (2009), Learning multiple layers of features from tiny images, and the files' description.
public struct CIFARReader: Sendable {
  /// Number of classes: 10 or 100.
  public let classCount: Int
  private static let imageSize = 3 * 32 * 32

  /// CIFAR-10: `data_batch_1.bin` … `data_batch_5.bin`, `test_batch.bin`.
  public static let cifar10 = CIFARReader(classCount: 10)
  /// CIFAR-100: `train.bin`, `test.bin`.
  public static let cifar100 = CIFARReader(classCount: 100)

  private init(classCount: Int) {
    self.classCount = classCount
  }

  private var labelCount: Int { classCount == 10 ? 1 : 2 }

  private func fileNames(_ split: DatasetSplit) -> [String] {
    switch (classCount, split) {
    case (10, .train): (1...5).map { "data_batch_\($0).bin" }
    case (10, .test): ["test_batch.bin"]
    default: ["\(split.rawValue).bin"]
    }
  }

  /// Reads `split` from a folder, or one batch file as it is.
  ///
  /// - Parameters:
  ///   - path: A folder with all files of the split, also in `cifar-10-batches-bin` or `cifar-100-binary` below it;
  ///     or one file, which then is the whole set, whatever `split` says.
  ///   - split: The part wanted.
  /// - Throws: ``DatasetError``, `FileAccessError` or `FileFormatError`.
  public func read(_ path: String, split: DatasetSplit) throws -> Dataset {
    let isFolder = FolderSearch.isFolder(path)
    let search = FolderSearch(folder: path, subfolders: ["cifar-10-batches-bin", "cifar-100-binary"])
    let paths = try isFolder ? fileNames(split).map { try search.find([$0]) } : [path]
    let part = isFolder ? split.rawValue : (path.split(separator: "/").last.map(String.init) ?? path)
    var pixels: [UInt8] = []
    var labels: [Int32] = []
    for path in paths {
      let file = try FileBytes(path: path)
      pixels.reserveCapacity(paths.count * file.count)
      try append(file, to: &pixels, &labels)
    }
    return try Dataset(
      name: "cifar\(classCount) \(part)", exampleShape: [3, 32, 32], classCount: classCount, bytes: pixels,
      labels: labels)
  }

  /// Reads one batch from bytes in memory.
  ///
  /// - Throws: `FileFormatError` where its length is no whole number of records, or a label is no class.
  public func dataset(_ file: FileBytes) throws -> Dataset {
    var pixels: [UInt8] = []
    var labels: [Int32] = []
    try append(file, to: &pixels, &labels)
    return try Dataset(
      name: file.name, exampleShape: [3, 32, 32], classCount: classCount, bytes: pixels, labels: labels)
  }

  private func append(
    _ file: FileBytes, to pixels: inout [UInt8], _ labels: inout [Int32]
  ) throws(FileFormatError) {
    let recordSize = labelCount + CIFARReader.imageSize
    guard file.count > 0 && file.count % recordSize == 0 else {
      throw file.failure(
        at: file.bytes.endIndex, found: "\(file.count) bytes",
        expected: "a multiple of \(recordSize), the length of a record of CIFAR-\(classCount)")
    }
    for start in stride(from: file.bytes.startIndex, to: file.bytes.endIndex, by: recordSize) {
      let labelPlace = start + labelCount - 1
      guard file.bytes[labelPlace] < classCount else {
        throw file.failure(
          at: labelPlace, found: "label \(file.bytes[labelPlace])", expected: "0 to \(classCount - 1)")
      }
      labels.append(Int32(file.bytes[labelPlace]))
      pixels.append(contentsOf: file.bytes[(start + labelCount)..<(start + recordSize)])
    }
  }
}
