import Foundation

/// The room that a lit surface stands in: its place on the page, its walls and its axes.
struct SurfaceRoom {
  let grid: SurfaceGrid
  let axis: Axis
  let labels: (x: String, y: String, z: String)
  /// Half the extent along x and y, and the height.
  let half: (x: Double, y: Double)
  let height: Double
  /// The height of the floor, below the lowest value where contours need to be seen.
  let floor: Double
  private(set) var projection: Projection

  private static let tickSize = 8.0
  private static let labelSize = 9.0

  /// The width of the widest label of the vertical axis.
  static func tickWidth(of axis: Axis, on canvas: Canvas) -> Double {
    axis.ticks.map { canvas.textWidth(axis.label($0), size: tickSize) }.max() ?? 0
  }

  /// - Parameter tickWidth: The width that the labels of the vertical axis need.
  init(
    grid: SurfaceGrid, axis: Axis, style: LitSurfaceFigure.Style, labels: (String, String, String), rect: Rect,
    tickWidth: Double
  ) {
    self.grid = grid
    self.axis = axis
    self.labels = labels
    height = style.height
    floor = style.hasFloorContours ? -0.32 * style.height : 0
    let (xs, ys) = (grid.xs, grid.ys)
    let aspect = (ys[ys.count - 1] - ys[0]) / (xs[xs.count - 1] - xs[0])
    half = (0.5, 0.5 * min(max(aspect, 0.6), 1.6))
    projection = Projection(
      azimuth: style.azimuth, elevation: style.elevation, distance: style.viewerDistance)
    var corners: [SpacePoint] = []
    for x in [-half.x, half.x] {
      for y in [-half.y, half.y] {
        corners += [SpacePoint(x, y, floor), SpacePoint(x, y, height)]
      }
    }
    // Tick labels and axis titles stand outside the room on three sides.
    let left = max(46, tickWidth + 14 + SurfaceRoom.labelSize)
    projection.fit(
      corners,
      in: Rect(x: rect.x + left, y: rect.y + 6, width: rect.width - left - 34, height: rect.height - 6 - 40))
  }

  /// The room's coordinates of a point in data coordinates at a height given as a part of the vertical axis.
  func point(x: Double, y: Double, fraction: Double) -> SpacePoint {
    let (xs, ys) = (grid.xs, grid.ys)
    return SpacePoint(
      ((x - xs[0]) / (xs[xs.count - 1] - xs[0]) * 2 - 1) * half.x,
      ((y - ys[0]) / (ys[ys.count - 1] - ys[0]) * 2 - 1) * half.y, fraction * height)
  }

  /// The data coordinates below or above a place in the room.
  func data(_ place: SpacePoint) -> Point {
    let (xs, ys) = (grid.xs, grid.ys)
    return Point(
      xs[0] + (place.x / half.x + 1) / 2 * (xs[xs.count - 1] - xs[0]),
      ys[0] + (place.y / half.y + 1) / 2 * (ys[ys.count - 1] - ys[0]))
  }

  /// The place on the page of a point on the floor.
  func placeOnFloor(x: Double, y: Double) -> Point {
    var place = point(x: x, y: y, fraction: 0)
    place.z = floor
    return projection.place(place)
  }

  private var nearX: Double { projection.towardsViewer.x >= 0 ? half.x : -half.x }
  private var nearY: Double { projection.towardsViewer.y >= 0 ? half.y : -half.y }
  private var xTicks: Axis { .exact(lower: grid.xs[0], upper: grid.xs[grid.xs.count - 1]) }
  private var yTicks: Axis { .exact(lower: grid.ys[0], upper: grid.ys[grid.ys.count - 1]) }

  /// Draws what lies behind the surface: floor, two walls and their grid lines.
  func drawWalls(on canvas: Canvas) {
    let (farX, farY) = (-nearX, -nearY)
    let place = { (x: Double, y: Double, z: Double) in projection.place(SpacePoint(x, y, z)) }
    let floorCorners = [(-half.x, -half.y), (half.x, -half.y), (half.x, half.y), (-half.x, half.y)]
    canvas.fill([floorCorners.map { place($0.0, $0.1, floor) }], Colour(grey: 0.975))
    for wall in [[(farX, -half.y), (farX, half.y)], [(-half.x, farY), (half.x, farY)]] {
      let (start, end) = (wall[0], wall[1])
      canvas.fill(
        [
          [
            place(start.0, start.1, floor), place(end.0, end.1, floor), place(end.0, end.1, height),
            place(start.0, start.1, height),
          ]
        ], Colour(grey: 0.955))
    }
    var lines: [[Point]] = []
    for tick in xTicks.ticks {
      let x = (xTicks.fraction(tick) * 2 - 1) * half.x
      lines.append([place(x, nearY, floor), place(x, farY, floor), place(x, farY, height)])
    }
    for tick in yTicks.ticks {
      let y = (yTicks.fraction(tick) * 2 - 1) * half.y
      lines.append([place(nearX, y, floor), place(farX, y, floor), place(farX, y, height)])
    }
    for tick in axis.ticks {
      let z = axis.fraction(tick) * height
      lines.append([place(nearX, farY, z), place(farX, farY, z), place(farX, nearY, z)])
    }
    canvas.stroke(lines, Colour(grey: 0.86), width: 0.6)
    let edges = [
      [place(farX, farY, floor), place(farX, farY, height)],
      [place(nearX, farY, floor), place(farX, farY, floor)],
      [place(farX, farY, floor), place(farX, nearY, floor)],
    ]
    canvas.stroke(edges, Colour(grey: 0.70), width: 0.6)
  }

