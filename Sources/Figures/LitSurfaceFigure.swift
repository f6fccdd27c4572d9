/// One or several surfaces as lit landscapes on a common vertical scale.
///
/// The surface is coloured by height and shaded by Lambert's law with one lamp over the viewer's left
/// shoulder. Holes stay open, and where a cap was set the surface is cut open at it and a note says so.
/// Measured points among holes, through which no surface passes, are discs over a plumb line. Contours lie on
/// the floor.
public struct LitSurfaceFigure: Figure {
  /// How the landscapes look.
  public struct Style: Equatable, Sendable {
    /// The colours, lowest value first.
    public var colourMap: ColourMap
    /// The surface between the measured points.
    public var interpolation: SurfaceInterpolation
    /// The direction of the viewer: degrees from the horizontal axis towards the other one.
    public var azimuth: Double
    /// The height of the viewer: degrees above the floor, in 5...85.
    public var elevation: Double
    /// The viewer's distance over the width of the room, above 2; `nil` keeps parallel lines parallel.
    public var viewerDistance: Double?
    /// The height of the room over its width.
    public var height: Double
    /// Whether contours are drawn on the floor.
    public var hasFloorContours: Bool
    /// Whether lines on the surface show the grid.
    public var hasGridLines: Bool

    /// The style with these settings.
    public init(
      colourMap: ColourMap = .valley, interpolation: SurfaceInterpolation = .smooth, azimuth: Double = -58,
      elevation: Double = 30, viewerDistance: Double? = 4.2, height: Double = 0.62,
      hasFloorContours: Bool = true,
      hasGridLines: Bool = true
    ) {
      precondition((5...85).contains(elevation), "the viewer's elevation \(elevation)° is outside 5...85")
      precondition(
        viewerDistance ?? 3 > 2, "the viewer at distance \(viewerDistance ?? 3) stands in the room")
      precondition(height > 0, "a room of height \(height) shows nothing")
      self.colourMap = colourMap
      self.interpolation = interpolation
      self.azimuth = azimuth
      self.elevation = elevation
      self.viewerDistance = viewerDistance
      self.height = height
      self.hasFloorContours = hasFloorContours
      self.hasGridLines = hasGridLines
    }
  }

  /// The surfaces, side by side.
  public var panels: [SurfacePanel]
  /// The label of the horizontal axes.
  public var xLabel: String
  /// The label of the axes into the page.
  public var yLabel: String
  /// The common vertical scale of all panels.
  public var values: ValueAxis
  /// The line above everything, if not empty.
  public var headline: String
  /// The text below everything, broken into lines where needed.
  public var caption: String
  /// How the landscapes look.
  public var style: Style
  /// The extent of the page.
  public var size: Size

  /// The figure of `panels`, at least one.
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
    self.size =
      size ?? PageLayout.defaultSize(panelCount: panels.count, hasHeadline: !headline.isEmpty, aspect: 0.9)
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
      panels.lazy.flatMap(\.grid.values).compactMap { $0 }, request: values, tickCount: 6)
    let scale = ColourScale(axis: axis, map: style.colourMap, bandsPerLevel: 1)
    let page = PageLayout(headline: headline, caption: caption, size: size, canvas: canvas)
    let bar = ColourBar(scale: scale, label: values.label, isContinuous: true)
    let barWidth = bar.width(on: canvas)
    var area = page.content
    area.width -= barWidth + 10
    // A vector page describes every cell; finer than this it grows without looking better.
    let cellCount = canvas.format == .png ? 100 : 75
    let tickWidth = SurfaceRoom.tickWidth(of: axis, on: canvas)
    let hasTitles = panels.contains { !$0.title.isEmpty }
    for (panel, cell) in zip(panels, PageLayout.cells(count: panels.count, in: area)) {
      var rect = cell
      if hasTitles {
        canvas.text(
          panel.title, at: Point(cell.centre.x, cell.y + 4), size: 10.5, Ink.strong, isBold: true,
          alignment: .centre, vertical: .top)
        rect.y += 18
        rect.height -= 18
      }
      let room = SurfaceRoom(
        grid: panel.grid, axis: axis, style: style, labels: (xLabel, yLabel, values.label), rect: rect,
        tickWidth: tickWidth)
      let painter = SurfacePainter(panel: panel, scale: scale, style: style, room: room, cellCount: cellCount)
      room.drawWalls(on: canvas)
      if style.hasFloorContours { painter.drawFloorContours(on: canvas) }
      painter.drawSurface(on: canvas)
      painter.drawIsolatedPoints(on: canvas)
      painter.drawRoute(on: canvas)
      room.drawAxes(on: canvas)
      drawNote(axis, in: cell, on: canvas)
    }
    let height = min(area.height * 0.62, 300)
    bar.draw(
      on: canvas,
      in: Rect(x: area.right + 10, y: area.centre.y - height / 2, width: barWidth, height: height))
  }

  private func drawNote(_ axis: Axis, in cell: Rect, on canvas: Canvas) {
    guard axis.isClippedAbove else { return }
    canvas.text(
      "cut open above \(NumberFormat.text(axis.upper))", at: Point(cell.right, cell.bottom - 1), size: 8,
      Ink.quiet, alignment: .trailing)
  }
}
