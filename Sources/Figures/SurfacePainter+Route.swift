extension SurfacePainter {
  /// Draws the route, the centre and the named places on the surface; what a hill hides is dotted or left out.
  func drawRoute(on canvas: Canvas) {
    let points = panel.path.compactMap(onSurface)
    let isVisible = points.map(isVisible)
    let places = points.map(room.projection.place)
    for index in places.indices.dropFirst() where !(isVisible[index] && isVisible[index - 1]) {
      canvas.stroke([places[index - 1], places[index]], Canvas.routeInk, width: 0.8, dash: .dotted)
    }
    canvas.route(places, isVisible: isVisible)
    if let centre = panel.centre.flatMap(onSurface), self.isVisible(centre) {
      canvas.cross(at: room.projection.place(centre), radius: 4)
    }
    for mark in panel.marks {
      guard let point = onSurface(mark.place), self.isVisible(point) else { continue }
      canvas.mark(mark.name, at: room.projection.place(point))
    }
  }

  /// Draws the measured points through which no surface passes, over plumb lines to the floor; those that a
  /// hill hides or that lie above the cap are left out.
  func drawIsolatedPoints(on canvas: Canvas) {
    for isolated in panel.grid.isolatedPoints {
      let (x, y) = (isolated.place.x, isolated.place.y)
      let point = room.point(x: x, y: y, fraction: max(0, scale.axis.fraction(isolated.value)))
      guard point.z <= room.height, isVisible(point) else { continue }
      let place = room.projection.place(point)
      canvas.stroke([room.placeOnFloor(x: x, y: y), place], Ink.quiet, width: 0.7, dash: .dotted)
      canvas.disc(at: place, radius: 3.5, scale.colour(at: isolated.value))
      if isolated.place == panel.centre { canvas.cross(at: place, radius: 2.2) }
    }
  }

  /// The place in the room of a point in data coordinates, or `nil` outside the surface, in a hole or above
  /// the cap.
  private func onSurface(_ point: Point) -> SpacePoint? {
    guard let height = height(at: point), height <= 1 else { return nil }
    return room.point(x: point.x, y: point.y, fraction: height)
  }

  /// Whether nothing of the surface stands between `point` and the viewer.
  private func isVisible(_ point: SpacePoint) -> Bool {
    let direction = (room.projection.viewer - point).normalised
    let stepLength = 0.004
    for step in 2...500 {
      let place = point + direction * (Double(step) * stepLength)
      guard place.z < room.height, let height = height(at: room.data(place)) else {
        if abs(place.x) > room.half.x || abs(place.y) > room.half.y || place.z >= room.height { return true }
        continue
      }
      if height <= 1, height * room.height > place.z + stepLength / 2 {
        return false
      }
    }
    return true
  }

  /// The surface's height at a point in data coordinates as a part of the axis, interpolated bilinearly.
  private func height(at point: Point) -> Double? {
    guard let column = interval(point.x, in: field.xs), let row = interval(point.y, in: field.ys),
      field.hasCell(column, row)
    else { return nil }
    let u = (point.x - field.xs[column]) / (field.xs[column + 1] - field.xs[column])
    let v = (point.y - field.ys[row]) / (field.ys[row + 1] - field.ys[row])
    let lower = field[column, row] * (1 - u) + field[column + 1, row] * u
    let upper = field[column, row + 1] * (1 - u) + field[column + 1, row + 1] * u
    let (start, end) = (scale.axis.straightened(scale.axis.lower), scale.axis.straightened(scale.axis.upper))
    return max(0, (lower * (1 - v) + upper * v - start) / (end - start))
  }

  private func interval(_ value: Double, in places: [Double]) -> Int? {
    guard value >= places[0], let next = places.firstIndex(where: { $0 >= value }) else { return nil }
    return max(0, next - 1)
  }
}
