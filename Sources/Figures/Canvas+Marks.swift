extension Canvas {
  /// The colour of routes.
  static let routeInk = Colour(lightness: 0.50, chroma: 0.19, hue: 22)

  /// Draws a route over a surface: a line with a light rim, a ring at its beginning and a disc at its end.
  ///
  /// - Parameters:
  ///   - points: The places on the page in the order of travel.
  ///   - isVisible: Per point whether it is in view; a segment is drawn if both its ends are. Empty means
  ///     all.
  func route(_ points: [Point], isVisible: [Bool] = []) {
    guard let first = points.first, let last = points.last else { return }
    let isShown = isVisible.isEmpty ? points.map { _ in true } : isVisible
    var runs: [[Point]] = [[]]
    for (point, isPointShown) in zip(points, isShown) {
      if isPointShown { runs[runs.count - 1].append(point) } else { runs.append([]) }
    }
    let light = Colour(grey: 1, opacity: 0.85)
    let ink = Canvas.routeInk
    stroke(runs, light, width: 3.2)
    stroke(runs, ink, width: 1.5)
    if points.count <= 60 {
      for point in runs.joined() { fillCircle(at: point, radius: 1.5, ink) }
    }
    if isShown.first == true {
      fillCircle(at: first, radius: 4, ink)
      fillCircle(at: first, radius: 2.4, Colour(grey: 1))
    }
    if isShown.last == true {
      fillCircle(at: last, radius: 4.4, light)
      fillCircle(at: last, radius: 3.4, ink)
    }
  }

  /// Draws a cross with a light rim, readable on any ground.
  func cross(at centre: Point, radius: Double) {
    let arms = [
      [Point(centre.x - radius, centre.y), Point(centre.x + radius, centre.y)],
      [Point(centre.x, centre.y - radius), Point(centre.x, centre.y + radius)],
    ]
    let rim = [
      [Point(centre.x - radius - 0.9, centre.y), Point(centre.x + radius + 0.9, centre.y)],
      [Point(centre.x, centre.y - radius - 0.9), Point(centre.x, centre.y + radius + 0.9)],
    ]
    stroke(rim, Colour(grey: 1, opacity: 0.9), width: 3.4)
    stroke(arms, Ink.strong, width: 1.6)
  }

  /// Draws a disc with a dark rim, readable on any ground.
  func disc(at centre: Point, radius: Double, _ colour: Colour) {
    fillCircle(at: centre, radius: radius + 0.8, Ink.strong)
    fillCircle(at: centre, radius: radius, colour)
  }

  /// Draws a dot that shows on every colour.
  func dot(at centre: Point) {
    fillCircle(at: centre, radius: 1.5, Colour(grey: 1))
    fillCircle(at: centre, radius: 1, Ink.strong)
  }

  /// Draws a white disc with a name inside.
  func mark(_ name: String, at centre: Point) {
    let radius = max(6.5, textWidth(name, size: 8.5) / 2 + 3)
    fillCircle(at: centre, radius: radius + 0.9, Ink.strong)
    fillCircle(at: centre, radius: radius, Colour(grey: 1))
    text(name, at: centre, size: 8.5, Ink.strong, isBold: true, alignment: .centre, vertical: .middle)
  }

  /// Fills a rectangle with grey hatching, the sign for “not known”.
  func hatch(_ rect: Rect) {
    clipped(to: rect) {
      fill(rect, Colour(grey: 0.93))
      let distance = 5.0
      let lines = stride(from: rect.x - rect.height, to: rect.right, by: distance).map { x in
        [Point(x, rect.bottom), Point(x + rect.height, rect.y)]
      }
      stroke(lines, Colour(grey: 0.70), width: 0.7)
    }
  }
}
