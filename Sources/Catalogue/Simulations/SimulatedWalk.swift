public import ThalwegDeformations
import ThalwegSurfaces
import ThalwegTraining

/// One walk down a formula.
///
/// Points, losses and gradients are those of the undeformed surface, whatever was descended.
public struct SimulatedWalk: Sendable {
  /// One point of the walk, and the step from there.
  public struct Point: Sendable, Equatable {
    /// Number of steps made.
    public let step: Int
    /// The coordinates.
    public let coordinates: [Double]
    /// The loss.
    public let loss: Double
    /// Euclidean norm of the loss's gradient.
    public let gradientNorm: Double
    /// The rate of the next step; `nil` at the end.
    public let rate: Double?
    /// The slope δ′ by which the next step's gradient was multiplied; `nil` at the end.
    public let slope: Double?
    /// The length `γ δ′ ‖∇ℓ‖` of a step of plain descent from here over the distance of the two maxima between which the
    /// point lies on the line of that step. Above 1 plain descent would leave the region between them; `nil` where
    /// there are no such maxima.
    public var strideShare: Double?
  }

  /// What was descended; without steps the surface itself.
  public let deformation: DeformationSequence
  /// All points, the first included.
  public internal(set) var points: [Point]
  /// Why the walk ended before its last step; `nil` if it did not.
  public let failure: String?
  /// Why a minimiser stopped and what it cost; `nil` for an optimiser's walk.
  public let ending: String?
  /// The slope δ′ at the end, by which a further step's gradient would be multiplied; `nil` where it has none.
  let endSlope: Double?

  /// The name for people.
  public var name: String { deformation.steps.isEmpty ? "undeformed" : "\(deformation)" }

  /// The point reached.
  public var end: Point { points[points.count - 1] }

  /// The largest share of the distance between two maxima that a step of plain descent would have had; `nil` where no
  /// point lay between maxima.
  public var largestStrideShare: Double? { points.compactMap(\.strideShare).max() }

  /// Walks by `settings` on the surface after `deformation`.
  ///
  /// - Throws: `DeformationError` where the deformation has no meaning on the surface. A walk that cannot go on is a
  ///   result, with its ``failure``.
  init(_ settings: SimulationSettings, _ deformation: DeformationSequence) throws {
    if let minimiser = settings.minimiser {
      try self.init(settings, deformation, minimiser)
    } else {
      try self.init(settings, deformation, settings.optimiser)
    }
  }

  /// Walks by an optimiser.
  private init(
    _ settings: SimulationSettings, _ deformation: DeformationSequence, _ optimiser: any NamedOptimiser
  ) throws {
    let surface = settings.surface.surface
    let stream: any FieldStream =
      deformation.steps.allSatisfy { $0 is any StreamDeformation }
      ? try deformation.apply(to: WholeSurfaceStream(surface))
      : WholeSurfaceStream(try deformation.apply(to: surface))
    let trainer = Trainer(
      optimiser: optimiser, schedule: settings.schedule, epochCount: settings.stepCount,
      seed: settings.seed)
    let start = deformation.deformed(surface.point(settings.start))
    var places: [ModelState] = []
    var steps: [StepReport] = []
    var (failure, last): (String?, ModelState) = (nil, start)
    do {
      _ = try trainer.train(
        start, on: stream, onStep: { steps.append($0) }, snapshotsAfter: Set(0...settings.stepCount),
        onSnapshot: {
          last = $0.state
          places.append(deformation.original(of: last))
        })
    } catch {
      guard !places.isEmpty else { throw error }
      failure = "\(error)"
    }
    let evaluator = surface.makeEvaluator()
    var gradient = ModelVector(zeros: settings.start.count, precision: .double)
    let next = Draw(seed: settings.seed, step: places.count - 1)
    endSlope = try? stream.makeEvaluator().gradient(at: last, draw: next, into: &gradient).slope
    self.deformation = deformation
    self.failure = failure
    ending = nil
    points = try places.enumerated().map { index, state in
      let loss = try evaluator.gradient(at: state, into: &gradient).loss
      let step = index < steps.count ? steps[index] : nil
      return Point(
        step: index, coordinates: state.parameters.doubles, loss: loss, gradientNorm: gradient.norm(),
        rate: step?.rate, slope: step?.evaluation.slope)
    }
  }

  /// Walks by a minimiser on the surface after `deformation`.
  private init(
    _ settings: SimulationSettings, _ deformation: DeformationSequence, _ minimiser: any NamedMinimiser
  ) throws {
    let surface = settings.surface.surface
    var points: [Point] = []
    let evaluator = surface.makeEvaluator()
    var gradient = ModelVector(zeros: settings.start.count, precision: .double)
    let result = try minimiser.minimise(
      try deformation.apply(to: surface), from: deformation.deformed(surface.point(settings.start)),
      limits: MinimisationLimits(iterationCount: settings.stepCount),
      report: { point in
        let place = deformation.original(of: point.state)
        let loss = try evaluator.gradient(at: place, into: &gradient).loss
        points.append(
          Point(
            step: point.iterationCount, coordinates: place.parameters.doubles, loss: loss,
            gradientNorm: gradient.norm(), rate: nil, slope: nil))
      })
    self.deformation = deformation
    self.points = points
    failure = nil
    endSlope = nil
    let gradients = result.gradientCount > 0 ? ", \(result.gradientCount) of them with the gradient" : ""
    ending =
      "\(result.reason.text) after \(result.iterationCount) iterations and \(result.evaluationCount) evaluations\(gradients)"
  }

  /// Compares steps with the valleys they lie in, up to the step `limit`.
  ///
  /// In one dimension this is Theorem 2 of Chen and others: while a walk stays between two maxima, no step of plain
  /// descent is longer than their distance. In several, the surface is looked at along the gradient.
  mutating func measureStrides(on surface: FormulaSurface, extent: Double, limit: Int) throws {
    let evaluator = surface.makeEvaluator()
    let isLine = surface.space.parameterCount == 1
    let (reach, count) = isLine ? (max(20 * extent, 20), 5000) : (max(2 * extent, 2), 600)
    var gradient = ModelVector(zeros: surface.space.parameterCount, precision: .double)
    var valleys = LineValleys(evaluator, reach: reach, count: count)
    for index in points.indices.prefix(limit) {
      guard let rate = points[index].rate, let slope = points[index].slope, points[index].gradientNorm > 0 else {
        continue
      }
      let state = surface.point(points[index].coordinates)
      let stride = rate * slope * points[index].gradientNorm
      if isLine {
        points[index].strideShare = try valleys.width(at: state).map { stride / $0 }
        continue
      }
      _ = try evaluator.gradient(at: state, into: &gradient)
      let direction = gradient.doubles.map { $0 / points[index].gradientNorm }
      let valley = try Valley(of: evaluator, at: state, along: direction, reach: reach, count: count)
      points[index].strideShare = valley.map { stride / $0.width }
    }
  }

  /// The first step that left the two maxima between which the walk began; `nil` if none did, or in several dimensions.
  func firstDeparture(on surface: FormulaSurface, extent: Double) throws -> Int? {
    guard surface.space.parameterCount == 1, let start = points.first?.coordinates[0] else { return nil }
    let valley = try Valley(
      of: surface.makeEvaluator(), at: surface.point([start]), along: [1], reach: max(20 * extent, 20), count: 5000)
    guard let valley else { return nil }
    return points.first { $0.coordinates[0] < start + valley.lower || $0.coordinates[0] > start + valley.upper }?.step
  }
}
