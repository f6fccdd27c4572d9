import ThalwegLinearAlgebra

/// A search for eigenvalues between two products.
///
/// A value: it can be stored (`Codable`; the basis as bytes) and continued, with the same bits as an
/// uninterrupted search on the same machine.
public struct LanczosState: Sendable, Codable, Equatable {
  /// The search's settings.
  public let settings: Lanczos
  /// Dimension of the operator.
  public let dimension: Int
  /// Products so far.
  public internal(set) var step = 0
  /// The diagonal α of the tridiagonal part, since the last restart.
  public internal(set) var alphas: [Double] = []
  /// What stands beside it, β; the last one is the norm of the part that leaves the space.
  public internal(set) var betas: [Double] = []
  /// Ritz values carried through the last restart.
  public internal(set) var keptValues: [Double] = []
  /// Eigenvalues that have converged and are kept aside while a fresh start looks for others.
  public internal(set) var lockedValues: [Double] = []
  /// Starts from fresh vectors after convergence.
  public internal(set) var freshStartCount = 0
  /// Why the search ended; `nil` while it runs.
  public internal(set) var stopReason: LanczosStopReason?

  /// Locked vectors, kept Ritz vectors, Krylov vectors and, while the search runs, the vector of the next
  /// product.
  var basis: VectorBasis
  /// Residual estimates of the locked pairs.
  var lockedResiduals: [Double] = []
  /// Entries of T between the kept Ritz vectors and the first Krylov vector after them.
  var couplings: [Double] = []
  /// Fresh starts in a row that found nothing new.
  var quietStartCount = 0
  /// Random vectors drawn so far.
  var drawCount = 0
  /// The largest magnitude of a coefficient or Ritz value so far: an estimate of ‖A‖.
  var scale = 0.0
  /// Vectors that the basis may hold.
  let capacity: Int

  /// The state before the first product.
  ///
  /// - Parameters:
  ///   - start: A starting vector; random if `nil`.
  /// - Throws: ``SpectrumError``.
  public init(_ settings: Lanczos, dimension: Int, start: [Double]? = nil) throws {
    precondition(dimension > 0, "eigenvalues in dimension \(dimension)")
    self.settings = settings
    self.dimension = dimension
    capacity = try settings.basisCapacity(dimension: dimension)
    basis = VectorBasis(dimension: dimension, precision: settings.precision)
    basis.reserve(capacity)
    if var start {
      guard start.count == dimension else {
        throw SpectrumError.dimensionMismatch(expected: dimension, found: start.count)
      }
      guard start.normalise() else { throw SpectrumError.unusableStart }
      basis.append(start)
    } else {
      appendFreshVector()
    }
  }

  /// Bytes of the stored vectors.
  public var basisByteCount: Int { basis.byteCount }
  /// Vectors in the basis, the next one included.
  public var basisCount: Int { basis.count }
  /// Number of locked vectors.
  var lockedCount: Int { lockedValues.count }
  /// Size of T: kept Ritz vectors and Krylov vectors.
  var activeCount: Int { keptValues.count + alphas.count }
  /// Whether locked and active vectors span the whole space.
  var spansWholeSpace: Bool { lockedCount + activeCount == dimension }
  /// Whether the parts fit each other, as they do unless a stored state was damaged.
  private var isConsistent: Bool {
    basis.dimension == dimension && basis.count == lockedCount + activeCount + 1 && basis.count <= dimension
      && alphas.count == betas.count && keptValues.count == couplings.count
      && lockedValues.count == lockedResiduals.count && capacity > 0
  }
  /// Numbers of eigenvalues wanted at the two ends, within the dimension.
  var wanted: (largest: Int, smallest: Int) {
    let largest = min(settings.largestCount, dimension)
    return (largest, min(settings.smallestCount, dimension - largest))
  }

  /// One product, and what follows from it. Does nothing once ``stopReason`` is set.
  ///
  /// - Throws: What the operator throws, ``OperatorError``, `LinearAlgebraError`, `CancellationError`. The
  ///   state is then as it was before the product, except after an error of `LinearAlgebraError`.
  public mutating func advance(with a: some SymmetricOperator) throws {
    guard stopReason == nil else { return }
    guard a.dimension == dimension else {
      throw SpectrumError.dimensionMismatch(expected: dimension, found: a.dimension)
    }
    guard isConsistent else { throw SpectrumError.inconsistentState }
    guard step < settings.maximumProducts else {
      stopReason = .productLimit
      return
    }
    try Task.checkCancellation()
    var v = [Double](repeating: 0, count: dimension)
    var w = v
    basis.read(basis.count - 1, into: &v)
    try a.multiplyChecked(v, columnCount: 1, into: &w)
    step += 1

    let (coefficients, beta) = basis.orthogonalise(&w)
    let alpha = coefficients[basis.count - 1]
    alphas.append(alpha)
    scale = max(scale, abs(alpha), beta)
    if spansWholeSpace {
      betas.append(0)
    } else if beta <= max(10 * settings.precision.roundoff * scale, .leastNormalMagnitude) {
      // What is left is rounding: the space is invariant, and only a fresh vector can leave it.
      betas.append(0)
      appendFreshVector()
    } else {
      betas.append(beta)
      basis.append(w, times: 1 / beta)
    }
    try review()
  }

  /// Advances to the end and checks the result by products of its own; see
  /// ``Lanczos/run(on:start:afterStep:)``.
  public mutating func finish(
    on a: some SymmetricOperator, afterStep: (LanczosState) throws -> Void = { _ in }
  ) throws -> LanczosResult {
    while stopReason == nil {
      let before = step
      try advance(with: a)
      if step > before { try afterStep(self) }
    }
    return try result(on: a)
  }

  /// Appends a random unit vector orthogonal to the basis, which must not span the whole space.
  mutating func appendFreshVector() {
    while true {
      var vector = randomVector(
        count: dimension, .gaussian, seed: settings.seed, RandomKey.start, drawCount)
      drawCount += 1
      guard vector.normalise() else { continue }
      let norm = basis.orthogonalise(&vector).norm
      // A smaller rest would be rounding rather than direction; 1/√n is what chance leaves of one dimension
      // in n.
      if norm > 1e-4 / Double(dimension).squareRoot() {
        basis.append(vector, times: 1 / norm)
        return
      }
    }
  }
}

/// Why a search for eigenvalues ended.
public enum LanczosStopReason: String, Sendable, Codable {
  /// Every wanted pair has converged, and the fresh starts asked for brought nothing new.
  case converged
  /// The basis spans the whole space, so that every eigenvalue is known.
  case wholeSpace
  /// The bound on products was reached first.
  case productLimit
}
