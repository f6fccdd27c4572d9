import ThalwegLinearAlgebra

/// Lanczos steps from one starting vector, the whole basis orthogonalised twice.
struct QuadratureWalk {
  /// Whether no further product is needed.
  private(set) var isFinished = false
  private let stepCount: Int
  private let breakdown: Double
  private var basis: VectorBasis
  private var alphas: [Double] = []
  private var betas: [Double] = []
  /// The largest entry of the tridiagonal matrix so far.
  private var size = 0.0

  /// Before the first step.
  ///
  /// - Throws: ``SpectrumError/dimensionMismatch(expected:found:)`` and ``SpectrumError/unusableStart``.
  init(
    from start: [Double], dimension: Int, stepCount: Int, precision: BasisPrecision, breakdown: Double
  ) throws(SpectrumError) {
    precondition(stepCount > 0, "\(stepCount) steps of a quadrature")
    guard start.count == dimension else {
      throw .dimensionMismatch(expected: dimension, found: start.count)
    }
    var v = start
    guard v.normalise() else { throw .unusableStart }
    self.stepCount = min(stepCount, dimension)
    self.breakdown = breakdown
    basis = VectorBasis(dimension: dimension, precision: precision)
    basis.reserve(self.stepCount)
    basis.append(v)
  }

  /// Takes every walk's remaining steps, side by side: one product with a block of vectors for a step of all.
  static func finish(_ walks: inout [QuadratureWalk], on a: some SymmetricOperator) throws {
    let n = a.dimension
    var vectors = [Double](repeating: 0, count: n * walks.count)
    var (products, vector) = (vectors, [Double](repeating: 0, count: n))
    while true {
      let active = walks.indices.filter { !walks[$0].isFinished }
      guard !active.isEmpty else { return }
      try Task.checkCancellation()
      if active.count * n < vectors.count {
        vectors.removeLast(vectors.count - active.count * n)
        products.removeLast(products.count - active.count * n)
      }
      for (column, walk) in active.enumerated() {
        walks[walk].basis.read(walks[walk].basis.count - 1, into: &vector)
        vectors.replaceSubrange(column * n..<(column + 1) * n, with: vector)
      }
      try a.multiplyChecked(vectors, columnCount: active.count, into: &products)
      for (column, walk) in active.enumerated() {
        vector.replaceSubrange(0..<n, with: products[column * n..<(column + 1) * n])
        walks[walk].advance(&vector)
      }
    }
  }

  /// One step, given the product with the basis's last vector.
  private mutating func advance(_ product: inout [Double]) {
    let (coefficients, beta) = basis.orthogonalise(&product)
    let alpha = coefficients[basis.count - 1]
    alphas.append(alpha)
    size = max(size, abs(alpha), beta)
    isFinished = alphas.count == stepCount || beta <= breakdown * size
    guard !isFinished else { return }
    betas.append(beta)
    basis.append(product, times: 1 / beta)
  }

  /// What the steps say.
  ///
  /// - Throws: `LinearAlgebraError`.
  func draw(index: Int) throws -> QuadratureDraw { try QuadratureDraw(index: index, alphas: alphas, betas: betas) }
}
