import Foundation
import ThalwegLinearAlgebra

/// The precision in which a basis of long vectors is kept.
public enum BasisPrecision: String, Sendable, Codable {
  /// 4 bytes an entry. Orthogonality and residuals reach about 1e−7; coefficients are still summed in
  /// `Double`.
  case single
  /// 8 bytes an entry.
  case double

  /// Bytes of one entry.
  public var byteCount: Int { self == .single ? 4 : 8 }

  /// Half a unit in the last place of 1.
  var roundoff: Double { self == .single ? 0x1p-24 : 0x1p-53 }
}

/// Orthonormal columns of equal length, which grow and shrink at the end.
///
/// Work goes over the rows in pieces of ``pieceLength``, for which all columns fit the second-level cache: a
/// Gram–Schmidt pass reads the basis three times from memory for two full orthogonalisations, not four times.
/// Orthogonalisation does not depend on the number of threads.
struct VectorBasis: Sendable, Equatable {
  static let pieceLength = 1024

  let dimension: Int
  let precision: BasisPrecision
  private(set) var count = 0
  /// The columns one after another. Only the array of ``precision`` is used.
  private(set) var doubles: [Double] = []
  private(set) var singles: [Float] = []

  init(dimension: Int, precision: BasisPrecision) {
    self.dimension = dimension
    self.precision = precision
  }

  /// Asks for memory for `capacity` columns at once. Pages are not touched before they are written.
  mutating func reserve(_ capacity: Int) {
    switch precision {
    case .single: singles.reserveCapacity(capacity * dimension)
    case .double: doubles.reserveCapacity(capacity * dimension)
    }
  }

  var byteCount: Int { count * dimension * precision.byteCount }

  /// Adds `vector * factor` as a column, rounded to the basis's precision.
  mutating func append(_ vector: [Double], times factor: Double = 1) {
    precondition(vector.count == dimension, "a vector of \(vector.count) entries in dimension \(dimension)")
    switch precision {
    case .single: for value in vector { singles.append(Float(value * factor)) }
    case .double: for value in vector { doubles.append(value * factor) }
    }
    count += 1
  }

  /// Keeps the first `newCount` columns.
  mutating func truncate(to newCount: Int) {
    switch precision {
    case .single: singles.removeLast((count - newCount) * dimension)
    case .double: doubles.removeLast((count - newCount) * dimension)
    }
    count = newCount
  }

  /// Writes column `index` into `vector`.
  func read(_ index: Int, into vector: inout [Double]) {
    let start = index * dimension
    switch precision {
    case .single: for i in 0..<dimension { vector[i] = Double(singles[start + i]) }
    case .double: for i in 0..<dimension { vector[i] = doubles[start + i] }
    }
  }

  /// Subtracts from `vector` its part in the span of all columns, twice, and again as long as that still
  /// halves it.
  ///
  /// - Returns: The coefficients that were taken out, and the norm of what is left.
  func orthogonalise(_ vector: inout [Double]) -> (coefficients: [Double], norm: Double) {
    precondition(vector.count == dimension, "a vector of \(vector.count) entries in dimension \(dimension)")
    guard count > 0 else { return ([], VectorKernel.norm(vector)) }
    var total = [Double](repeating: 0, count: count)
    var norm = 0.0
    vector.withUnsafeMutableBufferPointer { w in
      var pending = sweep(w, subtracting: nil, measuring: true)  // First pass: Vᵀw.
      func accept() {
        for i in 0..<count { total[i] += pending[i] }
      }
      accept()
      pending = sweep(w, subtracting: pending, measuring: true)  // w − V c and, piece by piece, Vᵀ of that.
      accept()
      var before = VectorKernel.norm(UnsafeBufferPointer(w))
      _ = sweep(w, subtracting: pending, measuring: false)
      norm = VectorKernel.norm(UnsafeBufferPointer(w))
      // Only a vector that lies almost wholly in the span gets here: what is left was rounding.
      for _ in 0..<2 where norm < 0.5 * before && norm > 0 {
        pending = sweep(w, subtracting: nil, measuring: true)
        accept()
        before = norm
        _ = sweep(w, subtracting: pending, measuring: false)
        norm = VectorKernel.norm(UnsafeBufferPointer(w))
      }
    }
    return (total, norm)
  }

