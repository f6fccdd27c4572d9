import TestSupport
import Testing
import ThalwegLinearAlgebra
import ThalwegRandomness
import ThalwegSpectra

/// A dense operator with chosen eigenvalues and random orthonormal eigenvectors.
func randomOperator(eigenvalues: [Double], seed: UInt64) throws -> DenseOperator {
  DenseOperator(try randomMatrix(eigenvalues: eigenvalues, seed: seed))
}

/// A symmetric matrix with chosen eigenvalues and random orthonormal eigenvectors.
func randomMatrix(eigenvalues: [Double], seed: UInt64) throws -> Matrix {
  let n = eigenvalues.count
  let q = try QRDecomposition(of: normalMatrix(n, n, seed: seed)).q
  let product = q.times(Matrix(diagonal: eigenvalues)).times(q.transposed)
  var symmetric = product
  for i in 0..<n { for j in 0..<n { symmetric[i, j] = 0.5 * (product[i, j] + product[j, i]) } }
  return symmetric
}

/// A matrix of standard normal entries.
func normalMatrix(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
  var stream = RandomStream(seed: seed)
  return Matrix(
    rowCount: rows, columnCount: columns, elements: (0..<(rows * columns)).map { _ in stream.normal() })
}

/// Standard normal numbers.
func normals(_ count: Int, seed: UInt64) -> [Double] { normalMatrix(count, 1, seed: seed).elements }

/// A matrix that need not be symmetric, or whose products fail after a number of them.
final class FaultyOperator: SymmetricOperator {
  private let base: any SymmetricOperator
  private var productsLeft: Int
  private let index: Int

  init(_ base: any SymmetricOperator, failsAfter products: Int, at index: Int) {
    self.base = base
    productsLeft = products
    self.index = index
  }

  var dimension: Int { base.dimension }

  func multiply(_ vectors: Span<Double>, columnCount: Int, into products: inout MutableSpan<Double>) throws {
    try base.multiply(vectors, columnCount: columnCount, into: &products)
    productsLeft -= columnCount
    if productsLeft < 0 { products[index] = .nan }
  }
}
