import ThalwegSurfaces

/// What population methods have in common: they draw points from a model, rank them by the loss, keep the
/// best ever met, and stop by the same rules.
struct PopulationWalk {
  /// A point that was drawn, and its loss; infinite where it diverged.
  struct Candidate {
    let point: [Double]
    let loss: Double
  }

  private let surface: CountedSurface
  private let limits: MinimisationLimits
  private var best: Candidate
  /// Number of generations.
  private(set) var generation = 0

  /// A walk whose first point counts as met.
  init(on surface: any LossSurface, from start: ModelState, limits: MinimisationLimits) throws {
    self.surface = try CountedSurface(surface, start: start)
    self.limits = limits
    let origin = start.parameters.doubles
    best = Candidate(point: origin, loss: try self.surface.loss(at: origin))
  }

  /// Why there must be no further generation; `nil` when there may be one.
  func reasonToStop(isCollapsed: Bool) -> StoppingReason? {
    if best.loss <= limits.loss { return .lossIsReached }
    if isCollapsed { return .populationCollapsed }
    if generation >= limits.iterationCount { return .iterationLimit }
    if surface.evaluationCount >= limits.evaluationCount { return .evaluationLimit }
    return Task.isCancelled ? .cancelled : nil
  }

  /// The best point so far.
  var lowest: MinimisationPoint {
    MinimisationPoint(state: surface.moved(to: best.point), loss: best.loss, iterationCount: generation)
  }

  /// Evaluates the points of a generation, and reports a new best one. The lowest comes first; points of equal loss keep their order.
  mutating func rank(
    _ points: [[Double]], report: (MinimisationPoint) throws -> Void
  ) throws -> [(index: Int, candidate: Candidate)] {
    generation += 1
    var ranked: [(index: Int, candidate: Candidate)] = []
    for (index, point) in points.enumerated() {
      ranked.append((index, Candidate(point: point, loss: try surface.loss(at: point))))
    }
    ranked.sort { ($0.candidate.loss, $0.index) < ($1.candidate.loss, $1.index) }
    if let first = ranked.first?.candidate, first.loss < best.loss {
      best = first
      try report(lowest)
    }
    return ranked
  }

  /// The best point and the counts.
  func result(_ reason: StoppingReason) -> MinimisationResult {
    MinimisationResult(
      state: surface.moved(to: best.point), loss: best.loss, gradientNorm: nil, reason: reason,
      iterationCount: generation, evaluationCount: surface.evaluationCount,
      gradientCount: surface.gradientCount)
  }
}

/// Whether a Gaussian of these standard deviations around `mean` draws nothing but `mean`, up to rounding.
func hasCollapsed(mean: [Double], deviations: [Double]) -> Bool {
  zip(mean, deviations).allSatisfy { $1 <= $0.ulp }
}
