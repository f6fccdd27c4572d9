/// A dense matrix of `Double`, stored column after column.
///
/// The entry of row `i` and column `j` is element `i + j * rowCount`, as the Fortran libraries expect it, so
/// that a set of vectors is a matrix whose columns they are.
public struct Matrix: Sendable, Equatable, Codable {
  /// Number of rows.
  public let rowCount: Int
  /// Number of columns.
  public let columnCount: Int
  /// The entries, column after column.
  public package(set) var elements: [Double]

  /// A matrix with `elements` column after column; there must be `rowCount * columnCount` of them.
  public init(rowCount: Int, columnCount: Int, elements: [Double]) {
    precondition(rowCount >= 0 && columnCount >= 0, "a matrix of \(rowCount) by \(columnCount)")
    precondition(
      elements.count == rowCount * columnCount,
      "\(elements.count) elements for a matrix of \(rowCount) by \(columnCount)")
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.elements = elements
  }

  /// A matrix of zeros.
  public init(rowCount: Int, columnCount: Int) {
    self.init(
      rowCount: rowCount, columnCount: columnCount,
      elements: Array(repeating: 0, count: rowCount * columnCount))
  }

  /// The matrix with these rows, which must have equal lengths.
  public init(rows: [[Double]]) {
    self.init(rowCount: rows.count, columnCount: rows.first?.count ?? 0)
    for (i, row) in rows.enumerated() {
      precondition(row.count == columnCount, "row \(i) has \(row.count) entries, row 0 has \(columnCount)")
      for (j, value) in row.enumerated() { self[i, j] = value }
    }
  }

  /// The matrix with these columns, which must have equal lengths.
  public init(columns: [[Double]]) {
    let rowCount = columns.first?.count ?? 0
    for (j, column) in columns.enumerated() {
      precondition(
        column.count == rowCount, "column \(j) has \(column.count) entries, column 0 has \(rowCount)")
    }
    self.init(rowCount: rowCount, columnCount: columns.count, elements: Array(columns.joined()))
  }

  /// The square matrix with `diagonal` and zeros elsewhere.
  public init(diagonal: [Double]) {
    self.init(rowCount: diagonal.count, columnCount: diagonal.count)
    for (i, value) in diagonal.enumerated() { self[i, i] = value }
  }

  /// The identity of `count` rows.
  public static func identity(_ count: Int) -> Matrix {
    Matrix(diagonal: Array(repeating: 1, count: count))
  }

  /// The entry of one row and column.
  public subscript(row: Int, column: Int) -> Double {
    get {
      precondition(row >= 0 && row < rowCount, "row \(row) of \(rowCount)")
      return elements[row + column * rowCount]
    }
    set {
      precondition(row >= 0 && row < rowCount, "row \(row) of \(rowCount)")
      elements[row + column * rowCount] = newValue
    }
  }

  /// The entries of one column.
  public func column(_ index: Int) -> [Double] {
    Array(elements[index * rowCount..<(index + 1) * rowCount])
  }

  /// The entries of one row.
  public func row(_ index: Int) -> [Double] {
    (0..<columnCount).map { self[index, $0] }
  }

  /// The matrix of some columns, in the given order.
  public func columns(_ indices: some Sequence<Int>) -> Matrix {
    var picked: [Double] = []
    var count = 0
    for index in indices {
      picked += elements[index * rowCount..<(index + 1) * rowCount]
      count += 1
    }
    return Matrix(rowCount: rowCount, columnCount: count, elements: picked)
  }

  /// Rows and columns exchanged.
  public var transposed: Matrix {
    var result = Matrix(rowCount: columnCount, columnCount: rowCount)
    for j in 0..<columnCount {
      for i in 0..<rowCount { result[j, i] = self[i, j] }
    }
    return result
  }

  /// The sum of the diagonal of a square matrix.
  public var trace: Double {
    precondition(rowCount == columnCount, "the trace of a matrix of \(rowCount) by \(columnCount)")
    return (0..<rowCount).reduce(0) { $0 + self[$1, $1] }
  }

  /// The largest magnitude of an entry; NaN if any entry is NaN, zero without entries.
  public var largestMagnitude: Double {
    var largest = 0.0
    for element in elements {
      if element.isNaN { return .nan }
      largest = max(largest, abs(element))
    }
    return largest
  }

  /// The first entry that is no finite number, in the order of ``elements``.
  func checkFinite() throws(LinearAlgebraError) {
    guard let index = elements.firstIndex(where: { !$0.isFinite }) else { return }
    throw .nonFinite(row: index % rowCount, column: index / rowCount)
  }
}
