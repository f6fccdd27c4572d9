/// Quantities of several things side by side: a panel for each quantity, a row for each thing, its samples as dots, its
/// mean as a disc and an interval around it as a bar.
///
/// ```swift
/// let rows = arms.map { IntervalRow(name: $0.name, dots: $0.values, mean: $0.mean, interval: $0.interval) }
/// try IntervalFigure(panels: [IntervalPanel(title: "test accuracy (%)", rows: rows)]).write(to: "arms.svg")
/// ```
public struct IntervalFigure: Figure {
  /// The panels, row by row of the page.
  public var panels: [IntervalPanel]
  /// The line above everything, if not empty.
  public var headline: String
  /// The text below everything, broken into lines where needed.
  public var caption: String
  /// The extent of the page.
  public var size: Size

  private static let textSize = 9.0
  private static let rowHeight = 17.0
  private static let titleHeight = 19.0
  private static let axisHeight = 22.0
  private static let largestColumnCount = 3

  /// The figure of `panels`, at least one.
  ///
  /// `size` defaults to one with room for every row.
  public init(panels: [IntervalPanel], headline: String = "", caption: String = "", size: Size? = nil) {
    precondition(!panels.isEmpty, "a figure needs at least one panel")
    self.panels = panels
    self.headline = headline
    self.caption = caption
    let columns = min(panels.count, Self.largestColumnCount)
    let lines = (panels.count + columns - 1) / columns
    let rows = panels.map(\.rows.count).max() ?? 1
    let panelHeight = Self.titleHeight + Double(rows) * Self.rowHeight + Self.axisHeight
    self.size =
      size
      ?? Size(
        width: 150 + 205 * Double(columns),
        height: Double(lines) * (panelHeight + 12) + (headline.isEmpty ? 35 : 60) + (caption.isEmpty ? 0 : 45))
  }

  /// Draws the figure. A panel without numbers says so.
  ///
  /// - Throws: ``FigureError/noFiniteValue`` if no panel has a number.
  public func draw(on canvas: Canvas) throws(FigureError) {
    guard panels.contains(where: { $0.axis != nil }) else { throw FigureError.noFiniteValue }
    let page = PageLayout(headline: headline, caption: caption, size: size, canvas: canvas)
    let columns = min(panels.count, Self.largestColumnCount)
    let lines = (panels.count + columns - 1) / columns
    let names = Set(panels.flatMap(\.rows).map(\.name))
    let widest = names.map { canvas.textWidth($0, size: Self.textSize) }.max() ?? 0
    let nameWidth = widest + 10
    let gap = 34.0  // Half a label of each neighbour's axis.
    let width = (page.content.width - nameWidth - gap * Double(columns)) / Double(columns)
    let height = page.content.height / Double(lines)
    for (index, panel) in panels.enumerated() {
      let (line, column) = index.quotientAndRemainder(dividingBy: columns)
      let plot = Rect(
        x: page.content.x + nameWidth + Double(column) * (width + gap),
        y: page.content.y + Double(line) * height + Self.titleHeight, width: max(width, 10),
        height: max(height - Self.titleHeight - Self.axisHeight - 6, 10))
      if column == 0 { drawNames(of: panel, right: page.content.x + widest, plot, on: canvas) }
      draw(panel, in: plot, on: canvas)
    }
  }

  /// The height of a row's middle.
  private func place(ofRow index: Int, of panel: IntervalPanel, _ plot: Rect) -> Double {
    plot.y + (Double(index) + 0.5) * plot.height / Double(panel.rows.count)
  }

  private func drawNames(of panel: IntervalPanel, right: Double, _ plot: Rect, on canvas: Canvas) {
    for (index, row) in panel.rows.enumerated() {
      canvas.text(
        row.name, at: Point(right, place(ofRow: index, of: panel, plot)), size: Self.textSize, alignment: .trailing,
        vertical: .middle)
    }
  }

