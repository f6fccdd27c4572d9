import ThalwegLinearAlgebra

/// Estimates a trace from exchangeable test vectors, each of which serves for the sketch and for the
/// remainder.
///
/// Half of the products makes an orthonormal basis Q of `A Ω` for k random vectors Ω, the other half `A Q`.
/// For every test vector in turn, the trace on the range of the *other* ones is taken exactly and the
/// remainder is estimated with it, at the cost of small matrices only; the estimate is the mean. For an
/// operator of rank below half of the products the answer is exact up to rounding.
///
/// With W = QᵀΩ, H = QᵀAQ, `A Ω = Q R` and `sᵢ` the unit vector orthogonal to all columns of R but the i-th,
/// the basis without vector i spans `Q (I − sᵢsᵢᵀ)`. With `xᵢ = (I − sᵢsᵢᵀ) wᵢ`: `tr H − sᵢᵀHsᵢ + (n − k +
/// 1)/(n − ‖xᵢ‖²) · (wᵢᵀrᵢ − 2 xᵢᵀrᵢ + xᵢᵀHxᵢ)`.
///
/// Source: Epperly, Tropp & Webber (2024), XTrace: making the most of every sample in stochastic trace
/// estimation, SIAM J. Matrix Anal. Appl. 45(1), 1–23. The vectors are uniform on the sphere of radius √n.
public struct XTrace: Sendable, Codable, Equatable {
  /// Products spent at most, at least 2; an odd one is left over.
  public var productCount: Int
  /// Seed of the test vectors.
  public var seed: UInt64 = 0

  /// An estimate from `productCount` products.
  public init(productCount: Int) {
    precondition(productCount >= 2, "\(productCount) products for two parts")
    self.productCount = productCount
  }

  /// Bytes that an estimate takes: test vectors, their products, basis, that basis's products, and one copy.
  public func requiredBytes(dimension: Int) -> Int { 5 * testCount(dimension) * dimension * 8 }

  private func testCount(_ dimension: Int) -> Int { min(productCount / 2, dimension) }

  /// `tr A`. Unbiased. The standard error is the spread of the k estimates over √k; `nil` with one.
  ///
  /// - Throws: ``OperatorError``, `LinearAlgebraError`, `CancellationError`, and what the operator throws.
  public func trace(of a: some SymmetricOperator) throws -> TraceEstimate {
    let n = a.dimension
    let k = testCount(n)
    guard k > 0 else { return TraceEstimate(value: 0, standardError: 0, products: 0) }
    var elements: [Double] = []
    for index in 0..<k {
      var vector = randomVector(count: n, .gaussian, seed: seed, RandomKey.sketch, index)
      _ = vector.normalise()
      elements += vector.map { $0 * Double(n).squareRoot() }
    }
    let tests = Matrix(rowCount: n, columnCount: k, elements: elements)
    try Task.checkCancellation()
    let factors = try QRDecomposition(of: a.products(with: tests))
    let (q, r) = (factors.q, factors.r)
    let w = q.transposedTimes(tests)  // [k, k]
    try Task.checkCancellation()
    let h = q.transposedTimes(try a.products(with: q))  // [k, k]
    guard let s = XTrace.leaveOneOutDirections(r) else {
      return TraceEstimate(value: 0, standardError: k > 1 ? 0 : nil, products: 2 * k)
    }
    let total = h.trace
    let hs = h.times(s)
    let estimates = (0..<k).map { i in
      let (si, wi, ri) = (s.column(i), w.column(i), r.column(i))
      var x = wi
      VectorKernel.add(-VectorKernel.dot(si, wi), times: si, to: &x)
      let remainder =
        VectorKernel.dot(wi, ri) - 2 * VectorKernel.dot(x, ri) + VectorKernel.dot(x, h.times(x))
      let scale = Double(n - k + 1) / (Double(n) - VectorKernel.dot(x, x))
      return total - VectorKernel.dot(si, hs.column(i)) + scale * remainder
    }
    return TraceEstimate(meanOf: estimates, products: 2 * k)
  }

  /// Unit vectors, each orthogonal to all columns of R but one: the columns of R⁻ᵀ. `nil` if R is zero.
  private static func leaveOneOutDirections(_ r: Matrix) -> Matrix? {
    let k = r.rowCount
    let largest = (0..<k).reduce(0) { max($0, abs(r[$1, $1])) }
    guard largest > 0 else { return nil }
    // A diagonal entry below rounding stands for lost rank. The direction is then any one that the operator's
    // range does not need, and a small entry instead of none yields such a one.
    var triangle = r
    let floor = largest * 0x1p-52 * Double(k)
    for i in 0..<k where abs(triangle[i, i]) < floor { triangle[i, i] = floor }
    var directions = triangle.solvingUpperTriangular(.identity(k), isTransposed: true)
    for i in 0..<k {
      var column = directions.column(i)
      _ = column.normalise()
      for j in 0..<k { directions[j, i] = column[j] }
    }
    return directions
  }
}
