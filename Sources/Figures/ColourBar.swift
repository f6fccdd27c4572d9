/// The legend of a colour scale: a vertical bar with ticks, and tips where values go beyond its ends.
struct ColourBar {
  var scale: ColourScale
  var label: String
  /// Whether the colours run on smoothly instead of in bands.
  var isContinuous = false

  private let barWidth = 12.0
  private let fontSize = 8.5

  /// The width of bar, tick labels and title in points.
  func width(on canvas: Canvas) -> Double {
    let labels = scale.axis.ticks.map { canvas.textWidth(scale.axis.label($0), size: fontSize) }
    return barWidth + 7 + (labels.max() ?? 0) + (label.isEmpty ? 0 : 17)
  }

  /// Draws the bar at the left of `rect`.
  func draw(on canvas: Canvas, in rect: Rect) {
    let bar = Rect(x: rect.x, y: rect.y, width: barWidth, height: rect.height)
    let place = { (fraction: Double) in bar.bottom - bar.height * fraction }
    for (start, colour) in strips {
      // Each strip reaches to the top and is covered by the next, so that no seam shows.
      canvas.fill(Rect(x: bar.x, y: bar.y, width: barWidth, height: place(start) - bar.y), colour)
    }
    var outline = bar.corners
    let (left, middle, right) = (bar.x, bar.centre.x, bar.right)
    if scale.axis.isClippedAbove, let colour = strips.last?.colour {
      let tip = [Point(left, bar.y), Point(middle, bar.y - 9), Point(right, bar.y)]
      canvas.fill([tip + [Point(right, bar.y + 0.5), Point(left, bar.y + 0.5)]], colour)
      outline.insert(tip[1], at: 1)
    }
    if scale.axis.isClippedBelow, let colour = strips.first?.colour {
      let tip = Point(middle, bar.bottom + 9)
      canvas.fill(
        [
          [
            Point(left, bar.bottom - 0.5), Point(right, bar.bottom - 0.5), Point(right, bar.bottom), tip,
            Point(left, bar.bottom),
          ]
        ], colour)
      outline.insert(tip, at: outline.count - 1)
    }
    canvas.stroke(outline, Ink.axis, width: 0.6, isClosed: true)
    drawTicks(on: canvas, bar: bar, place: place)
    canvas.text(
      label, at: Point(rect.right - 2, bar.centre.y), size: 9.5, alignment: .centre, vertical: .baseline,
      angle: -90)
  }

  private var strips: [(start: Double, colour: Colour)] {
    if isContinuous {
      let count = 160
      return (0..<count).map { index in
        (Double(index) / Double(count), scale.map.colour(at: Double(index) / Double(count - 1)))
      }
    }
    return scale.bands.map { ($0.lower.map(scale.axis.fraction) ?? 0, $0.colour) }
  }

  private func drawTicks(on canvas: Canvas, bar: Rect, place: (Double) -> Double) {
    for tick in scale.axis.minorTicks {
      let y = place(scale.axis.fraction(tick))
      canvas.stroke([Point(bar.right, y), Point(bar.right + 1.8, y)], Ink.axis, width: 0.5)
    }
    var lastLabel = Double.infinity
    for tick in scale.axis.ticks {
      let y = place(scale.axis.fraction(tick))
      canvas.stroke([Point(bar.right, y), Point(bar.right + 3, y)], Ink.axis, width: 0.6)
      guard lastLabel - y > fontSize * 1.15 else { continue }
      canvas.text(scale.axis.label(tick), at: Point(bar.right + 6, y), size: fontSize, vertical: .middle)
      lastLabel = y
    }
  }
}
