/// The names of lines in rows above a plot, where they can cover no data.
struct Legend {
  /// The name of a line and how the line looks.
  struct Entry {
    let name: String
    let colour: Colour
    let dash: Canvas.Dash
  }

  private let entries: [Entry]
  /// Where the sample of each line begins.
  private let places: [Point]
  /// The height of all rows; 0 where no line has a name.
  let height: Double

  private static let textSize = 9.0
  private static let sample = 20.0
  private static let space = 5.0
  private static let gap = 16.0
  private static let rowHeight = 15.0

  /// The legend at the top of `area`.
  init(_ entries: [Entry], in area: Rect, on canvas: Canvas) {
    guard entries.contains(where: { !$0.name.isEmpty }) else {
      (self.entries, places, height) = ([], [], 0)
      return
    }
    let entries = entries.map { entry in
      Entry(
        name: Self.shortened(entry.name, to: area.width - Self.sample - Self.space, on: canvas), colour: entry.colour,
        dash: entry.dash)
    }
    var (x, row) = (area.x, 0.0)
    var places: [Point] = []
    for entry in entries {
      let width = Self.sample + Self.space + canvas.textWidth(entry.name, size: Self.textSize)
      if x > area.x, x + width > area.right {
        x = area.x
        row += 1
      }
      places.append(Point(x, area.y + row * Self.rowHeight + Self.rowHeight / 2 - 2))
      x += width + Self.gap
    }
    self.entries = entries
    self.places = places
    height = (row + 1) * Self.rowHeight + 2
  }

  /// The beginning of a name that is too long.
  private static func shortened(_ name: String, to width: Double, on canvas: Canvas) -> String {
    guard canvas.textWidth(name, size: textSize) > width else { return name }
    var text = name
    while !text.isEmpty, canvas.textWidth(text + "…", size: textSize) > width { text.removeLast() }
    return text + "…"
  }

  /// Draws it.
  func draw(on canvas: Canvas) {
    for (entry, place) in zip(entries, places) {
      let end = Point(place.x + Self.sample, place.y)
      canvas.stroke([place, end], entry.colour, width: 1.8, dash: entry.dash)
      canvas.text(entry.name, at: Point(end.x + Self.space, place.y), size: Self.textSize, vertical: .middle)
    }
  }
}
