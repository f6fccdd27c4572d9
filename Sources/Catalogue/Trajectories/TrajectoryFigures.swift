import ThalwegFigures
import ThalwegStores
import ThalwegSurveys

/// The drawings of a trajectory.
struct TrajectoryFigures {
  let result: TrajectoryResult
  let caption: String
  let look: FigureSettings

  /// Writes them.
  func write(to folder: RunFolder) throws {
    if result.points.losses.contains(where: { $0 != nil }) {
      try contour.write(to: folder, named: "trajectory", formats: look.formats)
      try landscape.write(to: folder, named: "trajectory-surface", formats: look.formats)
    }
    if result.places.contains(where: { $0.own.state == .measured }) {
      try course.write(to: folder, named: "course", formats: look.formats)
    }
  }

  private var panel: SurfacePanel {
    let grid = ThalwegFigures.SurfaceGrid(
      xs: result.axes[0].coordinates, ys: result.axes[1].coordinates, values: result.points.losses)
    return SurfacePanel(grid: grid, path: result.places.map { Point($0.coordinates[0], $0.coordinates[1]) })
  }

  private func values(_ points: [SurfacePoint]) -> ValueAxis { look.axis("loss (nats)", of: points.losses) }

  private var planeCaption: String {
    caption + " Ring: first checkpoint; disc: last." + (result.points.holesText.map { " " + $0 } ?? "")
  }

  private var contour: ContourFigure {
    let labels = SurveyGeometry.componentLabels(result.shares, dimension: 2)
    return ContourFigure(
      panels: [panel], xLabel: labels[0], yLabel: labels[1], values: values(result.points), caption: planeCaption)
  }

  private var landscape: LitSurfaceFigure {
    LitSurfaceFigure(
      panels: [panel], xLabel: "first component", yLabel: "second component", values: values(result.points),
      caption: planeCaption)
  }

  private var course: LineFigure {
    let xs = result.places.map { Double($0.epoch) }
    let own = result.places.map(\.own)
    let projected = result.places.map(\.projected)
    var figure = LineFigure.trainingCurves(
      [
        own.lossLine(name: "loss of the checkpoint", xs: xs),
        projected.lossLine(name: "loss on the plane, where it projects to", xs: xs),
        LineSeries(
          name: "distance from the plane", xs: xs, values: result.places.map { $0.offPlane }, side: .right),
      ], values: values(own + projected))
    figure.right = ValueAxis(label: "distance in parameter space", spacing: .linear)
    figure.caption =
      caption + " Bands: 95 %, for the population of examples." + ((own + projected).holesText.map { " " + $0 } ?? "")
    return figure
  }
}
