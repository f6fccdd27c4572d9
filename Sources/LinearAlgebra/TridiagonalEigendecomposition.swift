import COpenBLAS

/// The eigenvalues and eigenvectors of a symmetric tridiagonal matrix.
///
/// LAPACK's `dstevd`. Values come with an error of a few units in the last place of the largest one.
public struct TridiagonalEigendecomposition: Sendable {
  /// The eigenvalues in ascending order.
  public let values: [Double]
  /// Eigenvectors of unit length as columns, in the order of ``values``.
  public let vectors: Matrix

  /// Values and vectors of the matrix with `diagonal` (n entries) and `offDiagonal` (n − 1 entries).
  ///
  /// - Throws: ``LinearAlgebraError`` if an entry is not finite or the iteration fails.
  public init(diagonal: [Double], offDiagonal: [Double]) throws(LinearAlgebraError) {
    (values, vectors) = try TridiagonalEigendecomposition.solve(diagonal, offDiagonal, job: "V")
  }

  /// The first entries of the eigenvectors; their squares are the weights of a Gaussian quadrature.
  public var firstRow: [Double] { vectors.rowCount > 0 ? vectors.row(0) : [] }

  /// The eigenvalues in ascending order, O(n²) work.
  ///
  /// - Throws: ``LinearAlgebraError`` if an entry is not finite or the iteration fails.
  public static func values(
    diagonal: [Double], offDiagonal: [Double]
  ) throws(LinearAlgebraError) -> [Double] {
    try solve(diagonal, offDiagonal, job: "N").values
  }

  private static func solve(
    _ diagonal: [Double], _ offDiagonal: [Double], job: Unicode.Scalar
  ) throws(LinearAlgebraError) -> (values: [Double], vectors: Matrix) {
    let n = diagonal.count
    precondition(offDiagonal.count == max(0, n - 1), "\(offDiagonal.count) entries beside a diagonal of \(n)")
    guard n > 0 else { return ([], Matrix(rowCount: 0, columnCount: 0)) }
    if let i = diagonal.firstIndex(where: { !$0.isFinite }) { throw .nonFinite(row: i, column: i) }
    if let i = offDiagonal.firstIndex(where: { !$0.isFinite }) { throw .nonFinite(row: i + 1, column: i) }
    guard 1 + 4 * n + n * n <= Int(Int32.max) else { throw .tooLarge(rows: n, columns: n) }
    var values = diagonal
    var beside = offDiagonal + [0]
    var vectors = Matrix(rowCount: job == "V" ? n : 0, columnCount: job == "V" ? n : 0)
    var workspace = [Double](repeating: 0, count: job == "V" ? 1 + 4 * n + n * n : 1)
    var integers = [blasint](repeating: 0, count: job == "V" ? 3 + 5 * n : 1)
    let status = vectors.elements.withUnsafeMutableBufferPointer {
      shim_dstevd(
        CChar(job.value), blasint(n), &values, &beside, $0.baseAddress, &workspace, blasint(workspace.count),
        &integers, blasint(integers.count))
    }
    guard status == 0 else { throw .noConvergence(operation: "dstevd", count: Int(status)) }
    return (values, vectors)
  }
}
