/// Draws one lit surface: cells from the farthest to the nearest, so that what is near covers what is behind
/// it.
///
/// Cells of a height field are separated by vertical planes, so the order by distance of their column and row
/// from the viewer's own is right for every view from outside the room.
struct SurfacePainter {
  let panel: SurfacePanel
  let scale: ColourScale
  let style: LitSurfaceFigure.Style
  let room: SurfaceRoom
  let field: ScalarField

  /// Grid lines nearer to each other than this many parts of the room's width only darken the surface.
  private static let mostGridLines = 26

  /// - Parameter cellCount: The number of cells aimed at along each axis.
  init(
    panel: SurfacePanel, scale: ColourScale, style: LitSurfaceFigure.Style, room: SurfaceRoom, cellCount: Int
  ) {
    self.panel = panel
    self.scale = scale
    self.style = style
    self.room = room
    field = ScalarField(panel.grid, straightenedBy: scale.axis)
      .refined(toAbout: cellCount, interpolation: style.interpolation)
  }

  /// Draws the contours of the surface on the floor.
  func drawFloorContours(on canvas: Canvas) {
    let tracer = ContourTracer(field)
    let onFloor = { (points: [Point]) in points.map { room.placeOnFloor(x: $0.x, y: $0.y) } }
    for level in scale.axis.ticks where (1e-9...1 + 1e-9).contains(scale.axis.fraction(level)) {
      for line in tracer.lines(at: scale.axis.straightened(level)) {
        canvas.stroke(
          onFloor(line.points), scale.colour(at: level).lit(by: 0.8), width: 0.9, isClosed: line.isClosed)
      }
    }
  }

  /// Draws the surface itself.
  func drawSurface(on canvas: Canvas) {
    let columnCount = field.xs.count
    var corners: [SpacePoint] = []
    corners.reserveCapacity(field.values.count)
    let (start, end) = (scale.axis.straightened(scale.axis.lower), scale.axis.straightened(scale.axis.upper))
    for row in field.ys.indices {
      for column in field.xs.indices {
        let fraction = (field[column, row] - start) / (end - start)
        corners.append(room.point(x: field.xs[column], y: field.ys[row], fraction: max(fraction, 0)))
      }
    }
    let viewer = room.projection.viewer
    let columns = order(corners[0..<columnCount].map(\.x), from: viewer.x)
    let rows = order(field.ys.indices.map { corners[$0 * columnCount].y }, from: viewer.y)
    let lines = GridLines(field: field, most: SurfacePainter.mostGridLines)
    for row in rows {
      for column in columns where field.hasCell(column, row) {
        let index = row * columnCount + column
        let cell = [
          corners[index], corners[index + 1], corners[index + columnCount + 1], corners[index + columnCount],
        ]
        drawCell(cell, on: canvas)
        guard style.hasGridLines else { continue }
        // An edge between two cells is drawn by the nearer one, or it would be half covered.
        let isViewerRight = viewer.x > (cell[0].x + cell[1].x) / 2
        let isViewerAbove = viewer.y > (cell[0].y + cell[3].y) / 2
        var edges: [[SpacePoint]] = []
        if lines.isColumn[column], isViewerRight || !field.hasCell(column - 1, row) {
          edges.append([cell[3], cell[0]])
        }
        if lines.isColumn[column + 1], !isViewerRight || !field.hasCell(column + 1, row) {
          edges.append([cell[1], cell[2]])
        }
        if lines.isRow[row], isViewerAbove || !field.hasCell(column, row - 1) {
          edges.append([cell[0], cell[1]])
        }
        if lines.isRow[row + 1], !isViewerAbove || !field.hasCell(column, row + 1) {
          edges.append([cell[2], cell[3]])
        }
        let visible = edges.map { cut($0, isClosed: false).map(room.projection.place) }
        canvas.stroke(visible, Colour(grey: 0, opacity: 0.30), width: 0.35)
      }
    }
  }

  /// The indices of the intervals between `places`, the farthest from `viewer` first.
  private func order(_ places: [Double], from viewer: Double) -> [Int] {
    (0..<(places.count - 1)).sorted { first, second in
      abs((places[first] + places[first + 1]) / 2 - viewer)
        > abs((places[second] + places[second + 1]) / 2 - viewer)
    }
  }

  private func drawCell(_ cell: [SpacePoint], on canvas: Canvas) {
    let visible = cut(cell, isClosed: true)
    guard visible.count > 2 else { return }
    let centre = visible.reduce(SpacePoint(0, 0, 0), +) * (1 / Double(visible.count))
    var normal = (cell[2] - cell[0]).cross(cell[3] - cell[1]).normalised
    let toViewer = (room.projection.viewer - centre).normalised
    let isSeenFromBelow = normal.dot(toViewer) < 0
    if isSeenFromBelow { normal = normal * -1 }
    let lamp =
      (room.projection.towardsViewer * 0.45 + room.projection.up * 0.75 - room.projection.right * 0.55)
      .normalised
    // Ambient light and Lambert's term; a flat floor keeps about the colour of the map.
    let light = 0.42 + 0.72 * max(0, normal.dot(lamp))
    let colour = scale.map.colour(at: centre.z / room.height).lit(by: isSeenFromBelow ? light * 0.72 : light)
    canvas.fill(visible.map(room.projection.place), colour, overlap: 0.5)
  }

  /// The part of a polygon or line below the ceiling.
  private func cut(_ points: [SpacePoint], isClosed: Bool) -> [SpacePoint] {
    let ceiling = room.height
    guard points.contains(where: { $0.z > ceiling }) else { return points }
    var result: [SpacePoint] = []
    for (index, point) in points.enumerated() {
      if index > 0 || isClosed {
        let before = points[(index + points.count - 1) % points.count]
        if (before.z > ceiling) != (point.z > ceiling) {
          result.append(before + (point - before) * ((ceiling - before.z) / (point.z - before.z)))
        }
      }
      if point.z <= ceiling { result.append(point) }
    }
    return result
  }
}

/// Which columns and rows of a refined field carry a line: measured ones, thinned where they are many.
private struct GridLines {
  var isColumn: [Bool]
  var isRow: [Bool]

  init(field: ScalarField, most: Int) {
    isColumn = GridLines.marks(field.measuredColumns, count: field.xs.count, most: most)
    isRow = GridLines.marks(field.measuredRows, count: field.ys.count, most: most)
  }

  private static func marks(_ measured: [Int], count: Int, most: Int) -> [Bool] {
    var marks = [Bool](repeating: false, count: count)
    let stride = (measured.count + most - 1) / most
    // Whole steps from the middle keep the picture symmetric.
    let phase = (measured.count / 2) % stride
    for (index, place) in measured.enumerated() where index % stride == phase { marks[place] = true }
    marks[0] = true
    marks[count - 1] = true
    return marks
  }
}
