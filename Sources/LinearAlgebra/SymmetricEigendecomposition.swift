import COpenBLAS

/// The eigenvalues of a symmetric matrix and, with ``init(of:)``, its eigenvectors.
///
/// Only the lower triangle is read. Values are exact up to a few units in the last place of the largest one:
/// `|λ̂ − λ| ≲ n ε ‖A‖`. LAPACK's `dsyevd` (divide and conquer); O(n³) work, about `3 n²` numbers of memory
/// with vectors, `n²` without.
public struct SymmetricEigendecomposition: Sendable {
  /// The eigenvalues in ascending order.
  public let values: [Double]
  /// Eigenvectors of unit length as columns, in the order of ``values``.
  public let vectors: Matrix

  /// Values and vectors of the square matrix `matrix`.
  ///
  /// - Throws: ``LinearAlgebraError`` if an entry is not finite or the iteration fails.
  public init(of matrix: Matrix) throws(LinearAlgebraError) {
    var copy = matrix
    values = try SymmetricEigendecomposition.solve(&copy, job: "V")
    vectors = copy
  }

  /// The eigenvalues of the square matrix `matrix` in ascending order. Its memory is used for the work if
  /// nobody else holds it.
  ///
  /// - Throws: ``LinearAlgebraError`` if an entry is not finite or the iteration fails.
  public static func values(of matrix: consuming Matrix) throws(LinearAlgebraError) -> [Double] {
    try solve(&matrix, job: "N")
  }

  private static func solve(_ matrix: inout Matrix, job: Unicode.Scalar) throws(LinearAlgebraError)
    -> [Double]
  {
    let n = matrix.rowCount
    precondition(n == matrix.columnCount, "eigenvalues of a matrix of \(n) by \(matrix.columnCount)")
    guard n > 0 else { return [] }
    let work = job == "V" ? 1 + 6 * n + 2 * n * n : max(1, 2 * n + 1)
    guard work <= Int(Int32.max) && n <= Int(Int32.max) else { throw .tooLarge(rows: n, columns: n) }
    try matrix.checkFinite()
    var values = [Double](repeating: 0, count: n)
    // The minimum that LAPACK documents serves the reduction in blocks too if it holds n · 64 numbers.
    var workspace = [Double](repeating: 0, count: max(work, min(64 * n + 2 * n, Int(Int32.max))))
    var integers = [blasint](repeating: 0, count: 3 + 5 * n)
    let status = matrix.elements.withUnsafeMutableBufferPointer {
      shim_dsyevd(
        CChar(job.value), blasint(n), $0.baseAddress, &values, &workspace, blasint(workspace.count),
        &integers,
        blasint(integers.count))
    }
    guard status == 0 else { throw .noConvergence(operation: "dsyevd", count: Int(status)) }
    return values
  }
}
