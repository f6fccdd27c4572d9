/// Draws the rows of a ``RidgeFigure`` into an area.
struct RidgePainter {
  let figure: RidgeFigure
  let x: EigenvalueAxis
  let density: Axis
  /// The rectangle of all rows.
  let plot: Rect
  /// The distance between the ground lines of two rows.
  let pitch: Double
  /// The height of the highest density above its row's ground line.
  let rise: Double

  private static let labelSize = 9.5
  private static let rowLabelSize = 8.5
  /// How far rows rise into the row above: half of its height, where a spectrum is mostly empty.
  private static let overlap = 1.5

  init(figure: RidgeFigure, x: EigenvalueAxis, density: Axis, in area: Rect, on canvas: Canvas) {
    self.figure = figure
    self.x = x
    self.density = density
    let labelRoom = RidgePainter.labelSize * 1.65
    let rowLabels = figure.rows.map { canvas.textWidth($0.label, size: RidgePainter.rowLabelSize) }.max() ?? 0
    let heading = canvas.textWidth(
      RidgePainter.heading(of: figure), size: RidgePainter.rowLabelSize)
    let left = max(rowLabels, heading) + 8
    let scale = density.ticks.map { tick in
      canvas.textWidth(density.label(tick), size: RidgePainter.rowLabelSize)
    }.max()
    let right = (scale ?? 0) + 14 + (figure.densityLabel.isEmpty ? 0 : labelRoom)
    let bottom = 8 + EigenvalueAxis.tickSize + (figure.xLabel.isEmpty ? 0 : labelRoom)
    let top = 6.0
    plot = Rect(
      x: area.x + left, y: area.y + top, width: max(area.width - left - right, 10),
      height: max(area.height - top - bottom, 10))
    let count = Double(figure.rows.count)
    let overlap = count > 1 ? RidgePainter.overlap : 1
    pitch = plot.height / (count - 1 + overlap)
    rise = pitch * overlap
  }

  func draw(on canvas: Canvas) {
    x.drawGrid(in: plot, on: canvas)
    for index in figure.rows.indices { drawRow(index, on: canvas) }
    canvas.stroke([Point(plot.x, plot.bottom), Point(plot.right, plot.bottom)], Ink.axis, width: 0.7)
    x.drawTicks(below: plot, on: canvas)
    canvas.text(
      figure.xLabel, at: Point(plot.centre.x, plot.bottom + 6 + EigenvalueAxis.tickSize * 1.45),
      size: RidgePainter.labelSize, alignment: .centre, vertical: .top)
    drawRowLabels(on: canvas)
    drawScale(on: canvas)
  }

  private func ground(_ index: Int) -> Double { plot.y + rise + pitch * Double(index) }

  private func place(_ point: Point, ground: Double) -> Point {
    let fraction = min(max(density.fraction(point.y), 0), 1)
    return Point(plot.x + plot.width * point.x, ground - rise * fraction)
  }

  /// The colour of a row: from dark to light over the run, so that the order also shows in grey.
  private func colour(_ index: Int) -> Colour {
    let fraction = figure.rows.count > 1 ? Double(index) / Double(figure.rows.count - 1) : 0.4
    return ColourMap.valley.colour(at: 0.18 + 0.47 * fraction)
  }

  private func drawRow(_ index: Int, on canvas: Canvas) {
    let row = figure.rows[index]
    let ground = ground(index)
    let colour = colour(index)
    canvas.stroke([Point(plot.x, ground), Point(plot.right, ground)], colour.withOpacity(0.55), width: 0.5)
    guard !row.line.runs.isEmpty else {
      canvas.text(
        "no values", at: Point(plot.centre.x, ground - 3), size: RidgePainter.rowLabelSize, Ink.quiet,
        alignment: .centre)
      return
    }
    for piece in row.line.runs.flatMap(x.pieces) {
      let points = ThinnedLine.thinned(piece.map { place($0, ground: ground) })
      guard let first = points.first, let last = points.last else { continue }
      let area = [Point(first.x, ground)] + points + [Point(last.x, ground)]
      // A light rim and ground keep the row apart from those behind it.
      canvas.stroke(points, Colour(grey: 1, opacity: 0.8), width: 2.6)
      canvas.fill([area], Colour(grey: 1, opacity: 0.8))
      canvas.fill([area], colour.withOpacity(0.55))
      canvas.stroke(points, colour.lit(by: 0.7), width: 1.1)
      // A point between two holes has no line to show it.
      if points.count == 1 { canvas.fillCircle(at: first, radius: 1.8, colour) }
    }
    let marks = row.marks.compactMap(x.markFraction).map { fraction in
      let place = plot.x + plot.width * fraction
      return [Point(place, ground), Point(place, ground - min(5, pitch * 0.4))]
    }
    canvas.stroke(marks, Ink.strong, width: 1.2)
  }

  /// What the row labels are, with the direction in which they go on.
  private static func heading(of figure: RidgeFigure) -> String {
    figure.rowHeading.isEmpty || figure.rows.count == 1 ? figure.rowHeading : figure.rowHeading + " ↓"
  }

  private func drawRowLabels(on canvas: Canvas) {
    let right = plot.x - 6
    let size = RidgePainter.rowLabelSize
    canvas.text(
      RidgePainter.heading(of: figure), at: Point(right, plot.y), size: size, Ink.quiet,
      alignment: .trailing, vertical: .top)
    // With very many rows every second one, third one, … is named.
    let stride = max(1, Int((size * 1.25 / pitch).rounded(.up)))
    var lastPlace = plot.y + Canvas.capitalHeight * size + (figure.rowHeading.isEmpty ? -.infinity : 0)
    for (index, row) in figure.rows.enumerated() where index.isMultiple(of: stride) {
      guard ground(index) - lastPlace >= size * 1.25 else { continue }
      canvas.text(row.label, at: Point(right, ground(index)), size: size, alignment: .trailing)
      lastPlace = ground(index)
    }
  }

  /// Draws the common density scale beside the last row.
  private func drawScale(on canvas: Canvas) {
    let edge = plot.right + 4
    let size = RidgePainter.rowLabelSize
    canvas.stroke([Point(edge, plot.bottom), Point(edge, plot.bottom - rise)], Ink.axis, width: 0.7)
    var lastPlace = Double.infinity
    var widest = 0.0
    for tick in density.ticks {
      let place = plot.bottom - rise * density.fraction(tick)
      canvas.stroke([Point(edge, place), Point(edge + 3, place)], Ink.axis, width: 0.7)
      guard lastPlace - place > size * 1.2 else { continue }
      let label = density.label(tick)
      canvas.text(label, at: Point(edge + 5.5, place), size: size, vertical: .middle)
      widest = max(widest, canvas.textWidth(label, size: size))
      lastPlace = place
    }
    let width = canvas.textWidth(figure.densityLabel, size: RidgePainter.labelSize)
    // Longer than the scale it would stick out below the plot.
    let middle = min(plot.bottom - rise / 2, plot.bottom - width / 2)
    canvas.text(
      figure.densityLabel,
      at: Point(edge + 5.5 + widest + 5 + RidgePainter.labelSize * Canvas.capitalHeight, middle),
      size: RidgePainter.labelSize, alignment: .centre, angle: -90)
  }
}
