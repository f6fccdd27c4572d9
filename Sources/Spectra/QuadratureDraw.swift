import ThalwegLinearAlgebra

/// What one starting vector tells about a spectrum: a Gaussian quadrature of its spectral measure.
///
/// With `m` nodes ℓ and weights ω, `Σ ωᵢ p(ℓᵢ) = vᵀ p(A) v` for every polynomial p of degree up to 2m − 1.
public struct QuadratureDraw: Sendable, Codable, Equatable {
  /// Number of the draw; with the seed it determines the starting vector.
  public let index: Int
  /// The diagonal of the tridiagonal matrix.
  public let alphas: [Double]
  /// What stands beside it, one number fewer.
  public let betas: [Double]
  /// Eigenvalues of the tridiagonal matrix, ascending.
  public let nodes: [Double]
  /// Squares of the first entries of its eigenvectors; their sum is 1 up to rounding.
  public let weights: [Double]

  /// The quadrature of a tridiagonal matrix.
  ///
  /// - Throws: `LinearAlgebraError`.
  init(index: Int, alphas: [Double], betas: [Double]) throws {
    self.index = index
    self.alphas = alphas
    self.betas = betas
    let pairs = try TridiagonalEigendecomposition(diagonal: alphas, offDiagonal: betas)
    nodes = pairs.values
    weights = pairs.firstRow.map { $0 * $0 }
  }

  /// The quadrature that `stepCount` products from a given starting vector yield.
  ///
  /// - Parameters:
  ///   - start: The starting vector, of any length but zero.
  ///   - breakdown: The steps end early at a β of at most this times the largest entry of the tridiagonal
  ///     matrix.
  /// - Throws: ``SpectrumError/unusableStart``, ``OperatorError``, `LinearAlgebraError`, `CancellationError`,
  ///   and what the operator throws.
  public init(
    of a: some SymmetricOperator, start: [Double], stepCount: Int, precision: BasisPrecision = .double,
    breakdown: Double = 1e-6, index: Int = 0
  ) throws {
    var walks = [
      try QuadratureWalk(
        from: start, dimension: a.dimension, stepCount: stepCount, precision: precision, breakdown: breakdown)
    ]
    try QuadratureWalk.finish(&walks, on: a)
    self = try walks[0].draw(index: index)
  }

  /// `Σ ωᵢ f(ℓᵢ)`.
  public func integral(_ f: (Double) -> Double) -> Double {
    zip(nodes, weights).reduce(0) { $0 + $1.1 * f($1.0) }
  }
}
