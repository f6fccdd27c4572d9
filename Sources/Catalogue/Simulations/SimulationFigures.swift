import ThalwegFigures
import ThalwegStores
import ThalwegSurfaces
import ThalwegSurveys

/// The drawings of walks down a formula.
struct SimulationFigures {
  let outcome: SimulationOutcome

  /// Writes the surface with the walks, where it has one or two variables and any finite value there, and the losses.
  func write(to run: RunFolder) throws {
    var figures: [(name: String, figure: any Figure)] = []
    switch outcome.settings.start.count {
    case 1: figures.append(("surface", try line()))
    case 2: figures.append(("surface", try contour()))
    default: break
    }
    figures.append(("loss", losses))
    for (name, figure) in figures {
      do { try figure.write(to: run, named: name) } catch FigureError.noFiniteValue { continue }
    }
  }

  /// The losses over the steps.
  private var losses: LineFigure {
    let lines = outcome.walks.map { walk in
      LineSeries(name: walk.name, xs: walk.points.map { Double($0.step) }, values: walk.points.map(\.loss))
    }
    let floor = lossAxis.lower.map { " Losses below \(significant($0, 3)) are drawn there." } ?? ""
    return LineFigure(series: lines, xLabel: "step", left: lossAxis, caption: caption + floor + failureText)
  }

  /// Where walks ended before their last step.
  private var failureText: String {
    outcome.walks.filter { $0.failure != nil }.map { " \($0.name): ends after \($0.end.step) steps." }.joined()
  }

  /// The axis of the losses. Some surfaces are minutely negative at their lowest, which shall not hide the decades above.
  private var lossAxis: ValueAxis {
    let losses = outcome.walks.flatMap { $0.points.map(\.loss) }.filter(\.isFinite)
    guard let low = losses.min(), let high = losses.max(), low <= 0, -low < 1e-3 * high else {
      return ValueAxis(label: "undeformed loss")
    }
    return ValueAxis(label: "undeformed loss", spacing: .logarithmic, lower: max(-low, 1e-6 * high))
  }

  /// The walks side by side over the undeformed surface.
  private func contour() throws -> ContourFigure {
    let axes = axes
    let grid = SurfaceGrid(
      xs: axes[0].coordinates, ys: axes[1].coordinates,
      values: try axes[1].coordinates.flatMap { y in try axes[0].coordinates.map { x in try loss([x, y]) } })
    let panels = outcome.walks.map { walk in
      SurfacePanel(
        title: walk.name, grid: grid, path: finitePoints(of: walk).map { ThalwegFigures.Point($0[0], $0[1]) })
    }
    let names = outcome.settings.surface.variables
    return ContourFigure(
      panels: panels, xLabel: names[0], yLabel: names[1], values: ValueAxis(label: "loss"),
      caption: caption + failureText)
  }

  /// The curve, and the visited points as dots on it.
  private func line() throws -> LineFigure {
    let axis = axes[0]
    var series = [
      LineSeries(name: "loss", xs: axis.coordinates, values: try axis.coordinates.map { try loss([$0]) })
    ]
    for walk in outcome.walks {
      let points = walk.points.filter { $0.coordinates[0].isFinite && $0.loss.isFinite }
        .sorted { $0.coordinates[0] < $1.coordinates[0] }
        .filter { axis.lower <= $0.coordinates[0] && $0.coordinates[0] <= axis.upper }
      // They lie on the curve: of those that one dot covers, one is enough.
      let shown = zip(points.indices, points).filter { index, point in
        let cell = { (place: Double) in ((place - axis.lower) / axis.spacing).rounded(.down) }
        return index == 0 || cell(point.coordinates[0]) != cell(points[index - 1].coordinates[0])
      }.map(\.1)
      // Each point stands between two holes, so that no line joins it to the next.
      series.append(
        LineSeries(
          name: "\(walk.name): points", xs: shown.flatMap { [$0.coordinates[0], $0.coordinates[0]] },
          values: shown.flatMap { [$0.loss, nil] }))
    }
    return LineFigure(
      series: series, xLabel: outcome.settings.surface.variables[0], left: ValueAxis(label: "loss"),
      centre: outcome.settings.start[0], caption: caption + " Dotted line: the first point." + failureText)
  }

  private func loss(_ coordinates: [Double]) throws -> Double? {
    let surface = outcome.settings.surface.surface
    return try surface.makeEvaluator().evaluate(at: surface.point(coordinates)).loss
  }

  /// The points of a walk that are worth a place in a drawing: a walk that diverges runs off its edge.
  private func nearPoints(of walk: SimulatedWalk) -> [[Double]] {
    let losses = outcome.walks.flatMap { $0.points.map(\.loss) }.filter(\.isFinite)
    guard let first = walk.points.first?.loss, let low = losses.min(), first.isFinite else {
      return finitePoints(of: walk)
    }
    let ceiling = first + 100 * max(first - low, abs(first))
    return walk.points.filter { $0.loss <= ceiling }.map(\.coordinates).filter(Self.canBeDrawn)
  }

  private func finitePoints(of walk: SimulatedWalk) -> [[Double]] {
    walk.points.map(\.coordinates).filter(Self.canBeDrawn)
  }

  /// Whether differences of such coordinates are numbers.
  private static func canBeDrawn(_ coordinates: [Double]) -> Bool { coordinates.allSatisfy { abs($0) <= 1e300 } }

  /// The part that is drawn: as asked for, or a square (in one dimension a stretch) around all walks.
  private var axes: [ThalwegSurveys.Axis] {
    if let axes = outcome.settings.axes { return axes }
    let points = outcome.walks.flatMap(nearPoints)
    let bounds = outcome.settings.start.indices.map { axis in
      let places = points.map { $0[axis] }
      return (lower: places.min() ?? 0, upper: places.max() ?? 0)
    }
    // Far from zero, neighbouring points of a narrower part would be the same numbers.
    let half = bounds.map { max(0.65 * ($0.upper - $0.lower), 1e-9 * abs($0.upper + $0.lower)) }.reduce(1, max)
    return bounds.map { bound in
      let middle = 0.5 * (bound.lower + bound.upper)
      return ThalwegSurveys.Axis(lower: middle - half, upper: middle + half, count: bounds.count == 1 ? 801 : 161)
    }
  }

  private var caption: String {
    let settings = outcome.settings
    let start = settings.start.map { significant($0, 6) }.joined(separator: ", ")
    return "\(settings.surface.published == nil ? "" : "\(settings.surface): ")\(settings.descentText), "
      + "\(settings.minimiser == nil ? "" : "at most ")\(settings.stepCount) steps from (\(start))."
  }
}
