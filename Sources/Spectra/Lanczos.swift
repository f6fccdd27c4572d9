import ThalwegLinearAlgebra

/// The largest and smallest eigenvalues of a symmetric operator, with their vectors.
///
/// Lanczos's method with a thick restart. Every new vector is orthogonalised twice against the *whole* basis,
/// always, so that no eigenvalue is reported more often than it occurs ("ghosts" are impossible). When the
/// basis would exceed ``memoryLimitBytes`` it is compressed to the wanted Ritz vectors and half of the
/// others, and goes on from there.
///
/// **Multiplicity.** The Krylov space of one starting vector holds only one vector of each eigenspace. Two
/// rules find the others. Where the space is exhausted (a residual of zero: an identity, a zero operator, few
/// distinct eigenvalues) the basis goes on with a fresh random vector orthogonal to it. And once the wanted
/// pairs have converged they are *locked*, and the search starts anew, orthogonally to them, until
/// ``confirmationCount`` fresh starts in a row brought nothing that belongs among the wanted. With a count of
/// 0 one start is trusted: fewer products, but a repeated eigenvalue may be reported once, and the next one
/// in its place.
///
/// No finite number of products excludes every surprise: where many eigenvalues lie within `√tolerance · ‖A‖`
/// of an end, such as the near-zero ones of a Gauss–Newton matrix, some of them can be passed over for
/// neighbours that differ by less than that.
///
/// **Convergence** is judged by the residual estimates `β |yₘ|`, which assume a symmetric operator;
/// ``LanczosResult`` therefore holds the true residuals as well.
///
/// Within the method: V is the basis, α and β the tridiagonal matrix T, θ a Ritz value, y an eigenvector of
/// T.
///
/// Sources: Wu & Simon (2000), Thick-restart Lanczos method, SIAM J. Matrix Anal. Appl. 22(2), 602–616;
/// Parlett (1980), The symmetric eigenvalue problem, for the twice repeated orthogonalisation.
public struct Lanczos: Sendable, Codable, Equatable {
  /// Number of eigenvalues wanted at the upper end.
  public var largestCount: Int
  /// Number of eigenvalues wanted at the lower end, after the upper ones are taken.
  public var smallestCount: Int
  /// A pair has converged if its residual estimate is at most this times the largest magnitude of a Ritz
  /// value.
  public var tolerance = 1e-6
  /// Fresh starts without news that are asked for before the result is believed; see the discussion.
  public var confirmationCount = 1
  /// Products after which the search ends unconverged. The final check comes on top.
  public var maximumProducts = 1000
  /// Bound on the memory of the method (not of the operator); see ``requiredBytes(dimension:)``.
  public var memoryLimitBytes = 2 << 30
  /// Precision in which the basis is kept. All other numbers are `Double`.
  public var precision = BasisPrecision.double
  /// Seed of starting vectors and of the measurement of asymmetry.
  public var seed: UInt64 = 0

  /// A search for `largestCount` and `smallestCount` eigenvalues, at least one in sum.
  public init(largestCount: Int, smallestCount: Int = 0) {
    precondition(
      largestCount >= 0 && smallestCount >= 0 && largestCount + smallestCount > 0,
      "\(largestCount) largest and \(smallestCount) smallest eigenvalues")
    self.largestCount = largestCount
    self.smallestCount = smallestCount
  }

  /// Bytes that a search in this dimension takes at most: basis, work vectors, and vectors of the result.
  ///
  /// - Throws: ``SpectrumError/memoryBoundTooSmall(bytes:needed:)``.
  public func requiredBytes(dimension: Int) throws -> Int {
    try basisCapacity(dimension: dimension) * dimension * precision.byteCount
      + fixedBytes(dimension: dimension)
  }

  /// Vectors that the basis may hold under the memory bound, at most `dimension`.
  ///
  /// - Throws: ``SpectrumError/memoryBoundTooSmall(bytes:needed:)``.
  public func basisCapacity(dimension: Int) throws -> Int {
    let column = max(1, dimension) * precision.byteCount
    let fixed = fixedBytes(dimension: dimension)
    let capacity = min(dimension, max(0, memoryLimitBytes - fixed) / column)
    // Locked pairs, as many again in the search, and a few to move in.
    let needed = min(dimension, 2 * (largestCount + smallestCount) + 8)
    guard capacity >= needed else {
      throw SpectrumError.memoryBoundTooSmall(bytes: memoryLimitBytes, needed: needed * column + fixed)
    }
    // Without restarts the basis holds a vector for each product, the locked ones and the next.
    return min(capacity, maximumProducts + largestCount + smallestCount + 1)
  }

  /// Two work vectors; for the result vectors, products, and their rotations.
  private func fixedBytes(dimension: Int) -> Int {
    (2 + 5 * min(dimension, largestCount + smallestCount)) * dimension * 8
  }

  /// Finds the eigenvalues.
  ///
  /// - Parameters:
  ///   - start: A starting vector, for example the eigenvector at a neighbouring point; random if `nil`.
  ///   - afterStep: Called after every product with the state, which can be stored and resumed. If it throws,
  ///     the search ends with its error. Keeping the state itself costs a copy of the basis at the next step.
  /// - Throws: ``OperatorError``, ``SpectrumError``, `LinearAlgebraError`, `CancellationError`, what the
  ///   operator throws, and what `afterStep` throws.
  /// - Complexity: The products; besides, for each, three passes over the basis.
  public func run(
    on a: some SymmetricOperator, start: [Double]? = nil, afterStep: (LanczosState) throws -> Void = { _ in }
  ) throws -> LanczosResult {
    var state = try LanczosState(self, dimension: a.dimension, start: start)
    return try state.finish(on: a, afterStep: afterStep)
  }
}
