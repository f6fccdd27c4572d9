import COpenBLAS

/// The decomposition `A = L Lᵀ` of a symmetric positive definite matrix, for solving equations.
///
/// Only the lower triangle is read. LAPACK's `dpotrf` and `dpotrs`: `n³/3` multiplications for the decomposition, `2 n²`
/// for each right-hand side; backward stable.
public struct CholeskyDecomposition: Sendable {
  private let factor: Matrix

  /// Decomposes the square matrix `matrix`; `nil` where it is not positive definite to working precision.
  ///
  /// - Throws: ``LinearAlgebraError`` if an entry is not finite.
  public init?(of matrix: Matrix) throws(LinearAlgebraError) {
    let n = matrix.rowCount
    precondition(n == matrix.columnCount, "a Cholesky decomposition of \(n) by \(matrix.columnCount)")
    guard n <= Int(Int32.max) else { throw .tooLarge(rows: n, columns: n) }
    try matrix.checkFinite()
    var factor = matrix
    let status = factor.elements.withUnsafeMutableBufferPointer { shim_dpotrf(blasint(n), $0.baseAddress) }
    guard status == 0 else { return nil }
    self.factor = factor
  }

  /// The solution X of `A X = B`.
  public func solve(_ rightSides: Matrix) -> Matrix {
    precondition(
      rightSides.rowCount == factor.rowCount, "\(rightSides.rowCount) rows for \(factor.rowCount) equations")
    var solution = rightSides
    let status = solution.elements.withUnsafeMutableBufferPointer { b in
      factor.elements.withUnsafeBufferPointer { a in
        shim_dpotrs(blasint(factor.rowCount), blasint(rightSides.columnCount), a.baseAddress, b.baseAddress)
      }
    }
    assert(status == 0, "dpotrs refused argument \(-status)")
    return solution
  }

  /// The solution x of `A x = b`.
  public func solve(_ rightSide: [Double]) -> [Double] {
    solve(Matrix(columns: [rightSide])).elements
  }
}
