import COpenBLAS

/// Products of matrices in memory that somebody else owns; column-major, with a distance between columns.
package enum DenseKernel {
  /// C ← A B, or AᵀB, with A of `rows × inner` (or `inner × rows`), B of `inner × columns`, C of `rows ×
  /// columns`.
  ///
  /// - Parameters:
  ///   - leadingA: Elements from one column of A to the next; `leadingB` and `leadingC` likewise.
  package static func multiply(
    _ a: UnsafePointer<Double>, leadingA: Int, isTransposed: Bool = false,
    _ b: UnsafePointer<Double>, leadingB: Int, into c: UnsafeMutablePointer<Double>, leadingC: Int,
    rows: Int, inner: Int, columns: Int
  ) {
    guard rows > 0 && columns > 0 else { return }
    if inner == 0 {
      for j in 0..<columns { (c + j * leadingC).update(repeating: 0, count: rows) }
      return
    }
    if columns == 1 {
      let (m, n) = isTransposed ? (inner, rows) : (rows, inner)
      cblas_dgemv(
        CblasColMajor, isTransposed ? CblasTrans : CblasNoTrans, blasint(m), blasint(n), 1, a,
        blasint(leadingA),
        b, 1, 0, c, 1)
      return
    }
    cblas_dgemm(
      CblasColMajor, isTransposed ? CblasTrans : CblasNoTrans, CblasNoTrans, blasint(rows), blasint(columns),
      blasint(inner), 1, a, blasint(leadingA), b, blasint(leadingB), 0, c, blasint(leadingC))
  }
}

/// Sets the number of threads that dense products and decompositions may use.
///
/// Results are the same from run to run for one number of threads, and may differ in their last bits between
/// two numbers. The setting is the process's, so that only programs should change it, never a library.
public func setLinearAlgebraThreadCount(_ count: Int) {
  precondition(count > 0, "\(count) threads")
  openblas_set_num_threads(Int32(clamping: count))
}
