import COpenBLAS

/// Products and sums of vectors, in `Double`, cut into pieces of a fixed length.
///
/// The pieces are below the length at which OpenBLAS uses several threads and are added in the order of their
/// index, so that the number of threads does not change a result.
public enum VectorKernel {
  /// OpenBLAS divides vectors of more than 10,000 entries among threads.
  static let pieceLength = 4096

  /// The inner product of two vectors of equal length.
  public static func dot(_ x: [Double], _ y: [Double]) -> Double {
    precondition(x.count == y.count, "the inner product of \(x.count) and \(y.count) entries")
    return x.withUnsafeBufferPointer { x in y.withUnsafeBufferPointer { y in dot(x, y) } }
  }

  /// The Euclidean norm; large and small entries neither overflow nor vanish.
  public static func norm(_ x: [Double]) -> Double {
    x.withUnsafeBufferPointer { norm($0) }
  }

  /// y ← y + factor · x, for vectors of equal length.
  public static func add(_ factor: Double, times x: [Double], to y: inout [Double]) {
    precondition(x.count == y.count, "\(x.count) entries added to \(y.count)")
    x.withUnsafeBufferPointer { x in y.withUnsafeMutableBufferPointer { y in add(factor, times: x, to: y) } }
  }

  /// The inner product of two buffers of equal length.
  package static func dot(_ x: UnsafeBufferPointer<Double>, _ y: UnsafeBufferPointer<Double>) -> Double {
    guard let x0 = x.baseAddress, let y0 = y.baseAddress else { return 0 }
    var sum = 0.0
    for start in stride(from: 0, to: x.count, by: pieceLength) {
      sum += dotOfPiece(x0 + start, y0 + start, count: min(pieceLength, x.count - start))
    }
    return sum
  }

  /// The Euclidean norm of a buffer.
  package static func norm(_ x: UnsafeBufferPointer<Double>) -> Double {
    guard let x0 = x.baseAddress else { return 0 }
    return cblas_dnrm2(blasint(x.count), x0, 1)
  }

  /// y ← y + factor · x.
  package static func add(
    _ factor: Double, times x: UnsafeBufferPointer<Double>, to y: UnsafeMutableBufferPointer<Double>
  ) {
    guard let x0 = x.baseAddress, let y0 = y.baseAddress else { return }
    for start in stride(from: 0, to: x.count, by: pieceLength) {
      addPiece(factor, times: x0 + start, to: y0 + start, count: min(pieceLength, x.count - start))
    }
  }

  /// The inner product of at most ``pieceLength`` entries.
  package static func dotOfPiece(
    _ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, count: Int
  ) -> Double {
    cblas_ddot(blasint(count), x, 1, y, 1)
  }

  /// y ← y + factor · x for at most ``pieceLength`` entries.
  package static func addPiece(
    _ factor: Double, times x: UnsafePointer<Double>, to y: UnsafeMutablePointer<Double>, count: Int
  ) {
    cblas_daxpy(blasint(count), factor, x, 1, y, 1)
  }
}
