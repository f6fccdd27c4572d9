/// Estimates the density of an operator's eigenvalues from a few random vectors.
///
/// Each draw takes a random unit vector v and `stepCount` Lanczos steps with the whole basis orthogonalised
/// twice; the tridiagonal matrix's eigenvalues and the squared first entries of its eigenvectors are nodes
/// and weights of a quadrature whose mean over draws is that of the spectrum: `E Σ ωᵢ f(ℓᵢ) = (1/n) Σ f(λⱼ)`
/// for every f that the quadrature integrates exactly.
///
/// Source: Ghorbani, Krishnan & Xiao (2019), An investigation into neural net optimization via Hessian
/// eigenvalue density, ICML; Golub & Meurant (2010), Matrices, moments and quadrature.
public struct StochasticLanczosQuadrature: Sendable, Codable, Equatable {
  /// Number of random vectors.
  public var drawCount = 10
  /// Products for each of them, m.
  public var stepCount = 90
  /// Distribution of the vectors' entries, before they are scaled to unit length.
  public var probe = ProbeKind.gaussian
  /// A draw ends early at a β of at most this times the largest entry of the tridiagonal matrix.
  public var breakdown = 1e-6
  /// Precision in which a draw's basis is kept.
  public var precision = BasisPrecision.double
  /// Seed of the vectors.
  public var seed: UInt64 = 0
  /// Draws that take their steps side by side, for operators that multiply several vectors for less than one by one.
  /// Each needs memory for its basis.
  public var drawsAbreast = 1

  /// The usual settings: 10 draws of 90 products.
  public init() {}

  /// Products of the whole run, unless draws end early.
  public func productCount(dimension: Int) -> Int { drawCount * min(stepCount, dimension) }

  /// Bytes that a run takes: a basis and two work vectors for each draw that is under way, and one more vector.
  public func requiredBytes(dimension: Int) -> Int {
    let draws = min(drawsAbreast, drawCount)
    return dimension * (draws * (min(stepCount, dimension) * precision.byteCount + 2 * 8) + 8)
  }

  /// The draw with number `index`: a function of settings, operator and number alone.
  ///
  /// - Throws: As ``QuadratureDraw/init(of:start:stepCount:precision:breakdown:index:)``.
  public func draw(_ index: Int, of a: some SymmetricOperator) throws -> QuadratureDraw {
    let start = randomVector(count: a.dimension, probe, seed: seed, RandomKey.quadrature, index)
    return try QuadratureDraw(
      of: a, start: start, stepCount: stepCount, precision: precision, breakdown: breakdown, index: index)
  }

  /// The draws with several numbers, side by side.
  ///
  /// - Throws: As ``draw(_:of:)``.
  public func draws(_ indices: [Int], of a: some SymmetricOperator) throws -> [QuadratureDraw] {
    var walks = try indices.map { index throws(SpectrumError) in
      let start = randomVector(count: a.dimension, probe, seed: seed, RandomKey.quadrature, index)
      return try QuadratureWalk(
        from: start, dimension: a.dimension, stepCount: stepCount, precision: precision, breakdown: breakdown)
    }
    try QuadratureWalk.finish(&walks, on: a)
    return try zip(indices, walks).map { index, walk in try walk.draw(index: index) }
  }

  /// Makes the draws with the given numbers, in groups that do not depend on which of them are asked for.
  ///
  /// - Parameters:
  ///   - indices: Numbers in ascending order.
  ///   - afterDraw: Called with every draw, to store it. If it throws, the run ends with its error.
  /// - Throws: As ``draw(_:of:)``, and what `afterDraw` throws.
  public func makeDraws(
    _ indices: [Int], of a: some SymmetricOperator, afterDraw: (QuadratureDraw) throws -> Void
  ) throws {
    precondition(drawsAbreast > 0, "\(drawsAbreast) draws side by side")
    var rest = indices[...]
    while let first = rest.first {
      let group = rest.prefix { $0 / drawsAbreast == first / drawsAbreast }
      rest = rest.dropFirst(group.count)
      for draw in try draws(Array(group), of: a) { try afterDraw(draw) }
    }
  }

  /// All draws that are not among `finished`, and those.
  ///
  /// - Parameters:
  ///   - finished: Draws of an earlier run with the same settings; they are not made again.
  ///   - afterDraw: Called with every new draw, to store it. If it throws, the run ends with its error.
  /// - Returns: The draws in the order of their numbers.
  /// - Throws: As ``draw(_:of:)``, and what `afterDraw` throws.
  public func run(
    on a: some SymmetricOperator, finished: [QuadratureDraw] = [],
    afterDraw: (QuadratureDraw) throws -> Void = { _ in }
  ) throws -> [QuadratureDraw] {
    precondition(drawCount > 0, "\(drawCount) draws")
    var known = finished.filter { $0.index < drawCount }
    let missing = (0..<drawCount).filter { index in !known.contains { $0.index == index } }
    try makeDraws(missing, of: a) {
      known.append($0)
      try afterDraw($0)
    }
    return known.sorted { $0.index < $1.index }
  }
}