  /// One pass over the basis: optionally w ← w − V c, and then optionally Vᵀw.
  private func sweep(
    _ w: UnsafeMutableBufferPointer<Double>, subtracting c: [Double]?, measuring: Bool
  ) -> [Double] {
    var sums = [Double](repeating: 0, count: measuring ? count : 0)
    guard let w0 = w.baseAddress else { return sums }
    withPieces { first, length, columns in
      if let c {
        for j in 0..<count { VectorKernel.addPiece(-c[j], times: columns(j), to: w0 + first, count: length) }
      }
      if measuring {
        for j in 0..<count { sums[j] += VectorKernel.dotOfPiece(columns(j), w0 + first, count: length) }
      }
    }
    return sums
  }

  /// Calls `body` with the first row, the length, and access to the columns' entries of every piece in turn.
  private func withPieces(_ body: (Int, Int, (Int) -> UnsafePointer<Double>) -> Void) {
    let scratch = UnsafeMutablePointer<Double>.allocate(capacity: VectorBasis.pieceLength)
    defer { scratch.deallocate() }
    for first in stride(from: 0, to: dimension, by: VectorBasis.pieceLength) {
      let length = min(VectorBasis.pieceLength, dimension - first)
      switch precision {
      case .double:
        doubles.withUnsafeBufferPointer { all in
          guard let base = all.baseAddress else { return }
          body(first, length) { base + ($0 * dimension + first) }
        }
      case .single:
        singles.withUnsafeBufferPointer { all in
          guard let base = all.baseAddress else { return }
          body(first, length) { column in
            let source = base + (column * dimension + first)
            for i in 0..<length { scratch[i] = Double(source[i]) }
            return UnsafePointer(scratch)
          }
        }
      }
    }
  }

  /// The columns V Y of combinations, in `Double`; Y has ``count`` rows.
  func combinations(_ y: Matrix) -> Matrix {
    var result = [Double](repeating: 0, count: dimension * y.columnCount)
    result.withUnsafeMutableBufferPointer { out in
      combine(y) { first, length, block in
        for j in 0..<y.columnCount {
          for i in 0..<length { out[first + i + j * dimension] = block[i + j * VectorBasis.pieceLength] }
        }
      }
    }
    return Matrix(rowCount: dimension, columnCount: y.columnCount, elements: result)
  }

  /// Replaces the columns by the combinations V Y, of which there may be no more than columns; in place.
  mutating func rotate(by y: Matrix) {
    precondition(
      y.rowCount == count && y.columnCount <= count, "\(y.rowCount) by \(y.columnCount) of \(count)")
    // Rows are independent: a piece's new entries overwrite only entries that were read for that piece.
    var (doubles, singles) = ([Double](), [Float]())
    swap(&doubles, &self.doubles)
    swap(&singles, &self.singles)
    let n = dimension
    switch precision {
    case .double:
      doubles.withUnsafeMutableBufferPointer { all in
        VectorBasis.combine(y, dimension: n, load: { all[$0] }) { first, length, block in
          for j in 0..<y.columnCount {
            for i in 0..<length { all[first + i + j * n] = block[i + j * VectorBasis.pieceLength] }
          }
        }
      }
    case .single:
      singles.withUnsafeMutableBufferPointer { all in
        VectorBasis.combine(y, dimension: n, load: { Double(all[$0]) }) { first, length, block in
          for j in 0..<y.columnCount {
            for i in 0..<length { all[first + i + j * n] = Float(block[i + j * VectorBasis.pieceLength]) }
          }
        }
      }
    }
    swap(&doubles, &self.doubles)
    swap(&singles, &self.singles)
    truncate(to: y.columnCount)
  }

