/// The parts of a page that all figures share: margins, headline and caption.
struct PageLayout {
  /// The area for everything else.
  let content: Rect

  static let margin = 14.0
  private static let headlineSize = 13.0
  private static let captionSize = 9.0

  /// Draws headline and caption and says what room is left between them.
  init(headline: String, caption: String, size: Size, canvas: Canvas) {
    let margin = PageLayout.margin
    var area = Rect(x: 0, y: 0, width: size.width, height: size.height).inset(by: margin)
    let headlines = canvas.wrapped(headline, width: area.width, size: PageLayout.headlineSize, isBold: true)
    for line in headlines {
      canvas.text(
        line, at: Point(area.x, area.y), size: PageLayout.headlineSize, Ink.strong, isBold: true,
        vertical: .top)
      area.y += PageLayout.headlineSize * 1.35
      area.height -= PageLayout.headlineSize * 1.35
    }
    if !headlines.isEmpty {
      area.y += 5
      area.height -= 5
    }
    let lineHeight = PageLayout.captionSize * 1.4
    let lines = canvas.wrapped(caption, width: area.width, size: PageLayout.captionSize)
    area.height -= lines.isEmpty ? 0 : Double(lines.count) * lineHeight + 4
    for (index, line) in lines.enumerated() {
      canvas.text(
        line, at: Point(area.x, area.bottom + 4 + (Double(index) + 0.8) * lineHeight),
        size: PageLayout.captionSize,
        Ink.quiet)
    }
    content = area
  }

  /// Places `count` panels in rows of at most four.
  static func cells(count: Int, in area: Rect) -> [Rect] {
    let (columns, rows) = shape(count)
    let gap = 16.0
    let width = (area.width - gap * Double(columns - 1)) / Double(columns)
    let height = (area.height - gap * Double(rows - 1)) / Double(rows)
    return (0..<count).map { index in
      let (row, column) = index.quotientAndRemainder(dividingBy: columns)
      return Rect(
        x: area.x + Double(column) * (width + gap), y: area.y + Double(row) * (height + gap), width: width,
        height: height)
    }
  }

  /// A page with room for `panelCount` panels whose height is `aspect` times their width.
  static func defaultSize(panelCount: Int, hasHeadline: Bool, aspect: Double = 1) -> Size {
    let (columns, rows) = shape(panelCount)
    let side = panelCount == 1 ? 380.0 : 320
    return Size(
      width: side * Double(columns) + 16 * Double(columns - 1) + 100,
      height: side * aspect * Double(rows) + 16 * Double(rows - 1) + (hasHeadline ? 55 : 30))
  }

  private static func shape(_ count: Int) -> (columns: Int, rows: Int) {
    let columns = min(count, 4)
    return (columns, (count + columns - 1) / columns)
  }
}
