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
    var panel = SurfacePanel(grid: grid, path: walk.map(\.point))
    panel.marks = marks.map { SurfaceMark($0.letter, at: $0.place.point) }
    return panel
  }

  /// The points of the walk itself.
  private var walk: [TrajectoryResult.Place] { result.places.filter { $0.epoch != nil } }

  /// The checkpoints that have a name.
  private var marks: [(letter: String, meaning: String, place: TrajectoryResult.Place)] {
    let names = [("peak", "P", "peak of the rates"), (RunCheckpoint.averageName, "M", "mean of points")]
    return names.compactMap { name, letter, meaning in
      result.places.first { $0.checkpoint == name }.map { (letter, meaning, $0) }
    }
  }

  private func values(_ points: [SurfacePoint]) -> ValueAxis { look.axis("loss (nats)", of: points.losses) }

  private var planeCaption: String {
    caption + " Ring: first checkpoint; disc: last\(marks.map { "; \($0.letter): \($0.meaning)" }.joined())."
      + (result.points.holesText.map { " " + $0 } ?? "")
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
    let xs = walk.compactMap(\.epoch)
    let own = walk.map(\.own)
    let projected = walk.map(\.projected)
    var figure = LineFigure.trainingCurves(
      [
        own.lossLine(name: "loss of the checkpoint", xs: xs),
        projected.lossLine(name: "loss on the plane, where it projects to", xs: xs),
        LineSeries(
          name: "distance from the plane", xs: xs, values: walk.map(\.offPlane), side: .right),
      ], values: values(own + projected))
    figure.right = ValueAxis(label: "distance in parameter space", spacing: .linear)
    figure.caption =
      caption + " Bands: 95 %, for the population of examples." + ((own + projected).holesText.map { " " + $0 } ?? "")
    return figure
  }
}

extension TrajectoryResult.Place {
  /// Where it is drawn.
  fileprivate var point: Point { Point(coordinates[0], coordinates[1]) }
}
