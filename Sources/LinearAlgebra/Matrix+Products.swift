import COpenBLAS

extension Matrix {
  /// The product `self * other`.
  public func times(_ other: Matrix) -> Matrix {
    precondition(columnCount == other.rowCount, "\(columnCount) columns times \(other.rowCount) rows")
    return Matrix.product(self, isTransposed: false, other, rows: rowCount, inner: columnCount)
  }

  /// The product `selfᵀ * other`.
  public func transposedTimes(_ other: Matrix) -> Matrix {
    precondition(rowCount == other.rowCount, "\(rowCount) rows, transposed, times \(other.rowCount) rows")
    return Matrix.product(self, isTransposed: true, other, rows: columnCount, inner: rowCount)
  }

  /// The product of the matrix and a column vector.
  public func times(_ vector: [Double]) -> [Double] {
    times(Matrix(rowCount: vector.count, columnCount: 1, elements: vector)).elements
  }

  /// The product of the transposed matrix and a column vector.
  public func transposedTimes(_ vector: [Double]) -> [Double] {
    transposedTimes(Matrix(rowCount: vector.count, columnCount: 1, elements: vector)).elements
  }

  /// Solves `self * x = rhs`, or `selfᵀ * x = rhs`, reading only the upper triangle of the square matrix.
  ///
  /// A zero on the diagonal gives entries that are not finite; callers keep the diagonal away from zero.
  package func solvingUpperTriangular(_ rhs: Matrix, isTransposed: Bool = false) -> Matrix {
    precondition(rowCount == columnCount && rhs.rowCount == rowCount, "shapes of a triangular system")
    guard rowCount > 0 && rhs.columnCount > 0 else { return rhs }
    var solution = rhs
    solution.elements.withUnsafeMutableBufferPointer { x in
      elements.withUnsafeBufferPointer { a in
        cblas_dtrsm(
          CblasColMajor, CblasLeft, CblasUpper, isTransposed ? CblasTrans : CblasNoTrans, CblasNonUnit,
          blasint(rowCount), blasint(rhs.columnCount), 1, a.baseAddress, blasint(rowCount), x.baseAddress,
          blasint(rowCount))
      }
    }
    return solution
  }

  private static func product(
    _ a: Matrix, isTransposed: Bool, _ b: Matrix, rows: Int, inner: Int
  ) -> Matrix {
    var result = Matrix(rowCount: rows, columnCount: b.columnCount)
    a.elements.withUnsafeBufferPointer { left in
      b.elements.withUnsafeBufferPointer { right in
        result.elements.withUnsafeMutableBufferPointer { out in
          guard let left = left.baseAddress, let right = right.baseAddress, let out = out.baseAddress else {
            return
          }
          DenseKernel.multiply(
            left, leadingA: max(1, a.rowCount), isTransposed: isTransposed, right,
            leadingB: max(1, b.rowCount),
            into: out, leadingC: max(1, rows), rows: rows, inner: inner, columns: b.columnCount)
        }
      }
    }
    return result
  }
}
