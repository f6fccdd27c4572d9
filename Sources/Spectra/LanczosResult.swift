public import ThalwegLinearAlgebra

/// Eigenpairs, and what is needed to believe them.
public struct LanczosResult: Sendable {
  /// The eigenvalues in descending order: first the largest, then the smallest.
  public let values: [Double]
  /// Unit vectors as columns, in the order of ``values``, orthogonal to each other.
  public let vectors: Matrix
  /// How many of ``values`` belong to the upper end; the others belong to the lower one.
  public let largestCount: Int
  /// `‖A v − θ v‖` from products made for this purpose after the search. For a symmetric operator an
  /// eigenvalue lies within this distance of θ; for one that is not symmetric it is the only honest measure.
  public let residuals: [Double]
  /// The residuals that the method believed in, which assume symmetry. Much smaller than ``residuals`` means
  /// that the products are noisy or not symmetric, or that the basis is in single precision.
  public let estimatedResiduals: [Double]
  /// Whether the true residual meets the tolerance, pair by pair.
  public let areConverged: [Bool]
  /// The asymmetry of the operator; see ``measureAsymmetry(of:seed:)``.
  public let asymmetry: Double
  /// Products of the search.
  public let stepCount: Int
  /// All products, those that check the result included.
  public let productCount: Int
  /// Fresh starts after the first convergence.
  public let freshStartCount: Int
  /// Why the search ended.
  public let stopReason: LanczosStopReason

  /// The largest eigenvalues, descending.
  public var largest: ArraySlice<Double> { values.prefix(largestCount) }
  /// The smallest eigenvalues, descending: the last is the smallest of all.
  public var smallest: ArraySlice<Double> { values.dropFirst(largestCount) }
}

extension LanczosState {
  /// Number of vectors in one product of the check: enough to be efficient, few enough to need little memory.
  private static let blockSize = 8

  /// The best pairs known now, checked by products of their own.
  ///
  /// The vectors are orthonormalised, multiplied, and turned within their span so that their products are as
  /// nearly multiples of them as can be (Rayleigh–Ritz); the residuals are taken after that.
  ///
  /// - Throws: As ``advance(with:)``.
  /// - Complexity: One product for each pair, and two for the asymmetry.
  public func result(on a: some SymmetricOperator) throws -> LanczosResult {
    let ritz = try ritzPairs()
    let (largest, smallest) = best(among: ritz)
    let places = largest + smallest
    let estimates = places.map {
      $0 < lockedCount ? lockedResiduals[$0] : ritz.residuals[$0 - lockedCount]
    }
    let q = try QRDecomposition(of: basis.combinations(selection(places, of: ritz, keepsNext: false))).q
    var images = [Double]()
    images.reserveCapacity(q.elements.count)
    for first in stride(from: 0, to: places.count, by: LanczosState.blockSize) {
      try Task.checkCancellation()
      let block = q.columns(first..<min(first + LanczosState.blockSize, places.count))
      images += try a.products(with: block).elements
    }
    let aq = Matrix(rowCount: dimension, columnCount: places.count, elements: images)
    let projected = q.transposedTimes(aq)
    var symmetric = projected
    for i in 0..<places.count {
      for j in 0..<places.count { symmetric[i, j] = 0.5 * (projected[i, j] + projected[j, i]) }
    }
    let pairs = try SymmetricEigendecomposition(of: symmetric)
    let turn = pairs.vectors.columns((0..<places.count).reversed())
    let values = [Double](pairs.values.reversed())
    let vectors = q.times(turn)
    let products = aq.times(turn)
    let residuals = values.indices.map { i in
      var rest = products.column(i)
      VectorKernel.add(-values[i], times: vectors.column(i), to: &rest)
      return VectorKernel.norm(rest)
    }
    let size = max(scale, values.reduce(0) { max($0, abs($1)) })
    return LanczosResult(
      values: values, vectors: vectors, largestCount: largest.count, residuals: residuals,
      estimatedResiduals: estimates, areConverged: residuals.map { $0 <= settings.tolerance * size },
      asymmetry: try measureAsymmetry(of: a, seed: settings.seed), stepCount: step,
      productCount: step + places.count + 2, freshStartCount: freshStartCount,
      stopReason: stopReason ?? .productLimit)
  }
}
