/// Filled contours of one or several surfaces on a common colour scale.
///
/// Colour bands are the areas between lines of constant value, laid over one another from the lowest up, so
/// that no seam shows between them. The lines at the round values carry their labels. Holes are hatched, what was not measured is grey, and
/// measured points among them, which no area shows, are discs.
///
/// ```swift
/// let figure = ContourFigure(
///   panels: [
///     SurfacePanel(title: "without shortcuts", grid: plain, centre: Point(0, 0)),
///     SurfacePanel(title: "with shortcuts", grid: residual, centre: Point(0, 0)),
///   ],
///   headline: "Shortcuts smooth the loss surface")
/// try figure.write(to: "shortcuts.svg")
/// ```
public struct ContourFigure: Figure {
  /// How the contours look.
  public struct Style: Equatable, Sendable {
    /// The colours, lowest value first.
    public var colourMap: ColourMap
    /// The surface between the measured points.
    public var interpolation: SurfaceInterpolation
    /// The number of contour lines aimed at.
    public var levelCount: Int
    /// The number of colour bands between two lines, at least 1.
    public var bandsPerLevel: Int
    /// Whether lines are drawn at the levels.
    public var hasLines: Bool
    /// Whether the lines carry their values.
    public var hasLabels: Bool

    /// The style with these settings.
    public init(
      colourMap: ColourMap = .valley, interpolation: SurfaceInterpolation = .smooth, levelCount: Int = 12,
      bandsPerLevel: Int = 3, hasLines: Bool = true, hasLabels: Bool = true
    ) {
      precondition(levelCount > 0, "\(levelCount) levels divide nothing")
      precondition(bandsPerLevel > 0, "\(bandsPerLevel) bands between two lines show nothing")
      self.colourMap = colourMap
      self.interpolation = interpolation
      self.levelCount = levelCount
      self.bandsPerLevel = bandsPerLevel
      self.hasLines = hasLines
      self.hasLabels = hasLabels
    }
  }

  /// The surfaces, side by side.
  public var panels: [SurfacePanel]
  /// The label of the horizontal axes.
  public var xLabel: String
  /// The label of the vertical axes.
  public var yLabel: String
  /// The common scale of all panels.
  public var values: ValueAxis
  /// The line above everything, if not empty.
  public var headline: String
  /// The text below everything, broken into lines where needed.
  public var caption: String
  /// How the contours look.
  public var style: Style
  /// The extent of the page.
  public var size: Size

  /// The figure of `panels`, at least one.
  ///
  /// `size` defaults to one that gives every panel about 4 inches, and less height to planes that are wide.
  public init(
    panels: [SurfacePanel], xLabel: String = "first direction", yLabel: String = "second direction",
    values: ValueAxis = ValueAxis(), headline: String = "", caption: String = "", style: Style = Style(),
    size: Size? = nil
  ) {
    precondition(!panels.isEmpty, "a figure needs at least one panel")
    self.panels = panels
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.values = values
    self.headline = headline
    self.caption = caption
    self.style = style
    let shape = panels.map(\.grid.shape).max() ?? 1
    var usual = PageLayout.defaultSize(
      panelCount: panels.count, hasHeadline: !headline.isEmpty, aspect: min(max(shape, 0.5), 1))
    usual.height += 100 * (1 - min(max(shape, 0.5), 1))  // The caption and the labels stay as they are.
    self.size = size ?? usual
  }

  /// The figure of one surface.
  public init(
    grid: SurfaceGrid, title: String = "", path: [Point] = [], centre: Point? = nil,
    values: ValueAxis = ValueAxis()
  ) {
    self.init(panels: [SurfacePanel(title: title, grid: grid, path: path, centre: centre)], values: values)
  }

