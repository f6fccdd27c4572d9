import Foundation
public import ThalwegFiles

/// Reads comma-separated numbers, one example a line, the class last.
///
/// A first line whose first field is no number is taken for a header. Empty lines are skipped.
public enum CSVReader {
  /// Largest class accepted: a larger one is a value in the wrong column.
  public static let largestClass = 65_535

  /// Rows of equal length, and their classes.
  struct Table {
    var columnCount = 0
    var values: [Float] = []
    var labels: [Int32] = []
  }

  /// Reads `split` from a folder with `train.csv` and `test.csv`, or one file as it is.
  ///
  /// - Parameters:
  ///   - path: The folder; or one file, which then is the whole set, whatever `split` says.
  ///   - split: The part wanted.
  /// - Throws: ``DatasetError``, `FileAccessError` or `FileFormatError`.
  public static func read(_ path: String, split: DatasetSplit) throws -> Dataset {
    let isFolder = FolderSearch.isFolder(path)
    let file = try FileBytes(
      path: isFolder ? FolderSearch(folder: path, subfolders: []).find(["\(split.rawValue).csv"]) : path)
    return try dataset(file, name: "csv \(file.name.split(separator: "/").last ?? "")")
  }

  /// Reads a table from bytes in memory. There are as many classes as the largest label says.
  ///
  /// - Throws: `FileFormatError` with the place of the first wrong field.
  public static func dataset(_ file: FileBytes, name: String) throws -> Dataset {
    let table = try table(file)
    return try Dataset(
      name: name, exampleShape: [table.columnCount - 1], classCount: Int(table.labels.max() ?? 0) + 1,
      floats: table.values, labels: table.labels)
  }

  /// Reads optdigits' `optdigits.tra` or `optdigits.tes` from a folder, or one file as it is.
  ///
  /// 8 × 8 images of the values 0 to 16, as they are in the file, and classes 0 to 9.
  ///
  /// - Parameters:
  ///   - path: The folder; or one file, which then is the whole set, whatever `split` says.
  ///   - split: The part wanted.
  /// - Throws: ``DatasetError``, `FileAccessError` or `FileFormatError`.
  public static func readOptdigits(_ path: String, split: DatasetSplit) throws -> Dataset {
    let isFolder = FolderSearch.isFolder(path)
    let name = split == .train ? "optdigits.tra" : "optdigits.tes"
    let file = try FileBytes(
      path: isFolder ? FolderSearch(folder: path, subfolders: []).find([name]) : path)
    let leaf = file.name.split(separator: "/").last.map(String.init) ?? file.name
    return try optdigits(file, name: "optdigits \(isFolder ? split.rawValue : leaf)")
  }

  /// Reads optdigits from bytes in memory.
  ///
  /// - Throws: `FileFormatError` with the place of what is wrong, ``DatasetError`` for a label above 9.
  public static func optdigits(_ file: FileBytes, name: String) throws -> Dataset {
    let table = try table(file)
    guard table.columnCount == 65 else {
      throw file.failure(at: 0, found: "\(table.columnCount) columns", expected: "64 pixels and the class")
    }
    if let wrong = table.values.firstIndex(where: { !(0...16).contains($0) || $0 != $0.rounded() }) {
      throw file.failure(
        at: 0, found: "\(table.values[wrong]) as pixel \(wrong % 64) of example \(wrong / 64)",
        expected: "a whole number from 0 to 16")
    }
    return try Dataset(
      name: name, exampleShape: [1, 8, 8], classCount: 10, floats: table.values, labels: table.labels)
  }

  static func table(_ file: FileBytes) throws(FileFormatError) -> Table {
    var table = Table()
    var position = file.bytes.startIndex
    if file.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position += 3 }  // The mark that some spreadsheets write first.
    var isFirstLine = true
    while position < file.bytes.endIndex {
      let end = file.bytes[position...].firstIndex(of: 0x0A) ?? file.bytes.endIndex
      var line = file.bytes[position..<end]
      if line.last == 0x0D { line.removeLast() }
      if !line.isEmpty && !(isFirstLine && isHeader(line)) { try append(line, of: file, to: &table) }
      if !line.isEmpty { isFirstLine = false }
      position = end + 1
    }
    guard !table.labels.isEmpty else {
      throw file.failure(
        at: file.bytes.endIndex, found: "no examples", expected: "lines of numbers and a class")
    }
    return table
  }

  /// Whether a first line holds names: every field has a letter, and none is a number, not even a quoted or an
  /// unusable one. Anything else must be an example, or is an error.
  private static func isHeader(_ line: ArraySlice<UInt8>) -> Bool {
    line.split(separator: 0x2C, omittingEmptySubsequences: false).allSatisfy { field in
      let text = String(decoding: field, as: UTF8.self).trimmingCharacters(in: CharacterSet(charactersIn: " \"'"))
      return text.contains(where: \.isLetter) && Double(text) == nil
    }
  }

  private static func append(
    _ line: ArraySlice<UInt8>, of file: FileBytes, to table: inout Table
  ) throws(FileFormatError) {
    var start = line.startIndex
    var last: Double = 0
    var columns = 0
    while start <= line.endIndex {
      let end = line[start...].firstIndex(of: 0x2C) ?? line.endIndex
      guard let value = number(line[start..<end]) else {
        let text = String(decoding: line[start..<end].prefix(40), as: UTF8.self)
        throw file.failure(at: start, found: "“\(text)”", expected: "a finite number")
      }
      // The last field is the class: each value moves to the table when its successor arrives.
      if columns > 0 { table.values.append(Float(last)) }
      last = value
      columns += 1
      if end == line.endIndex { break }
      start = end + 1
    }
    if table.labels.isEmpty { table.columnCount = columns }
    guard columns >= 2 && columns == table.columnCount else {
      throw file.failure(
        at: line.startIndex, found: "\(columns) columns",
        expected: "\(max(2, table.columnCount)) in every line")
    }
    guard last >= 0 && last <= Double(largestClass) && last == last.rounded() else {
      throw file.failure(
        at: line.startIndex, found: "class \(last)", expected: "a whole number from 0 to \(largestClass)")
    }
    table.labels.append(Int32(last))
  }

  /// The finite number in `field`, which may have spaces around it.
  private static func number(_ field: ArraySlice<UInt8>) -> Double? {
    let trimmed = field.drop { $0 == 0x20 }
    if !trimmed.isEmpty && trimmed.count <= 9 && trimmed.allSatisfy({ (0x30...0x39).contains($0) }) {
      // Nearly all fields of real files; a general conversion would take most of the time.
      return Double(trimmed.reduce(0) { 10 * $0 + Int($1 - 0x30) })
    }
    // The longest exact decimal of a float is shorter than this.
    guard trimmed.count <= 200 else { return nil }
    let text = String(decoding: trimmed, as: UTF8.self)
    let end = text.lastIndex { $0 != " " }
    guard let end, let value = Double(text[...end]), Float(value).isFinite else { return nil }
    return value
  }
}
