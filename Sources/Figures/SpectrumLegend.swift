/// The names of spectra in rows above a plot, where they can cover no data.
struct SpectrumLegend {
  private let entries: [(index: Int, text: String, place: Point)]
  /// The height of all rows; 0 if no series has a name.
  let height: Double

  private static let textSize = 9.0
  private static let sample = 20.0

  init(series: [SpectrumSeries], in area: Rect, on canvas: Canvas) {
    let texts = series.map { $0.label + ($0.line.runs.isEmpty ? " (no values)" : "") }
    guard series.count > 1 || !series[0].label.isEmpty else {
      entries = []
      height = 0
      return
    }
    let (gap, rowHeight) = (16.0, 15.0)
    var (x, row) = (area.x, 0.0)
    var entries: [(index: Int, text: String, place: Point)] = []
    for (index, text) in texts.enumerated() {
      let width = SpectrumLegend.sample + 5 + canvas.textWidth(text, size: SpectrumLegend.textSize)
      if x > area.x, x + width > area.right {
        x = area.x
        row += 1
      }
      entries.append((index, text, Point(x, area.y + row * rowHeight + rowHeight / 2 - 2)))
      x += width + gap
    }
    self.entries = entries
    height = (row + 1) * rowHeight + 2
  }

  func draw(on canvas: Canvas) {
    for (index, text, place) in entries {
      let end = Point(place.x + SpectrumLegend.sample, place.y)
      canvas.stroke(
        [place, end], ColourMap.lineColour(index), width: 1.8, dash: SpectrumLegend.dash(index))
      canvas.text(text, at: Point(end.x + 5, place.y), size: SpectrumLegend.textSize, vertical: .middle)
    }
  }

  /// The pattern of the line with this index: it changes where the colours begin anew.
  static func dash(_ index: Int) -> Canvas.Dash {
    let patterns: [Canvas.Dash] = [.solid, .dashed, .dotted]
    return patterns[index / 6 % patterns.count]
  }
}
