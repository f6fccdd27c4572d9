/// The axes of a plane plot and the place of its data on the page.
struct PlotFrame {
  var x: Axis
  var y: Axis
  /// A second vertical axis at the right, for example for accuracy.
  var right: Axis?
  var xLabel = ""
  var yLabel = ""
  var rightLabel = ""
  var title = ""
  /// Whether room for a title is kept even if there is none, so that neighbours align.
  var hasTitleSpace = false
  /// The rectangle of the data, decided by ``place(in:aspect:on:)``.
  private(set) var plot = Rect(x: 0, y: 0, width: 1, height: 1)

  private static let tickSize = 8.5
  private static let labelSize = 9.5

  init(x: Axis, y: Axis, xLabel: String, yLabel: String, title: String) {
    self.x = x
    self.y = y
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.title = title
    hasTitleSpace = !title.isEmpty
  }

  /// Decides ``plot`` inside `cell`, so that all labels have room.
  ///
  /// - Parameter aspect: The height of the data's rectangle over its width, kept within 0.5...2. `nil` fills
  ///   the cell.
  mutating func place(in cell: Rect, aspect: Double? = nil, on canvas: Canvas) {
    let labelRoom = PlotFrame.labelSize * 1.65
    let left = labelWidth(y, on: canvas) + 7 + (yLabel.isEmpty ? 0 : labelRoom)
    let rightRoom = right.map { labelWidth($0, on: canvas) + 7 + (rightLabel.isEmpty ? 0 : labelRoom) } ?? 8
    let top = hasTitleSpace ? 19.0 : 6
    let bottom = 8 + PlotFrame.tickSize + (xLabel.isEmpty ? 0 : labelRoom)
    var width = max(cell.width - left - rightRoom, 10)
    var height = max(cell.height - top - bottom, 10)
    let available = (width, height)
    if let aspect {
      let shape = min(max(aspect, 0.5), 2)
      width = min(width, height / shape)
      height = width * shape
    }
    plot = Rect(
      x: cell.x + left + (available.0 - width) / 2, y: cell.y + top + (available.1 - height) / 2,
      width: width,
      height: height)
  }

  /// The place on the page of a point in data coordinates.
  func place(_ point: Point) -> Point {
    Point(plot.x + plot.width * x.fraction(point.x), plot.bottom - plot.height * y.fraction(point.y))
  }

  /// The place on the page of a point that is measured along the right axis.
  func placeRight(_ point: Point) -> Point {
    Point(
      plot.x + plot.width * x.fraction(point.x), plot.bottom - plot.height * (right ?? y).fraction(point.y))
  }

  /// Draws light lines through the ticks of the left and the lower axis.
  func drawGrid(on canvas: Canvas) {
    let vertical = x.ticks.map { tick in
      let place = plot.x + plot.width * x.fraction(tick)
      return [Point(place, plot.y), Point(place, plot.bottom)]
    }
    let horizontal = y.ticks.map { tick in
      let place = plot.bottom - plot.height * y.fraction(tick)
      return [Point(plot.x, place), Point(plot.right, place)]
    }
    canvas.stroke(vertical + horizontal, Ink.grid, width: 0.7)
  }

  /// Draws axes, ticks, labels and title; with `isBoxed` the frame goes all the way round.
  func drawAxes(on canvas: Canvas, isBoxed: Bool) {
    if isBoxed {
      canvas.stroke(plot, Ink.axis, width: 0.7)
    } else {
      var line = [Point(plot.x, plot.y), Point(plot.x, plot.bottom), Point(plot.right, plot.bottom)]
      if right != nil { line.append(Point(plot.right, plot.y)) }
      canvas.stroke(line, Ink.axis, width: 0.7)
    }
    drawHorizontalAxis(on: canvas)
    drawVerticalAxis(y, label: yLabel, at: plot.x, direction: -1, on: canvas)
    if let right { drawVerticalAxis(right, label: rightLabel, at: plot.right, direction: 1, on: canvas) }
    canvas.text(
      title, at: Point(plot.centre.x, plot.y - 8), size: 10.5, Ink.strong, isBold: true, alignment: .centre)
  }

  private func drawHorizontalAxis(on canvas: Canvas) {
    var lastEnd = -Double.infinity
    for tick in x.ticks {
      let place = plot.x + plot.width * x.fraction(tick)
      canvas.stroke([Point(place, plot.bottom), Point(place, plot.bottom + 3)], Ink.axis, width: 0.7)
      let text = x.label(tick)
      let width = canvas.textWidth(text, size: PlotFrame.tickSize)
      guard place - width / 2 > lastEnd + 5 else { continue }
      canvas.text(
        text, at: Point(place, plot.bottom + 6), size: PlotFrame.tickSize, alignment: .centre, vertical: .top)
      lastEnd = place + width / 2
    }
    canvas.text(
      xLabel, at: Point(plot.centre.x, plot.bottom + 6 + PlotFrame.tickSize * 1.45),
      size: PlotFrame.labelSize,
      alignment: .centre, vertical: .top)
  }

  private func drawVerticalAxis(
    _ axis: Axis, label: String, at edge: Double, direction: Double, on canvas: Canvas
  ) {
    let alignment: Canvas.Alignment = direction < 0 ? .trailing : .leading
    for tick in axis.minorTicks {
      let place = plot.bottom - plot.height * axis.fraction(tick)
      canvas.stroke([Point(edge, place), Point(edge + 1.8 * direction, place)], Ink.axis, width: 0.5)
    }
    var lastPlace = Double.infinity
    for tick in axis.ticks {
      let place = plot.bottom - plot.height * axis.fraction(tick)
      canvas.stroke([Point(edge, place), Point(edge + 3 * direction, place)], Ink.axis, width: 0.7)
      guard lastPlace - place > PlotFrame.tickSize * 1.2 else { continue }
      canvas.text(
        axis.label(tick), at: Point(edge + 5.5 * direction, place), size: PlotFrame.tickSize,
        alignment: alignment,
        vertical: .middle)
      lastPlace = place
    }
    let distance = 5.5 + labelWidth(axis, on: canvas) + 6
    // Rotated text stands on its baseline, which is at the right of the letters.
    let shift = direction < 0 ? -distance : distance + PlotFrame.labelSize * Canvas.capitalHeight
    canvas.text(
      label, at: Point(edge + shift, plot.centre.y), size: PlotFrame.labelSize, alignment: .centre, angle: -90
    )
  }

  private func labelWidth(_ axis: Axis, on canvas: Canvas) -> Double {
    axis.ticks.map { canvas.textWidth(axis.label($0), size: PlotFrame.tickSize) }.max() ?? 0
  }
}
