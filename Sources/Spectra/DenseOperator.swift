public import ThalwegLinearAlgebra

/// A matrix that is held in memory, dense or diagonal.
public final class DenseOperator: SymmetricOperator {
  private enum Storage {
    case dense(Matrix)
    case diagonal([Double])
  }
  private let storage: Storage

  /// The operator of a square matrix, which is used as it stands and not made symmetric.
  public init(_ matrix: Matrix) {
    precondition(
      matrix.rowCount == matrix.columnCount, "an operator of \(matrix.rowCount) by \(matrix.columnCount)")
    storage = .dense(matrix)
  }

  /// The operator of a diagonal matrix.
  public init(diagonal: [Double]) {
    storage = .diagonal(diagonal)
  }

  /// Number of rows and columns.
  public var dimension: Int {
    switch storage {
    case .dense(let matrix): matrix.rowCount
    case .diagonal(let diagonal): diagonal.count
    }
  }

  /// Y = A X.
  public func multiply(_ vectors: Span<Double>, columnCount: Int, into products: inout MutableSpan<Double>) {
    let n = dimension
    vectors.withUnsafeBufferPointer { x in
      products.withUnsafeMutableBufferPointer { y in
        switch storage {
        case .dense(let matrix):
          matrix.elements.withUnsafeBufferPointer { a in
            guard let a = a.baseAddress, let x = x.baseAddress, let y = y.baseAddress else { return }
            DenseKernel.multiply(
              a, leadingA: n, x, leadingB: n, into: y, leadingC: n, rows: n, inner: n, columns: columnCount)
          }
        case .diagonal(let diagonal):
          diagonal.withUnsafeBufferPointer { d in
            for j in 0..<columnCount {
              for i in 0..<n { y[i + j * n] = d[i] * x[i + j * n] }
            }
          }
        }
      }
    }
  }
}
