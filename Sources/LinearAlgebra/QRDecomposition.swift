import COpenBLAS

/// The thin QR decomposition `A = Q R` of a matrix with at least as many rows as columns.
///
/// Householder's method: Q is orthonormal to a few units in the last place even where A has lost rank; the
/// columns of Q that belong to zeros on R's diagonal are then arbitrary. O(m n²) work.
public struct QRDecomposition: Sendable {
  /// Orthonormal columns, of the shape of A.
  public let q: Matrix
  /// Upper triangular, `columnCount × columnCount`.
  public let r: Matrix

  /// Decomposes `matrix`.
  ///
  /// - Throws: ``LinearAlgebraError`` if an entry is not finite.
  public init(of matrix: Matrix) throws(LinearAlgebraError) {
    let (m, n) = (matrix.rowCount, matrix.columnCount)
    precondition(m >= n, "a thin QR decomposition of \(m) rows and \(n) columns")
    try matrix.checkFinite()
    var factor = matrix
    var triangle = Matrix(rowCount: n, columnCount: n)
    guard n > 0 else {
      (q, r) = (factor, triangle)
      return
    }
    // 64 columns at a time, the largest block that LAPACK uses here.
    let length = 64 * n
    guard m <= Int(Int32.max) && length <= Int(Int32.max) else { throw .tooLarge(rows: m, columns: n) }
    var workspace = [Double](repeating: 0, count: length)
    var tau = [Double](repeating: 0, count: n)
    factor.elements.withUnsafeMutableBufferPointer { a in
      let status = shim_dgeqrf(blasint(m), blasint(n), a.baseAddress, &tau, &workspace, blasint(length))
      assert(status == 0, "dgeqrf refused argument \(-status)")
      for j in 0..<n {
        for i in 0...j { triangle[i, j] = a[i + j * m] }
      }
      let formed = shim_dorgqr(blasint(m), blasint(n), a.baseAddress, tau, &workspace, blasint(length))
      assert(formed == 0, "dorgqr refused argument \(-formed)")
    }
    (q, r) = (factor, triangle)
  }
}
