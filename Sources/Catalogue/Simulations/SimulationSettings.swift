public import ThalwegDeformations
import ThalwegStores
import ThalwegSurfaces
public import ThalwegSurveys
public import ThalwegTraining

/// A walk down a formula, with and without a deformation.
///
/// Every step sees the whole surface, and counts as an epoch of the schedule.
public struct SimulationSettings: Sendable {
  /// The surface.
  public var surface: SimulationSurface
  /// The first point.
  public var start: [Double]
  /// What makes the steps.
  public var optimiser: any NamedOptimiser = StochasticGradientDescent(momentum: 0.9)
  /// What goes down in place of an optimiser, with at most ``stepCount`` iterations; `nil` for the optimiser.
  public var minimiser: (any NamedMinimiser)?
  /// The rate of each step.
  public var schedule: any Schedule = ConstantSchedule(0.02)
  /// How the second walk's surface is deformed; without steps there is no second walk.
  public var deformation = DeformationSequence([])
  /// Number of steps, at least 1.
  public var stepCount = 100
  /// Seed of deformations that draw at random.
  public var seed: UInt64 = 1
  /// The part of the surface that is drawn, one axis for each of at most two variables; `nil` for the surroundings of
  /// both walks.
  public var axes: [Axis]?

  /// The published settings of a published surface; for others heavy ball at the rate 0.02 from `start`, which is needed
  /// there.
  ///
  /// - Throws: ``SettingError`` where there is no first point.
  public init(_ surface: SimulationSurface, start: [Double]? = nil) throws(SettingError) {
    self.surface = surface
    let names = surface.variables.joined(separator: ",")
    guard let start = start ?? surface.published?.start else {
      throw SettingError("start", found: "none", expected: "the first point, \(names)")
    }
    guard start.count == surface.variables.count else {
      throw SettingError("start", found: "\(start.count) numbers", expected: "one for each of \(names)")
    }
    self.start = start
    switch surface.published {
    case .twoWells:
      deformation = DeformationSequence([FunctionDeformation(ArctangentPower(10, 1, 1, 1))])
      stepCount = 400
    case .dentedBowl:
      deformation = DeformationSequence([FunctionDeformation(LogarithmExponential(1, 0.9))])
    case .cosine:
      deformation = DeformationSequence([FunctionDeformation(LogarithmExponential(1, 0.9))])
      (optimiser, schedule, stepCount) = (StochasticGradientDescent(), ConstantSchedule(0.1), 300)
    case .sharpAndFlat:
      (optimiser, schedule, stepCount) = (StochasticGradientDescent(), ConstantSchedule(0.03), 200)
    case nil: break
    }
  }

  /// Checks every setting.
  ///
  /// - Throws: ``SettingError`` for the first that makes no sense.
  public func validate() throws(SettingError) {
    guard (1...1_000_000).contains(stepCount) else {
      throw SettingError("steps", found: "\(stepCount)", expected: "1 to 1000000")
    }
    guard start.allSatisfy(\.isFinite) else {
      throw SettingError("start", found: "\(start)", expected: "finite numbers")
    }
    let surface = surface.surface
    let loss = (try? surface.makeEvaluator().evaluate(at: surface.point(start)).loss) ?? .nan
    guard loss.isFinite else {
      let place = start.map { "\($0)" }.joined(separator: ", ")
      throw SettingError(
        "start", found: "\(place) with loss \(numberText(loss))", expected: "a point with a finite loss")
    }
    if axes != nil, self.surface.variables.count > 2 {
      throw SettingError("x", found: "\(self.surface.variables.count) variables", expected: "at most 2 for a figure")
    }
    if let minimiser, let step = deformation.steps.first(where: { !($0 is any Deformation) }) {
      throw SettingError(
        "deform", found: "\(step)", expected: "deformations of surfaces, since \(minimiser) makes no steps on a stream")
    }
    _ = try ScheduleTable(schedule, over: horizon)
    guard
      deformation.steps.allSatisfy({ $0 is any StreamDeformation })
        || deformation.steps.allSatisfy({ $0 is any Deformation })
    else {
      throw SettingError("deform", found: "\(deformation)", expected: "deformations of surfaces, or of training")
    }
  }

  /// The length of a walk.
  var horizon: Horizon { Horizon(epochCount: stepCount, iterationsPerEpoch: 1) }

  /// What goes down, and how fast, in words.
  var descentText: String { minimiser.map { "\($0)" } ?? "\(optimiser), \(schedule)" }

  /// What determines the result.
  var options: JSONValue {
    [
      "surface": .string(surface.description), "start": .array(start.map { .number($0) }),
      "optimiser": .string(minimiser.map { "\($0)" } ?? "\(optimiser)"),
      "schedule": minimiser == nil ? .string("\(schedule)") : .null,
      "deformation": .string("\(deformation)"), "steps": .integer(Int128(stepCount)),
      "axes": axes.map { axes in
        .array(
          axes.map {
            ["lower": .number($0.lower), "upper": .number($0.upper), "count": .integer(Int128($0.count))]
          })
      } ?? .null,
    ]
  }
}
