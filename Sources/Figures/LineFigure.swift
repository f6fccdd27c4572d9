/// Lines over one variable: a slice through a loss surface, or the course of a training run.
///
/// ```swift
/// let loss = LineSeries(name: "training loss", xs: steps, values: losses, lower: lows, upper: highs)
/// let accuracy = LineSeries(name: "accuracy", xs: steps, values: hits, side: .right)
/// try LineFigure.slice([loss, accuracy]).write(to: "slice.pdf")
/// ```
public struct LineFigure: Figure {
  /// The lines, in the order of the legend.
  public var series: [LineSeries]
  /// The label of the horizontal axis.
  public var xLabel: String
  /// The left axis.
  public var left: ValueAxis
  /// The right axis, used if some line belongs to it.
  public var right: ValueAxis
  /// A place on the horizontal axis marked by a vertical line, usually the trained network at 0.
  public var centre: Double?
  /// A second place that is marked in the same way, for example another network at 1; `nil` for none.
  public var target: Double?
  /// The line above everything, if not empty.
  public var headline: String
  /// The text below everything, broken into lines where needed.
  public var caption: String
  /// The extent of the page.
  public var size: Size

  /// The figure of `series`, at least one.
  public init(
    series: [LineSeries], xLabel: String, left: ValueAxis = ValueAxis(),
    right: ValueAxis = ValueAxis(label: "accuracy", spacing: .linear), centre: Double? = nil,
    headline: String = "",
    caption: String = "", size: Size = Size(width: 480, height: 310)
  ) {
    precondition(!series.isEmpty, "a figure needs at least one line")
    self.series = series
    self.xLabel = xLabel
    self.left = left
    self.right = right
    self.centre = centre
    self.headline = headline
    self.caption = caption
    self.size = size
  }

  /// A slice through a surface along one direction, with the trained network at 0.
  public static func slice(
    _ series: [LineSeries], xLabel: String = "distance along the direction", values: ValueAxis = ValueAxis()
  ) -> LineFigure {
    LineFigure(series: series, xLabel: xLabel, left: values, centre: 0)
  }

  /// The course of one or several training runs.
  public static func trainingCurves(
    _ series: [LineSeries], xLabel: String = "epoch", values: ValueAxis = ValueAxis()
  ) -> LineFigure {
    LineFigure(series: series, xLabel: xLabel, left: values)
  }

  /// Draws the figure.
  public func draw(on canvas: Canvas) throws(FigureError) {
    let places = series.flatMap(\.xs)
    guard let first = places.min(), let last = places.max() else { throw FigureError.noFiniteValue }
    let page = PageLayout(headline: headline, caption: caption, size: size, canvas: canvas)
    let isCounted = places.allSatisfy { $0 == $0.rounded() } && last - first > 1
    // A single place still needs an axis with some extent.
    let room = last > first ? 0 : max(abs(first) * 0.1, 1)
    var frame = PlotFrame(
      x: .exact(lower: first - room, upper: last + room, tickCount: 7, hasWholeTicks: isCounted),
      y: try axis(of: .left, left),
      xLabel: xLabel,
      yLabel: left.label, title: "")
    if series.contains(where: { $0.side == .right && !$0.extent.isEmpty }) {
      frame.right = try axis(of: .right, right)
      frame.rightLabel = right.label
    }
    var area = page.content
    let legend = Legend(
      series.enumerated().map { index, line in
        Legend.Entry(name: line.name, colour: ColourMap.lineColour(index), dash: dash(of: line, index))
      }, in: area, on: canvas)
    legend.draw(on: canvas)
    area.removeTop(legend.height)
    frame.place(in: area, on: canvas)
    frame.drawGrid(on: canvas)
    for mark in [centre, target].compactMap({ $0 }) where mark >= frame.x.lower && mark <= frame.x.upper {
      let x = frame.place(Point(mark, frame.y.lower)).x
      canvas.stroke(
        [Point(x, frame.plot.y), Point(x, frame.plot.bottom)], Ink.quiet, width: 0.8, dash: .dotted)
    }
    canvas.clipped(to: frame.plot.inset(by: -2.5)) {
      for (index, line) in series.enumerated() { drawBand(line, index, frame, on: canvas) }
      for (index, line) in series.enumerated() { drawLine(line, index, frame, on: canvas) }
    }
    frame.drawAxes(on: canvas, isBoxed: false)
  }

  private func axis(of side: LineSeries.Side, _ request: ValueAxis) throws(FigureError) -> Axis {
    let lines = series.filter { $0.side == side }
    // With every line on the other axis this one stays empty rather than failing.
    if lines.isEmpty { return try Axis.covering([0, 1], request: ValueAxis(spacing: .linear), tickCount: 5) }
    return try Axis.covering(lines.flatMap(\.extent), request: request, tickCount: 6)
  }

  private func place(_ point: Point, _ line: LineSeries, _ frame: PlotFrame) -> Point {
    let axis = line.side == .left ? frame.y : frame.right ?? frame.y
    // What a logarithm cannot show, and what lies beyond the ends, is drawn at the axis' end.
    let limited = Point(point.x, min(max(point.y, axis.lower), axis.upper))
    return line.side == .left ? frame.place(limited) : frame.placeRight(limited)
  }

  private func drawBand(_ line: LineSeries, _ index: Int, _ frame: PlotFrame, on canvas: Canvas) {
    for run in line.bandRuns {
      let outline = (run.lower + run.upper.reversed()).map { place($0, line, frame) }
      canvas.fill([outline], ColourMap.lineColour(index).withOpacity(0.18))
    }
  }

  private func drawLine(_ line: LineSeries, _ index: Int, _ frame: PlotFrame, on canvas: Canvas) {
    let colour = ColourMap.lineColour(index)
    // A line that others cover shows as their rim.
    let covers = series.dropFirst(index + 1).count { $0.runs == line.runs && $0.side == line.side }
    for run in line.runs {
      let points = run.map { place($0, line, frame) }
      canvas.stroke(points, colour, width: 1.6 + 2.4 * Double(covers), dash: dash(of: line, index))
      // A point between two holes has no line to show it.
      if points.count == 1 { canvas.fillCircle(at: points[0], radius: 1.8, colour) }
    }
  }

  /// Lines of the right axis are dashed; so are those whose colour another has already.
  private func dash(of line: LineSeries, _ index: Int) -> Canvas.Dash {
    guard line.side == .left else { return .dashed }
    let patterns: [Canvas.Dash] = [.solid, .dotted, .dashed]
    return patterns[index / ColourMap.lineColourCount % patterns.count]
  }
}
