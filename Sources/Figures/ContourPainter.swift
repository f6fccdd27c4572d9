/// Draws the bands and lines of one surface into its frame.
struct ContourPainter {
  var field: ScalarField
  var scale: ColourScale
  var style: ContourFigure.Style
  var frame: PlotFrame

  private var tracer: ContourTracer { ContourTracer(field) }

  /// Fills the areas above each level, the lowest first.
  func fillBands(on canvas: Canvas) {
    for band in scale.bands {
      let level = band.lower.map(scale.axis.straightened) ?? -.infinity
      canvas.fill(onPage(tracer.area(atLeast: level)), band.colour)
    }
  }

  /// Draws the labelled lines; labels keep off the places in `obstacles` (data coordinates).
  func drawLines(on canvas: Canvas, avoiding obstacles: [Point]) {
    let fontSize = 7.5
    let levels = scale.axis.ticks.filter {
      scale.axis.fraction($0) > 1e-9 && scale.axis.fraction($0) < 1 - 1e-9
    }
    var lines: [LabelledLine] = []
    for (index, level) in levels.enumerated() {
      let width = canvas.textWidth(scale.axis.label(level), size: fontSize)
      for line in tracer.lines(at: scale.axis.straightened(level)) {
        let points = line.points.map(frame.place)
        guard let first = points.first, points.count > 1 else { continue }
        lines.append(
          LabelledLine(points: line.isClosed ? points + [first] : points, level: index, labelWidth: width))
      }
    }
    if style.hasLabels {
      LabelPlacer(frame: frame.plot, obstacles: obstacles.map(frame.place), height: fontSize).place(
        on: &lines)
    }
    for (index, level) in levels.enumerated() {
      let ink = scale.lineColour(at: level)
      let lines = lines.filter { $0.level == index }
      canvas.stroke(lines.flatMap(\.pieces), ink.withOpacity(0.62), width: 0.7)
      for label in lines.flatMap(\.labels) {
        canvas.text(
          scale.axis.label(level), at: label.centre, size: fontSize, ink.withOpacity(0.95),
          alignment: .centre,
          vertical: .middle, angle: label.angle)
      }
    }
  }

  private func onPage(_ polygons: [[Point]]) -> [[Point]] {
    polygons.map { $0.map(frame.place) }
  }
}