  private func combine(_ y: Matrix, store: (Int, Int, UnsafeMutablePointer<Double>) -> Void) {
    precondition(y.rowCount == count, "combinations of \(y.rowCount) columns out of \(count)")
    switch precision {
    case .double:
      doubles.withUnsafeBufferPointer { all in
        VectorBasis.combine(y, dimension: dimension, load: { all[$0] }, store: store)
      }
    case .single:
      singles.withUnsafeBufferPointer { all in
        VectorBasis.combine(y, dimension: dimension, load: { Double(all[$0]) }, store: store)
      }
    }
  }

  /// V Y piece by piece: `load` reads an entry of V by its place, `store` receives first row, length and the
  /// block.
  @inline(__always)
  private static func combine(
    _ y: Matrix, dimension: Int, load: (Int) -> Double,
    store: (Int, Int, UnsafeMutablePointer<Double>) -> Void
  ) {
    let (old, new) = (y.rowCount, y.columnCount)
    guard old > 0 && new > 0 else { return }
    let source = UnsafeMutablePointer<Double>.allocate(capacity: pieceLength * old)
    let target = UnsafeMutablePointer<Double>.allocate(capacity: pieceLength * new)
    defer {
      source.deallocate()
      target.deallocate()
    }
    y.elements.withUnsafeBufferPointer { factors in
      guard let factors = factors.baseAddress else { return }
      for first in stride(from: 0, to: dimension, by: pieceLength) {
        let length = min(pieceLength, dimension - first)
        for j in 0..<old {
          for i in 0..<length { source[i + j * pieceLength] = load(first + i + j * dimension) }
        }
        DenseKernel.multiply(
          source, leadingA: pieceLength, factors, leadingB: old, into: target, leadingC: pieceLength,
          rows: length, inner: old, columns: new)
        store(first, length, target)
      }
    }
  }
}

extension VectorBasis: Codable {
  private enum Key: String, CodingKey {
    case dimension, precision, count, bytes
  }

  /// Reads what ``encode(to:)`` wrote; bytes that do not fit the sizes are an error.
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    dimension = try container.decode(Int.self, forKey: .dimension)
    precision = try container.decode(BasisPrecision.self, forKey: .precision)
    count = try container.decode(Int.self, forKey: .count)
    let bytes = try container.decode(Data.self, forKey: .bytes)
    let (entries, isTooMany) = dimension.multipliedReportingOverflow(by: count)
    let (size, isTooLong) = entries.multipliedReportingOverflow(by: precision.byteCount)
    guard dimension >= 0 && count >= 0 && !isTooMany && !isTooLong && bytes.count == size else {
      throw DecodingError.dataCorruptedError(
        forKey: .bytes, in: container,
        debugDescription: "\(bytes.count) bytes for \(count) vectors of \(dimension) entries")
    }
    switch precision {
    case .double:
      doubles = [Double](unsafeUninitializedCapacity: entries) { buffer, filled in
        bytes.copyBytes(to: UnsafeMutableRawBufferPointer(buffer))
        filled = entries
      }
    case .single:
      singles = [Float](unsafeUninitializedCapacity: entries) { buffer, filled in
        bytes.copyBytes(to: UnsafeMutableRawBufferPointer(buffer))
        filled = entries
      }
    }
  }

  /// Writes the entries as bytes in the machine's order, which is little-endian on every supported one.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(dimension, forKey: .dimension)
    try container.encode(precision, forKey: .precision)
    try container.encode(count, forKey: .count)
    let bytes =
      precision == .double ? doubles.withUnsafeBytes { Data($0) } : singles.withUnsafeBytes { Data($0) }
    try container.encode(bytes, forKey: .bytes)
  }
}
