public import ThalwegCalls
public import ThalwegSurfaces

/// The limited-memory method of Broyden, Fletcher, Goldfarb and Shanno, with a line search for the strong
/// Wolfe conditions.
///
/// The direction is `−H g`, where `H` approximates the inverse Hessian by the last ``memoryCount`` pairs of
/// steps and gradient changes (two-loop recursion), starting from `sᵀy / yᵀy` times the identity. A pair with
/// `sᵀy ≤ 0`, which rounding can produce, is not kept.
///
/// Source: Nocedal, Wright (2006), Numerical optimization, 2nd edition, algorithms 7.4 and 7.5.
///
/// - Complexity: Per iteration, one to two gradients as a rule and O(`memoryCount` · n) other work.
public struct LBFGS: Minimiser, Equatable {
  /// Number of pairs that are kept.
  public let memoryCount: Int
  /// The constant c₁ of sufficient decrease.
  public let decrease: Double
  /// The constant c₂ of curvature.
  public let curvature: Double

  /// A method that keeps `memoryCount ≥ 1` pairs, with `0 < decrease < curvature < 1`.
  public init(memoryCount: Int = 10, decrease: Double = 1e-4, curvature: Double = 0.9) {
    precondition(memoryCount > 0, "a memory of \(memoryCount) pairs is of no use")
    precondition(
      0 < decrease && decrease < curvature && curvature < 1,
      "\(decrease) and \(curvature) are not in order between 0 and 1")
    self.memoryCount = memoryCount
    self.decrease = decrease
    self.curvature = curvature
  }

  private struct Pair {
    let step: [Double]
    let change: [Double]
    let product: Double
  }

  /// Walks from `start` to a point with a small gradient.
  public func minimise(
    _ surface: any LossSurface, from start: ModelState, limits: MinimisationLimits,
    report: (MinimisationPoint) throws -> Void
  ) throws -> MinimisationResult {
    let surface = try CountedSurface(surface, start: start)
    let search = WolfeLineSearch(decrease: decrease, curvature: curvature)
    let origin = start.parameters.doubles
    let (loss, gradient) = try surface.gradient(at: origin)
    var here = WolfeLineSearch.Trial(length: 0, loss: loss, slope: 0, point: origin, gradient: gradient)
    var pairs: [Pair] = []
    var iteration = 0

    func result(_ reason: StoppingReason) -> MinimisationResult {
      MinimisationResult(
        state: surface.moved(to: here.point), loss: here.loss, gradientNorm: norm(here.gradient),
        reason: reason, iterationCount: iteration, evaluationCount: surface.evaluationCount,
        gradientCount: surface.gradientCount)
    }
    func point() -> MinimisationPoint {
      MinimisationPoint(state: surface.moved(to: here.point), loss: here.loss, iterationCount: iteration)
    }
    try report(point())
    guard loss.isFinite else { return result(.divergedAtStart) }

    while true {
      let size = norm(here.gradient)
      if size <= limits.gradientNorm { return result(.gradientIsSmall) }
      if here.loss <= limits.loss { return result(.lossIsReached) }
      if iteration >= limits.iterationCount { return result(.iterationLimit) }
      if surface.evaluationCount >= limits.evaluationCount { return result(.evaluationLimit) }
      if Task.isCancelled { return result(.cancelled) }

      var direction = Self.direction(here.gradient, pairs)
      here.length = 0
      here.slope = dot(here.gradient, direction)
      if !(here.slope < 0) {
        pairs = []
        direction = here.gradient.map { -$0 }
        here.slope = -size * size
      }
      // Without curvature the first trial moves by no more than 1.
      let first = pairs.isEmpty ? min(1, 1 / size) : 1
      guard let next = try search.step(on: surface, from: here, along: direction, first: first) else {
        guard !pairs.isEmpty else { return result(.noDescent) }
        pairs = []  // Stale curvature may be to blame: steepest descent gets a try.
        continue
      }
      let step = sum(next.point, -1, here.point)
      let change = sum(next.gradient, -1, here.gradient)
      let product = dot(step, change)
      if product > 0, product.isFinite {
        if pairs.count == memoryCount { pairs.removeFirst() }
        pairs.append(Pair(step: step, change: change, product: product))
      }
      here = next
      iteration += 1
      try report(point())
    }
  }

  /// `−H g` by the two-loop recursion.
  private static func direction(_ gradient: [Double], _ pairs: [Pair]) -> [Double] {
    var q = gradient.map { -$0 }
    var shares: [Double] = []
    for pair in pairs.reversed() {
      let share = dot(pair.step, q) / pair.product
      q = sum(q, -share, pair.change)
      shares.append(share)
    }
    if let last = pairs.last {
      let scale = last.product / dot(last.change, last.change)
      q = q.map { scale * $0 }
    }
    for (pair, share) in zip(pairs, shares.reversed()) {
      q = sum(q, share - dot(pair.change, q) / pair.product, pair.step)
    }
    return q
  }
}

extension LBFGS: NamedMinimiser {
  /// `lbfgs`.
  public static var keyword: String { "lbfgs" }

  /// Reads `memory`, by default 10.
  public init(_ arguments: inout CallArguments) throws(CallError) {
    self.init(memoryCount: try arguments.count("memory", default: 10, atLeast: 1))
  }

  /// The call that gives it.
  public var description: String { "lbfgs(memory: \(memoryCount))" }
}
