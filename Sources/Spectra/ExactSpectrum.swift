public import ThalwegLinearAlgebra

/// What a dense matrix of an operator will cost, stated before anything is computed.
public struct DensePlan: Sendable, Equatable {
  /// Number of rows and columns.
  public let dimension: Int
  /// Whether eigenvectors are wanted besides the values.
  public let includesVectors: Bool
  /// Products with unit vectors.
  public let products: Int
  /// Bytes of the matrix and the decomposition's work memory.
  public let bytes: Int

  /// The plan for an operator of this dimension.
  ///
  /// - Parameters:
  ///   - limit: The largest dimension that is accepted.
  /// - Throws: ``SpectrumError/dimensionTooLarge(dimension:limit:)``.
  public init(dimension: Int, includesVectors: Bool = false, limit: Int = 20_000) throws {
    guard dimension <= limit else {
      throw SpectrumError.dimensionTooLarge(dimension: dimension, limit: limit)
    }
    self.dimension = dimension
    self.includesVectors = includesVectors
    products = dimension
    // The values overwrite the matrix; vectors need a copy and twice the matrix as work memory.
    let matrices = includesVectors ? 4 : 1
    bytes = (matrices * dimension + 80 + 2 * DensePlan.blockSize) * dimension * 8
  }

  /// Columns multiplied at once.
  static let blockSize = 32

  /// Seconds for the products alone if one takes `secondsPerProduct`.
  public func seconds(secondsPerProduct: Double) -> Double { Double(products) * secondsPerProduct }
}

/// All eigenvalues of an operator.
public struct ExactSpectrum: Sendable {
  /// The eigenvalues in ascending order.
  public let values: [Double]
  /// Unit eigenvectors as columns in the same order, if asked for.
  public let vectors: Matrix?
  /// `‖A − Aᵀ‖_F / ‖A‖_F` before the matrix was made symmetric; zero for a zero matrix.
  public let asymmetry: Double
  /// Products spent.
  public let products: Int
}

/// The matrix of an operator, column by column from products with unit vectors, as it comes: not made
/// symmetric.
///
/// - Throws: ``OperatorError``, `CancellationError`, and what the operator throws.
public func denseMatrix(of a: some SymmetricOperator, plan: DensePlan) throws -> Matrix {
  let n = a.dimension
  guard n == plan.dimension else { throw SpectrumError.dimensionMismatch(expected: plan.dimension, found: n) }
  var elements = [Double]()
  elements.reserveCapacity(n * n)
  for first in stride(from: 0, to: n, by: DensePlan.blockSize) {
    try Task.checkCancellation()
    let count = min(DensePlan.blockSize, n - first)
    var units = Matrix(rowCount: n, columnCount: count)
    for j in 0..<count { units[first + j, j] = 1 }
    elements += try a.products(with: units).elements
  }
  return Matrix(rowCount: n, columnCount: n, elements: elements)
}

/// All eigenvalues of an operator, from its dense matrix made symmetric as `(A + Aᵀ)/2`.
///
/// - Parameters:
///   - plan: What it will cost; make it first, show it, and pass it on. The default refuses above 20,000.
/// - Throws: ``SpectrumError``, ``OperatorError``, `LinearAlgebraError`, `CancellationError`, and what the
///   operator throws.
/// - Complexity: One product for each dimension, and O(n³) for the decomposition.
public func exactSpectrum(of a: some SymmetricOperator, plan: DensePlan? = nil) throws -> ExactSpectrum {
  let plan = try plan ?? DensePlan(dimension: a.dimension)
  var matrix = try denseMatrix(of: a, plan: plan)
  let n = plan.dimension
  // Scaled by the largest entry, so that squares neither overflow nor vanish.
  let scale = matrix.largestMagnitude
  var (difference, size) = (0.0, 0.0)
  for j in 0..<n {
    for i in 0..<n where scale > 0 {
      let entry = matrix.elements[i + j * n] / scale
      size += entry * entry
      guard i > j else { continue }
      let mirrored = matrix.elements[j + i * n] / scale
      difference += 2 * (entry - mirrored) * (entry - mirrored)
    }
  }
  for j in 0..<n {
    for i in (j + 1)..<max(n, j + 1) {
      let mean = 0.5 * matrix.elements[i + j * n] + 0.5 * matrix.elements[j + i * n]
      matrix.elements[i + j * n] = mean
      matrix.elements[j + i * n] = mean
    }
  }
  let asymmetry = size > 0 ? (difference / size).squareRoot() : 0
  if plan.includesVectors {
    let pairs = try SymmetricEigendecomposition(of: matrix)
    return ExactSpectrum(
      values: pairs.values, vectors: pairs.vectors, asymmetry: asymmetry, products: plan.products)
  }
  return ExactSpectrum(
    values: try SymmetricEigendecomposition.values(of: consume matrix), vectors: nil, asymmetry: asymmetry,
    products: plan.products)
}
