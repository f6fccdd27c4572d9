public import ThalwegCalls
import ThalwegRandomness
public import ThalwegSurfaces

/// Search by an adaptive mixture of Gaussians, which can keep several valleys in view.
///
/// A generation draws ``populationSize`` points from the mixture, and its best ``selectedCount`` points teach
/// the mixture one after another: with responsibilities `r_k` of the components, `π_k`, `μ_k` and the
/// variances move by `a r_k` towards the point (`π_k` by `a` towards `r_k`). A point further than
/// ``noveltyFactor`` `√n` deviations from every component becomes a component itself, with the variances of
/// the nearest, in the place of the least when there are ``componentLimit`` already.
///
/// Covariances are diagonal. The first component is around the first point.
///
/// Source: Gallagher, Frean, Downs (1999), Real-valued evolutionary optimization using a flexible probability
/// density estimator, GECCO; details that the paper leaves open are chosen here.
///
/// - Complexity: `populationSize` evaluations a generation, and O(`selectedCount · componentLimit` · n) other
///   work.
public struct GaussianMixtureSearch: Minimiser, Equatable {
  /// The standard deviation of every parameter in the first component.
  public let initialDeviation: Double
  /// Number of components at most.
  public let componentLimit: Int
  /// Number of points of a generation.
  public let populationSize: Int
  /// Number of points of a generation that teach the model.
  public let selectedCount: Int
  /// The share a of one point in the model.
  public let learningRate: Double
  /// The distance from which a point becomes a component, in units of `√n` deviations: points that a
  /// component draws are near 1.
  public let noveltyFactor: Double
  /// Seed of all draws.
  public let seed: UInt64

  /// A method with the given settings.
  ///
  /// - Parameters:
  ///   - initialDeviation: Positive.
  ///   - componentLimit: At least 1.
  ///   - populationSize: At least 2.
  ///   - selectedCount: At least 1 and below `populationSize`.
  ///   - learningRate: Above 0 and below 1.
  ///   - noveltyFactor: Positive; infinity keeps the mixture at one Gaussian.
  ///   - seed: Seed of all draws.
  public init(
    initialDeviation: Double, componentLimit: Int = 5, populationSize: Int = 50, selectedCount: Int = 10,
    learningRate: Double = 0.05, noveltyFactor: Double = 1.5, seed: UInt64
  ) {
    precondition(
      initialDeviation > 0 && initialDeviation.isFinite, "deviation \(initialDeviation) is not positive")
    precondition(componentLimit > 0, "\(componentLimit) components are no mixture")
    precondition(
      0 < selectedCount && selectedCount < populationSize,
      "\(selectedCount) of \(populationSize) points are no selection")
    precondition(learningRate > 0 && learningRate < 1, "rate \(learningRate) is not above 0 and below 1")
    precondition(noveltyFactor > 0, "distance \(noveltyFactor) is not positive")
    self.initialDeviation = initialDeviation
    self.componentLimit = componentLimit
    self.populationSize = populationSize
    self.selectedCount = selectedCount
    self.learningRate = learningRate
    self.noveltyFactor = noveltyFactor
    self.seed = seed
  }

  /// Searches around `start`.
  public func minimise(
    _ surface: any LossSurface, from start: ModelState, limits: MinimisationLimits,
    report: (MinimisationPoint) throws -> Void
  ) throws -> MinimisationResult {
    try search(surface, from: start, limits: limits, report: report).result
  }

  /// Searches, and returns the model as well.
  public func search(
    _ surface: any LossSurface, from start: ModelState, limits: MinimisationLimits = MinimisationLimits(),
    report: (MinimisationPoint) throws -> Void = { _ in }
  ) throws -> (result: MinimisationResult, model: GaussianMixture) {
    var walk = try PopulationWalk(on: surface, from: start, limits: limits)
    try report(walk.lowest)
    let origin = start.parameters.doubles
    let variances = [Double](repeating: initialDeviation * initialDeviation, count: origin.count)
    var model = GaussianMixture(components: [.init(weight: 1, mean: origin, variances: variances)])
    let squaredNovelty = noveltyFactor * noveltyFactor * Double(origin.count)
    while true {
      let isCollapsed = model.components.allSatisfy {
        hasCollapsed(mean: $0.mean, deviations: $0.variances.map { $0.squareRoot() })
      }
      if let reason = walk.reasonToStop(isCollapsed: isCollapsed) { return (walk.result(reason), model) }
      let points = (0..<populationSize).map { index in
        var random = RandomStream(seed: seed, UInt64(walk.generation), UInt64(index))
        return model.draw(using: &random)
      }
      for (_, candidate) in try walk.rank(points, report: report).prefix(selectedCount) where candidate.loss.isFinite {
        let nearest = model.nearest(to: candidate.point)
        if nearest.squaredDistance(candidate.point) > squaredNovelty {
          model.add(
            at: candidate.point, variances: nearest.variances, weight: learningRate, limit: componentLimit)
        } else {
          model.learn(candidate.point, rate: learningRate)
        }
      }
    }
  }
}

extension GaussianMixtureSearch: NamedMinimiser {
  /// `mixture`.
  public static var keyword: String { "mixture" }

  /// Reads `deviation`, by default 1, `components`, `population`, `selected`, `rate`, `novelty` and `seed`.
  public init(_ arguments: inout CallArguments) throws(CallError) {
    let deviation = try arguments.positive("deviation", default: 1)
    let population = try arguments.count("population", default: 50, atLeast: 2)
    let selected = try arguments.count("selected", default: max(1, population / 5), atLeast: 1)
    guard selected < population else {
      throw arguments.badValue("selected", "\(selected)", expected: "less than the population's \(population)")
    }
    let rate = try arguments.learningRate(default: 0.05)
    guard rate < 1 else { throw arguments.badValue("rate", "\(rate)", expected: "below 1") }
    self.init(
      initialDeviation: deviation, componentLimit: try arguments.count("components", default: 5, atLeast: 1),
      populationSize: population, selectedCount: selected, learningRate: rate,
      noveltyFactor: try arguments.limit("novelty", default: 1.5), seed: try arguments.seed())
  }

  /// The call that gives it.
  public var description: String {
    "mixture(deviation: \(initialDeviation), components: \(componentLimit), population: \(populationSize), "
      + "selected: \(selectedCount), rate: \(learningRate), novelty: \(noveltyFactor), seed: \(seed))"
  }
}