  /// Draws the figure.
  public func draw(on canvas: Canvas) throws(FigureError) {
    for panel in panels { try panel.grid.validate() }
    let axis = try Axis.covering(
      panels.lazy.flatMap(\.grid.values).compactMap { $0 }, request: values, tickCount: style.levelCount)
    let scale = ColourScale(axis: axis, map: style.colourMap, bandsPerLevel: style.bandsPerLevel)
    let page = PageLayout(headline: headline, caption: caption, size: size, canvas: canvas)
    let bar = ColourBar(scale: scale, label: values.label)
    let barWidth = bar.width(on: canvas)
    var area = page.content
    area.width -= barWidth + 14
    var top = area.bottom
    var bottom = area.y
    for (panel, cell) in zip(panels, PageLayout.cells(count: panels.count, in: area)) {
      let plot = draw(panel, in: cell, scale: scale, on: canvas)
      top = min(top, plot.y)
      bottom = max(bottom, plot.bottom)
    }
    let height = min(bottom - top, 420)
    bar.draw(
      on: canvas,
      in: Rect(x: area.right + 14, y: (top + bottom - height) / 2, width: barWidth, height: height))
  }

  /// Hatches the cells around holes, where other values are missing because nobody looked.
  private func hatchHoles(_ panel: SurfacePanel, _ frame: PlotFrame, on canvas: Canvas) {
    /// Halfway to the neighbours on either side.
    func cell(_ place: Double, _ coordinates: [Double]) -> (Double, Double) {
      guard let i = coordinates.firstIndex(of: place) else { return (place, place) }
      return (
        i > 0 ? (coordinates[i - 1] + place) / 2 : place,
        i + 1 < coordinates.count ? (coordinates[i + 1] + place) / 2 : place
      )
    }
    let grid = panel.grid
    for (index, value) in grid.values.enumerated() where value == nil {
      let point = Point(grid.xs[index % grid.xs.count], grid.ys[index / grid.xs.count])
      guard !panel.unmeasured.contains(point) else { continue }
      let ((left, right), (low, high)) = (cell(point.x, grid.xs), cell(point.y, grid.ys))
      let (corner, other) = (frame.place(Point(left, high)), frame.place(Point(right, low)))
      canvas.hatch(Rect(x: corner.x, y: corner.y, width: other.x - corner.x, height: other.y - corner.y))
    }
  }

  private func draw(_ panel: SurfacePanel, in cell: Rect, scale: ColourScale, on canvas: Canvas) -> Rect {
    let grid = panel.grid
    let (xs, ys) = (grid.xs, grid.ys)
    var frame = PlotFrame(
      x: .exact(lower: xs[0], upper: xs[xs.count - 1]), y: .exact(lower: ys[0], upper: ys[ys.count - 1]),
      xLabel: xLabel, yLabel: yLabel, title: panel.title)
    frame.hasTitleSpace = panels.contains { !$0.title.isEmpty }
    frame.place(in: cell, aspect: (ys[ys.count - 1] - ys[0]) / (xs[xs.count - 1] - xs[0]), on: canvas)
    let measured = ScalarField(grid, straightenedBy: scale.axis)
    if measured.hasHoles {
      if panel.unmeasured.isEmpty {
        canvas.hatch(frame.plot)
      } else {
        canvas.fill(frame.plot, Colour(grey: 0.86))
        canvas.clipped(to: frame.plot) { hatchHoles(panel, frame, on: canvas) }
      }
    }
    let painter = ContourPainter(
      field: style.interpolation == .linear
        ? measured : measured.refined(toAbout: 160, interpolation: .smooth),
      scale: scale, style: style, frame: frame)
    canvas.clipped(to: frame.plot) {
      painter.fillBands(on: canvas)
      if style.hasLines {
        painter.drawLines(
          on: canvas, avoiding: panel.path + [panel.centre].compactMap { $0 } + panel.marks.map(\.place))
      }
      canvas.route(panel.path.map(frame.place))
    }
    for dot in panel.dots { canvas.dot(at: frame.place(dot)) }
    for point in grid.isolatedPoints {
      canvas.disc(at: frame.place(point.place), radius: 4, scale.colour(at: point.value))
    }
    if let centre = panel.centre, frame.plot.contains(frame.place(centre)) {
      canvas.cross(at: frame.place(centre), radius: 5)
    }
    for mark in panel.marks where frame.plot.contains(frame.place(mark.place)) {
      canvas.mark(mark.name, at: frame.place(mark.place))
    }
    frame.drawAxes(on: canvas, isBoxed: true)
    return frame.plot
  }
}