  private func draw(_ panel: IntervalPanel, in plot: Rect, on canvas: Canvas) {
    canvas.text(
      panel.title, at: Point(plot.x, plot.y - 7), size: Self.textSize, Ink.strong, isBold: true)
    guard let axis = panel.axis else {
      canvas.hatch(plot)
      return
    }
    let place = { (value: Double) in plot.x + plot.width * min(max(axis.fraction(value), 0), 1) }
    canvas.stroke(
      axis.ticks.map { [Point(place($0), plot.y), Point(place($0), plot.bottom)] }, Ink.grid, width: 0.7)
    if let reference = panel.reference {
      let x = place(reference)
      canvas.stroke([Point(x, plot.y), Point(x, plot.bottom)], Ink.quiet, width: 0.8, dash: .dotted)
    }
    canvas.stroke([Point(plot.x, plot.bottom), Point(plot.right, plot.bottom)], Ink.axis, width: 0.7)
    drawTicks(of: axis, plot, on: canvas)
    for (index, row) in panel.rows.enumerated() {
      let colour = ColourMap.lineColour(row.colourIndex ?? index)
      let y = self.place(ofRow: index, of: panel, plot)
      if row.extent.isEmpty {
        canvas.text("none", at: Point(plot.x + 4, y), size: 8.5, Ink.quiet, vertical: .middle)
      }
      if row.extent.contains(where: { (axis.lower...axis.upper).contains($0) }) {
        draw(row, colour, at: y, axis, place, on: canvas)
      } else if let value = row.mean ?? row.extent.first {
        drawBeyond(value, axis, colour, at: y, plot, on: canvas)
      }
    }
  }

  /// Says where a row lies that is wholly beyond the axis: an arrow at that end, and the number.
  private func drawBeyond(
    _ value: Double, _ axis: Axis, _ colour: Colour, at y: Double, _ plot: Rect, on canvas: Canvas
  ) {
    let isAbove = value > axis.upper
    let (tip, inwards) = isAbove ? (plot.right, -1.0) : (plot.x, 1.0)
    canvas.fill(
      [[Point(tip, y), Point(tip + inwards * 6, y - 3.5), Point(tip + inwards * 6, y + 3.5)]], colour)
    canvas.text(
      NumberFormat.text(value), at: Point(tip + inwards * 10, y), size: 8.5, Ink.quiet,
      alignment: isAbove ? .trailing : .leading, vertical: .middle)
  }

  private func drawTicks(of axis: Axis, _ plot: Rect, on canvas: Canvas) {
    var lastEnd = -Double.infinity
    for tick in axis.ticks {
      let x = plot.x + plot.width * axis.fraction(tick)
      canvas.stroke([Point(x, plot.bottom), Point(x, plot.bottom + 3)], Ink.axis, width: 0.7)
      let text = axis.label(tick)
      let width = canvas.textWidth(text, size: 8.5)
      guard x - width / 2 > lastEnd + 5 else { continue }
      canvas.text(text, at: Point(x, plot.bottom + 6), size: 8.5, alignment: .centre, vertical: .top)
      lastEnd = x + width / 2
    }
  }

  /// Draws what of a row lies within the axis; a bar that goes on beyond it has no end there.
  private func draw(
    _ row: IntervalRow, _ colour: Colour, at y: Double, _ axis: Axis, _ place: (Double) -> Double, on canvas: Canvas
  ) {
    let range = axis.lower...axis.upper
    if let interval = row.interval, interval.overlaps(range) {
      let bounds = [interval.lowerBound, interval.upperBound]
      let ends = bounds.filter(range.contains).map { [Point(place($0), y - 3), Point(place($0), y + 3)] }
      let bar = [bounds.map { Point(place($0), y) }] + ends
      canvas.stroke(bar, colour.withOpacity(0.5), width: 1.6)
    }
    // The mean below the dots, or it would hide some of them.
    if let mean = row.mean, range.contains(mean) {
      canvas.fillCircle(at: Point(place(mean), y), radius: 4, colour)
      canvas.fillCircle(at: Point(place(mean), y), radius: 2.4, Colour(grey: 1))
    }
    for dot in row.dots where range.contains(dot) {
      canvas.fillCircle(at: Point(place(dot), y), radius: 2.1, colour)
    }
  }
}
