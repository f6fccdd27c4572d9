import ThalwegDeformations
import ThalwegLinearAlgebra
import ThalwegSpectra
public import ThalwegStores
import ThalwegSurfaces

/// Walks down a formula, and what they came to.
public struct SimulationOutcome: Sendable {
  /// What was done.
  public let settings: SimulationSettings
  /// The walk on the surface itself, then the one on the deformed surface, if one was asked for.
  public let walks: [SimulatedWalk]
  /// The eigenvalues of the undeformed Hessian at the end of each walk, ascending; empty where they are not finite.
  public let endEigenvalues: [[Double]]
  /// The first step of each walk outside the two maxima between which it began; `nil` where it stays or there are none.
  public let departures: [Int?]

  /// Makes the walks.
  ///
  /// - Throws: `DeformationError` where the deformation has no meaning on the surface.
  public init(of settings: SimulationSettings) throws {
    let surface = settings.surface.surface
    var walks = [try SimulatedWalk(settings, .init([]))]
    if !settings.deformation.steps.isEmpty { walks.append(try SimulatedWalk(settings, settings.deformation)) }
    let extent = walks.map(\.extent).max() ?? 1
    for index in walks.indices {
      // Looking at a surface along every gradient costs more than the walk.
      try walks[index].measureStrides(on: surface, extent: extent, limit: settings.start.count == 1 ? .max : 2000)
    }
    self.settings = settings
    self.walks = walks
    departures = try walks.map { try $0.firstDeparture(on: surface, extent: extent) }
    endEigenvalues = try walks.map { walk in
      let matrix = try? surface.linearise(at: surface.point(walk.end.coordinates)).curvature(.hessian)
        .products(with: .identity(settings.start.count))
      guard let matrix, matrix.elements.allSatisfy(\.isFinite) else { return [] }
      return try SymmetricEigendecomposition.values(of: matrix)
    }
  }

  /// A few lines for people.
  public var lines: [String] {
    walks.indices.flatMap { index -> [String] in
      let walk = walks[index]
      let place = walk.end.coordinates.map { significant($0, 9) }.joined(separator: ", ")
      var lines = ["walk         \(walk.name)"]
      lines.append(
        "             ends after \(walk.end.step) steps at (\(place)), loss \(significant(walk.end.loss, 8))")
      for text in [walk.failure, walk.ending].compactMap({ $0 }) { lines.append("             \(text)") }
      if let low = endEigenvalues[index].first, let high = endEigenvalues[index].last {
        let limit = limit(of: walk).map { "; largest that holds steps there \(significant($0, 4))" } ?? ""
        lines.append(
          "             Hessian's eigenvalues there \(significant(low, 4)) to \(significant(high, 4))\(limit)")
      }
      if isPlain, let share = walk.largestStrideShare {
        let fate = departures[index].map { "leaves its valley in step \($0)" } ?? "stays"
        let subject = settings.start.count == 1 ? "; it \(fate)" : ""
        lines.append("             longest step \(significant(share, 6)) of the distance of maxima\(subject)")
      }
      return lines
    }
  }

  /// Whether steps are those of plain descent, of which the bound by the distance of maxima speaks.
  private var isPlain: Bool { settings.minimiser == nil && StepRule(settings.optimiser)?.rule == .plain }

  /// The largest eigenvalue of the undeformed Hessian at the walk's end that would hold steps of its last rate there.
  private func limit(of walk: SimulatedWalk) -> Double? {
    guard settings.minimiser == nil, let rate = walk.points.last(where: { $0.rate != nil })?.rate,
      let slope = walk.endSlope
    else { return nil }
    return StepRule(settings.optimiser)?.largestCurvature(rate: rate, slope: slope)
  }

  /// All of it as JSON.
  public var json: JSONValue {
    .object([
      "settings": settings.options, "formula": .string(settings.surface.formula),
      "variables": .array(settings.surface.variables.map { .string($0) }),
      "walks": .array(walks.indices.map { json(of: $0) }),
    ])
  }

  private func json(of index: Int) -> JSONValue {
    let walk = walks[index]
    func column(_ value: (SimulatedWalk.Point) -> Double?) -> JSONValue {
      .array(walk.points.map { value($0).map { .number($0) } ?? .null })
    }
    let points = JSONValue.array(walk.points.map { .array($0.coordinates.map { .number($0) }) })
    return .object([
      "name": .string(walk.name), "failure": walk.failure.map { .string($0) } ?? .null,
      "ending": walk.ending.map { .string($0) } ?? .null, "points": points,
      "loss": column(\.loss), "gradientNorm": column(\.gradientNorm), "rate": column(\.rate),
      "slope": column(\.slope), "strideShare": column(\.strideShare), "end": summary(of: index),
    ])
  }

  /// What the walk came to, as facts of its run.
  func summary(of index: Int) -> JSONValue {
    let walk = walks[index]
    return [
      "steps": .integer(Int128(walk.end.step)), "point": .array(walk.end.coordinates.map { .number($0) }),
      "loss": .number(walk.end.loss), "eigenvalues": .array(endEigenvalues[index].map { .number($0) }),
      "largestStrideShare": walk.largestStrideShare.map { .number($0) } ?? .null,
      "slope": walk.endSlope.map { .number($0) } ?? .null,
      "departure": departures[index].map { .integer(Int128($0)) } ?? .null,
    ]
  }

  /// One line for each point of each walk, after a head.
  var csv: String {
    let names = settings.surface.variables
    let head = ["walk", "step"] + names + ["loss", "gradient_norm", "rate", "slope", "stride_share"]
    var lines = [head.joined(separator: ",")]
    for (index, walk) in walks.enumerated() {
      for point in walk.points {
        let numbers: [Double?] =
          point.coordinates + [point.loss, point.gradientNorm, point.rate, point.slope, point.strideShare]
        let cells = numbers.map { $0.map { $0.isFinite ? "\($0)" : "" } ?? "" }
        lines.append((["\(index)", "\(point.step)"] + cells).joined(separator: ","))
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension SimulatedWalk {
  /// The largest extent of the walk along an axis.
  var extent: Double {
    let finite = points.map(\.coordinates).filter { $0.allSatisfy(\.isFinite) }
    guard let first = finite.first else { return 0 }
    return first.indices.map { axis in
      let places = finite.map { $0[axis] }
      return (places.max() ?? 0) - (places.min() ?? 0)
    }.max() ?? 0
  }
}
