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
    let suffix = result.fileSuffix
    if result.settings.axes.count == 1 {
      try slice.write(to: run, named: "slice" + suffix)
    } else {
      try contour.write(to: run, named: "contour" + suffix)
      try landscape.write(to: run, named: "surface" + suffix)
      for (name, figure) in curvatureFigures { try figure.write(to: run, named: name) }
    }
  }

  private var panel: SurfacePanel { result.panel(title: "") }

  private var contour: ContourFigure {
    let labels = result.geometry.labels
    return ContourFigure(
      panels: [panel], xLabel: labels[0], yLabel: labels[1], values: values, caption: caption + holesText)
  }

  private var landscape: LitSurfaceFigure {
    let labels = result.geometry.shortLabels
    return LitSurfaceFigure(
      panels: [panel], xLabel: labels[0], yLabel: labels[1], values: values, caption: caption + holesText)
  }

  /// The Hessian's extreme eigenvalues over the plane, and their ratio, where they were measured.
  private var curvatureFigures: [(name: String, figure: ContourFigure)] {
    guard result.settings.curvature != nil else { return [] }
    func figure(_ label: String, _ value: (SurfacePoint) -> Double?) -> ContourFigure? {
      let values = result.points.map { $0.state == .measured ? value($0) : nil }
      guard values.contains(where: { $0 != nil }) else { return nil }
      let axes = result.settings.axes
      let grid = ThalwegFigures.SurfaceGrid(xs: axes[0].coordinates, ys: axes[1].coordinates, values: values)
      return ContourFigure(
        panels: [result.panel(grid: grid, title: "")], xLabel: result.geometry.labels[0],
        yLabel: result.geometry.labels[1], values: ValueAxis(label: label, spacing: .automatic),
        caption: caption + " Filters and dense weights only; Lanczos to a relative residual of "
          + "\(result.settings.curvature?.tolerance ?? 0)." + holesText)
    }
    func ratio(_ point: SurfacePoint) -> Double? {
      guard let largest = point.extra[CurvatureMap.largest], let smallest = point.extra[CurvatureMap.smallest],
        largest > 0
      else { return nil }
      return abs(smallest / largest)
    }
    return [
      ("largest-eigenvalue", figure("largest eigenvalue") { $0.extra[CurvatureMap.largest] }),
      ("smallest-eigenvalue", figure("smallest eigenvalue") { $0.extra[CurvatureMap.smallest] }),
      ("convexity", figure("|λmin / λmax|", ratio)),
    ].compactMap { name, figure in figure.map { (name, $0) } }
  }

  private var slice: LineFigure {
    var figure = LineFigure.slice(
      [result.lossLine(name: "loss"), result.accuracyLine(name: "accuracy")], values: values)
    figure.xLabel = result.geometry.labels[0]
    if !result.geometry.corners.isEmpty { figure.target = 1 }
    figure.caption = caption + " Band: one standard error." + holesText
    return figure
  }

  private var values: ValueAxis {
    // Losses of exactly 0 alone have no logarithm; that is no reason to lose the figure.
    let hasPositive = result.losses.contains { $0.map { $0 > 0 } ?? false }
    return Self.values(isLogarithmic: hasPositive ? result.settings.isLogarithmic : nil)
  }

  /// How many points are missing, and what became of those that stand alone.
  private var holesText: String {
    guard let text = result.points.holesText.map({ " " + $0 }) else { return "" }
    guard result.settings.axes.count == 2, !panel.grid.isolatedPoints.isEmpty else { return text }
    return text + " Discs are measured points among them."
  }
}

extension SurveyResult {
  /// The surface as one panel of a figure.
  func panel(title: String) -> SurfacePanel {
    panel(
      grid: ThalwegFigures.SurfaceGrid(
        xs: settings.axes[0].coordinates, ys: settings.axes[1].coordinates, values: losses), title: title)
  }

  /// Other values over the same points as a panel. Checkpoints are marked by their names, a lone one by a cross.
  func panel(grid: ThalwegFigures.SurfaceGrid, title: String) -> SurfacePanel {
    var panel = SurfacePanel(title: title, grid: grid, centre: geometry.corners.isEmpty ? Point(0, 0) : nil)
    panel.marks = geometry.corners.map { SurfaceMark($0.name, at: Point($0.coordinates[0], $0.coordinates[1])) }
    return panel
  }

  /// The losses of a slice, with a band of one standard error.
  func lossLine(name: String) -> LineSeries {
    points.lossLine(name: name, xs: settings.axes[0].coordinates)
  }

  /// The accuracies of a slice.
  func accuracyLine(name: String) -> LineSeries {
    points.accuracyLine(name: name, xs: settings.axes[0].coordinates)
  }
}
