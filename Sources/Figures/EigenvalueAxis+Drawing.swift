import Foundation

extension EigenvalueAxis {
  /// The size of tick labels.
  static let tickSize = 8.5

  /// Draws light lines through the ticks, the line at zero, and the gap.
  func drawGrid(in plot: Rect, on canvas: Canvas) {
    let lines = ticks.map { upright(at: $0.fraction, in: plot) }
    canvas.stroke(lines, Ink.grid, width: 0.7)
    if let gap {
      let left = plot.x + plot.width * gap.lowerBound
      canvas.fill(
        Rect(
          x: left, y: plot.y, width: plot.width * (gap.upperBound - gap.lowerBound), height: plot.height),
        Colour(grey: 0.965))
    }
    if let zeroFraction {
      canvas.stroke(upright(at: zeroFraction, in: plot), Ink.quiet, width: 0.8, dash: .dotted)
    }
  }

  /// Draws ticks and their labels below `plot`, leaving out labels without room, and opens the frame's line
  /// at the gap.
  func drawTicks(below plot: Rect, on canvas: Canvas) {
    var taken: [ClosedRange<Double>] = []
    for tick in ticks {
      let place = plot.x + plot.width * tick.fraction
      canvas.stroke([Point(place, plot.bottom), Point(place, plot.bottom + 3)], Ink.axis, width: 0.7)
      let reach = canvas.textWidth(tick.label, size: EigenvalueAxis.tickSize) / 2 + 2.5
      guard !taken.contains(where: { $0.overlaps((place - reach)...(place + reach)) }) else { continue }
      canvas.text(
        tick.label, at: Point(place, plot.bottom + 6), size: EigenvalueAxis.tickSize, alignment: .centre,
        vertical: .top)
      taken.append((place - reach)...(place + reach))
    }
    for end in gap.map({ [$0.lowerBound, $0.upperBound] }) ?? [] {
      let place = plot.x + plot.width * end
      let slash = [Point(place - 2, plot.bottom + 3.5), Point(place + 2, plot.bottom - 3.5)]
      canvas.stroke(slash, Colour(grey: 1), width: 2.6)
      canvas.stroke(slash, Ink.axis, width: 0.8)
    }
  }

  private func upright(at fraction: Double, in plot: Rect) -> [Point] {
    let place = plot.x + plot.width * fraction
    return [Point(place, plot.y), Point(place, plot.bottom)]
  }
}
