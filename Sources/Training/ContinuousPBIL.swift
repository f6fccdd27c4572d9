public import ThalwegCalls
import ThalwegRandomness
public import ThalwegSurfaces

/// Population-based incremental learning with a Gaussian for each parameter.
///
/// A generation draws ``populationSize`` points from independent normal distributions and moves their means,
/// `μ ← (1 − a) μ + a (x₁ + x₂ − x_worst)`, with the two best points and the worst. The deviations stay, or
/// follow the best points, `σ ← (1 − a) σ + a · std(K best)`. The first mean is the first point.
///
/// Source: Sebag, Ducoulombier (1998), Extending population-based incremental learning to continuous search
/// spaces, PPSN V.
///
/// - Complexity: `populationSize` evaluations a generation.
public struct ContinuousPBIL: Minimiser, Equatable {
  /// What becomes of the standard deviations.
  public enum Spread: Sendable, Hashable {
    /// They stay.
    case constant
    /// They follow the spread of this number of best points, at least 2.
    case following(bestCount: Int)
  }

  /// The independent Gaussians.
  public struct Model: Sendable, Equatable {
    /// The means.
    public var mean: [Double]
    /// The standard deviations.
    public var deviations: [Double]
  }

  /// The standard deviation of every parameter at first.
  public let initialDeviation: Double
  /// What becomes of the deviations.
  public let spread: Spread
  /// Number of points of a generation.
  public let populationSize: Int
  /// The share a of the new in the model.
  public let learningRate: Double
  /// Seed of all draws.
  public let seed: UInt64

  /// A method with the given settings.
  ///
  /// - Parameters:
  ///   - initialDeviation: Positive.
  ///   - spread: What becomes of the deviations.
  ///   - populationSize: At least 3, and no less than the number of best points.
  ///   - learningRate: Above 0 and at most 1.
  ///   - seed: Seed of all draws.
  public init(
    initialDeviation: Double, spread: Spread = .following(bestCount: 25), populationSize: Int = 50,
    learningRate: Double = 0.05, seed: UInt64
  ) {
    precondition(
      initialDeviation > 0 && initialDeviation.isFinite, "deviation \(initialDeviation) is not positive")
    precondition(populationSize >= 3, "a population of \(populationSize) has no two best and a worst")
    if case .following(let count) = spread {
      precondition((2...populationSize).contains(count), "\(count) best of \(populationSize) have no spread")
    }
    precondition(learningRate > 0 && learningRate <= 1, "rate \(learningRate) is not above 0 and at most 1")
    self.initialDeviation = initialDeviation
    self.spread = spread
    self.populationSize = populationSize
    self.learningRate = learningRate
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
  ) throws -> (result: MinimisationResult, model: Model) {
    var walk = try PopulationWalk(on: surface, from: start, limits: limits)
    try report(walk.lowest)
    let origin = start.parameters.doubles
    var model = Model(
      mean: origin, deviations: [Double](repeating: initialDeviation, count: origin.count))
    while true {
      let isCollapsed = hasCollapsed(mean: model.mean, deviations: model.deviations)
      if let reason = walk.reasonToStop(isCollapsed: isCollapsed) { return (walk.result(reason), model) }
      let points = (0..<populationSize).map { index in
        var random = RandomStream(seed: seed, UInt64(walk.generation), UInt64(index))
        return model.mean.indices.map { model.mean[$0] + model.deviations[$0] * random.normal() }
      }
      let ranked = try walk.rank(points, report: report).map(\.candidate.point)
      for i in model.mean.indices {
        let target = ranked[0][i] + ranked[1][i] - ranked[populationSize - 1][i]
        model.mean[i] += learningRate * (target - model.mean[i])
        guard case .following(let count) = spread else { continue }
        let best = ranked[..<count].map { $0[i] }
        let centre = best.reduce(0, +) / Double(count)
        let variance = best.reduce(0) { $0 + ($1 - centre) * ($1 - centre) } / Double(count)
        model.deviations[i] += learningRate * (variance.squareRoot() - model.deviations[i])
      }
    }
  }
}

extension ContinuousPBIL: NamedMinimiser {
  /// `pbilc`.
  public static var keyword: String { "pbilc" }

  /// Reads `deviation`, by default 1, `best`, by default half of the population and with 0 for deviations that stay,
  /// `population`, `rate` and `seed`.
  public init(_ arguments: inout CallArguments) throws(CallError) {
    let deviation = try arguments.positive("deviation", default: 1)
    let population = try arguments.count("population", default: 50, atLeast: 3)
    let best = try arguments.count("best", default: (population + 1) / 2)
    guard best == 0 || (2...population).contains(best) else {
      throw arguments.badValue("best", "\(best)", expected: "0, or 2 to the population's \(population)")
    }
    self.init(
      initialDeviation: deviation, spread: best == 0 ? .constant : .following(bestCount: best),
      populationSize: population, learningRate: try arguments.learningRate(default: 0.05), seed: try arguments.seed())
  }

  /// The call that gives it.
  public var description: String {
    let best = if case .following(let count) = spread { count } else { 0 }
    return "pbilc(deviation: \(initialDeviation), best: \(best), population: \(populationSize), "
      + "rate: \(learningRate), seed: \(seed))"
  }
}
