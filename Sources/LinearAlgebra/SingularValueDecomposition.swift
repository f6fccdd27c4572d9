import COpenBLAS

/// The thin singular value decomposition `A = U diag(s) Vᵀ`.
///
/// LAPACK's `dgesdd` (divide and conquer). With `k = min(rows, columns)`: U is `rows × k`, Vᵀ is `k ×
/// columns`.
public struct SingularValueDecomposition: Sendable {
  /// Left singular vectors as columns.
  public let u: Matrix
  /// Singular values in descending order.
  public let values: [Double]
  /// Right singular vectors as rows.
  public let vTransposed: Matrix

  /// Decomposes `matrix`.
  ///
  /// - Throws: ``LinearAlgebraError`` if an entry is not finite, or if the iteration fails.
  public init(of matrix: Matrix) throws(LinearAlgebraError) {
    let (m, n) = (matrix.rowCount, matrix.columnCount)
    let k = min(m, n)
    var left = Matrix(rowCount: m, columnCount: k)
    var right = Matrix(rowCount: k, columnCount: n)
    var singular = [Double](repeating: 0, count: k)
    if k > 0 {
      guard max(m, n) <= Int(Int32.max) else { throw .tooLarge(rows: m, columns: n) }
      try matrix.checkFinite()
      var integers = [blasint](repeating: 0, count: 8 * k)
      var copy = matrix
      var length = blasint(-1)  // The first call asks how much memory the second wants.
      var workspace = [0.0]
      var status = blasint(0)
      for _ in 0..<2 {
        status = copy.elements.withUnsafeMutableBufferPointer { a in
          left.elements.withUnsafeMutableBufferPointer { u in
            right.elements.withUnsafeMutableBufferPointer { v in
              shim_dgesdd(
                CChar(UInt8(ascii: "S")), blasint(m), blasint(n), a.baseAddress, &singular, u.baseAddress,
                v.baseAddress, &workspace, length, &integers)
            }
          }
        }
        if length == -1 {
          guard workspace[0] < Double(Int32.max) else { throw .tooLarge(rows: m, columns: n) }
          length = blasint(workspace[0])
          workspace = [Double](repeating: 0, count: Int(length))
        }
      }
      guard status == 0 else { throw .noConvergence(operation: "dgesdd", count: Int(status)) }
    }
    u = left
    values = singular
    vTransposed = right
  }
}
