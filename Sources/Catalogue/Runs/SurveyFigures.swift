import ThalwegFigures
import ThalwegStores
import ThalwegSurveys

/// The drawings of a survey.
struct SurveyFigures {
  let result: SurveyResult
  let caption: String

  /// The vertical axis, or that of the colours.
  static func values(isLogarithmic: Bool?) -> ValueAxis {
    ValueAxis(
      label: "loss (nats)",
      spacing: isLogarithmic.map { $0 ? .logarithmic : .linear } ?? .automatic)
  }

  /// Writes all figures of the survey's kind.
  func write(to run: RunFolder) throws {
    guard result.losses.contains(where: { $0 != nil }) else { return }  // The facts say that all diverged.
    if result.settings.axes.count == 1 {
      try slice.write(to: run, named: "slice")
    } else {
      try contour.write(to: run, named: "contour")
      try landscape.write(to: run, named: "surface")
      for (name, figure) in curvatureFigures { try figure.write(to: run, named: name) }
    }
  }

  private var panel: SurfacePanel { result.panel(title: "") }

  private var contour: ContourFigure {
    ContourFigure(panels: [panel], values: values, caption: caption + pointsText + holesText)
  }

  private var landscape: LitSurfaceFigure {
    LitSurfaceFigure(panels: [panel], values: values, caption: caption + pointsText + holesText)
  }

  /// The Hessian's extreme eigenvalues over the plane, and their ratio, where they were measured.
  private var curvatureFigures: [(name: String, figure: ContourFigure)] {
    guard result.settings.curvature != nil else { return [] }
    func figure(_ label: String, note: String = "", _ value: (SurfacePoint) -> Double?) -> ContourFigure? {
      let values = result.points.map { $0.state == .measured ? value($0) : nil }
      guard values.contains(where: { $0 != nil }) else { return nil }
      let axes = result.settings.axes
      let grid = ThalwegFigures.SurfaceGrid(xs: axes[0].coordinates, ys: axes[1].coordinates, values: values)
      return ContourFigure(
        panels: [SurfacePanel(title: "", grid: grid, centre: Point(0, 0))],
        values: ValueAxis(label: label, spacing: .automatic),
        caption: caption + pointsText + curvatureExamples
          + " Filters and dense weights only; Lanczos to a relative residual of "
          + "\(result.settings.curvature?.tolerance ?? 0)." + note + holesText)
    }
    let curvatureExamples =
      result.settings.curvature?.exampleLimit.map { " Curvature on the first \($0) examples." } ?? ""
    let ratios = result.points.compactMap { CurvatureMap.ratio($0.extra) }
    let unresolved = ratios.count { !$0.isResolved }
    let bound =
      unresolved == 0
      ? ""
      : " At \(unresolved) of \(ratios.count) points λmin is not told from zero; its residual stands in for it."
    return [
      ("largest-eigenvalue", figure("largest eigenvalue") { $0.extra[CurvatureMap.largest] }),
      ("smallest-eigenvalue", figure("smallest eigenvalue") { $0.extra[CurvatureMap.smallest] }),
      ("convexity", figure("|λmin / λmax|", note: bound) { CurvatureMap.ratio($0.extra)?.value }),
    ].compactMap { name, figure in figure.map { (name, $0) } }
  }

  private var slice: LineFigure {
    var figure = LineFigure.slice(
      [result.lossLine(name: "loss"), result.accuracyLine(name: "accuracy")], values: values)
    if case .towards = result.settings.directions {
      figure.xLabel = "from the first checkpoint (0) to the second (1)"
      figure.target = 1
    }
    figure.caption = caption + " Band: one standard error." + holesText
    return figure
  }

  private var values: ValueAxis {
    // Losses of exactly 0 alone have no logarithm; that is no reason to lose the figure.
    let hasPositive = result.losses.contains { $0.map { $0 > 0 } ?? false }
    return Self.values(isLogarithmic: hasPositive ? result.settings.isLogarithmic : nil)
  }

  /// How many points there are; what lies between them is drawn, not measured.
  private var pointsText: String {
    " Measured at \(result.settings.axes.map { "\($0.coordinates.count)" }.joined(separator: "×")) points."
  }

  /// How many points are missing, and what became of those that stand alone.
  private var holesText: String {
    let (count, holes) = (result.points.count, result.points.count - result.losses.count { $0 != nil })
    guard holes > 0 else { return "" }
    let text = " \(holes) of \(count) points have no finite loss and are holes."
    guard result.settings.axes.count == 2, !panel.grid.isolatedPoints.isEmpty else { return text }
    return text + " Discs are measured points among them."
  }
}

extension SurveyResult {
  /// The surface as one panel of a figure.
  func panel(title: String) -> SurfacePanel {
    SurfacePanel(
      title: title,
      grid: ThalwegFigures.SurfaceGrid(
        xs: settings.axes[0].coordinates, ys: settings.axes[1].coordinates, values: losses),
      centre: Point(0, 0))
  }

  /// The losses of a slice, with a band of one standard error.
  func lossLine(name: String) -> LineSeries {
    func border(_ sign: Double) -> [Double?] {
      points.map { point in
        point.loss.flatMap { loss in point.standardError.map { max(loss + sign * $0, loss / 1e3) } }
      }
    }
    return LineSeries(
      name: name, xs: settings.axes[0].coordinates, values: losses, lower: border(-1), upper: border(1))
  }

  /// The accuracies of a slice.
  func accuracyLine(name: String) -> LineSeries {
    LineSeries(
      name: name, xs: settings.axes[0].coordinates,
      values: points.map { point in
        guard point.state == .measured, let correct = point.correctCount, let count = point.exampleCount
        else { return nil }
        return Double(correct) / Double(count)
      }, side: .right)
  }
}