  /// Draws the three axes with ticks, tick labels and titles.
  func drawAxes(on canvas: Canvas) {
    let (farX, farY) = (-nearX, -nearY)
    let outY = SpacePoint(0, nearY > 0 ? 1 : -1, 0)
    let outX = SpacePoint(nearX > 0 ? 1 : -1, 0, 0)
    drawFloorAxis(xTicks, label: labels.x, outwards: outY, on: canvas) { fraction in
      SpacePoint((fraction * 2 - 1) * half.x, nearY, floor)
    }
    drawFloorAxis(yTicks, label: labels.y, outwards: outX, on: canvas) { fraction in
      SpacePoint(nearX, (fraction * 2 - 1) * half.y, floor)
    }
    // The vertical axis stands at whichever outer edge of the walls is further left on the page.
    let candidates = [(nearX, farY), (farX, nearY)]
    let places = candidates.map { projection.place(SpacePoint($0.0, $0.1, 0)).x }
    let foot = candidates[places[0] < places[1] ? 0 : 1]
    drawVerticalAxis(x: foot.0, y: foot.1, on: canvas)
  }

  private func drawFloorAxis(
    _ ticks: Axis, label: String, outwards: SpacePoint, on canvas: Canvas, _ edge: (Double) -> SpacePoint
  ) {
    canvas.stroke([projection.place(edge(0)), projection.place(edge(1))], Ink.axis, width: 0.8)
    var widest = 0.0
    for tick in ticks.ticks {
      let place = edge(ticks.fraction(tick))
      let start = projection.place(place)
      let direction = unit(from: start, to: projection.place(place + outwards * 0.05))
      canvas.stroke(
        [start, Point(start.x + 3.5 * direction.x, start.y + 3.5 * direction.y)], Ink.axis, width: 0.8)
      let text = ticks.label(tick)
      let width = canvas.textWidth(text, size: SurfaceRoom.tickSize)
      widest = max(widest, width)
      // The text's box touches the tick from outside, whatever the direction.
      let reach = 6 + (abs(direction.x) * width + abs(direction.y) * SurfaceRoom.tickSize) / 2
      canvas.text(
        text, at: Point(start.x + reach * direction.x, start.y + reach * direction.y),
        size: SurfaceRoom.tickSize,
        alignment: .centre, vertical: .middle)
    }
    let (first, last) = (projection.place(edge(0)), projection.place(edge(1)))
    var angle = atan2(last.y - first.y, last.x - first.x) * 180 / .pi
    if angle > 90 { angle -= 180 } else if angle <= -90 { angle += 180 }
    // Across the edge, to the outer side.
    let middle = projection.place(edge(0.5))
    let outer = projection.place(edge(0.5) + outwards * 0.05)
    var normal = Point(-(last.y - first.y), last.x - first.x)
    let size = first.distance(to: last)
    let isOuter = normal.x * (outer.x - middle.x) + normal.y * (outer.y - middle.y) > 0
    normal = Point(normal.x / size * (isOuter ? 1 : -1), normal.y / size * (isOuter ? 1 : -1))
    let away = 11 + abs(normal.x) * widest + abs(normal.y) * SurfaceRoom.tickSize + SurfaceRoom.labelSize / 2
    canvas.text(
      label, at: Point(middle.x + away * normal.x, middle.y + away * normal.y), size: SurfaceRoom.labelSize,
      alignment: .centre, vertical: .middle, angle: angle)
  }

  private func drawVerticalAxis(x: Double, y: Double, on canvas: Canvas) {
    let place = { (fraction: Double) in projection.place(SpacePoint(x, y, fraction * height)) }
    canvas.stroke([projection.place(SpacePoint(x, y, floor)), place(0)], Colour(grey: 0.70), width: 0.6)
    canvas.stroke([place(0), place(1)], Ink.axis, width: 0.8)
    for tick in axis.ticks {
      let start = place(axis.fraction(tick))
      canvas.stroke([start, Point(start.x - 3.5, start.y)], Ink.axis, width: 0.8)
      canvas.text(
        axis.label(tick), at: Point(start.x - 6, start.y), size: SurfaceRoom.tickSize, alignment: .trailing,
        vertical: .middle)
    }
    let middle = place(0.5)
    let widest = SurfaceRoom.tickWidth(of: axis, on: canvas)
    canvas.text(
      labels.z, at: Point(min(place(0).x, place(1).x) - 6 - widest - 8, middle.y),
      size: SurfaceRoom.labelSize,
      alignment: .centre, angle: -90)
  }

  private func unit(from start: Point, to end: Point) -> Point {
    let length = max(start.distance(to: end), 1e-9)
    return Point((end.x - start.x) / length, (end.y - start.y) / length)
  }
}
