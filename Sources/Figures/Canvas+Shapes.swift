internal import CCairo

extension Canvas {
  /// The pattern of a line.
  public enum Dash: String, Equatable, Sendable, CaseIterable {
    /// An unbroken line.
    case solid
    /// Long strokes.
    case dashed
    /// Short strokes.
    case dotted
  }

  /// Fills polygons taken together by the even-odd rule, so that one inside another is a hole.
  public func fill(_ polygons: [[Point]], _ colour: Colour) {
    guard polygons.contains(where: { $0.count > 2 }) else { return }
    cairo_new_path(context)
    for polygon in polygons where polygon.count > 2 { trace(polygon, isClosed: true) }
    use(colour)
    cairo_fill(context)
  }

  /// Fills a rectangle.
  public func fill(_ rect: Rect, _ colour: Colour) { fill([rect.corners], colour) }

  /// Fills a polygon and covers its border by a line of `overlap` points in the same colour, which closes the
  /// hair lines that anti-aliasing leaves between neighbouring polygons.
  func fill(_ polygon: [Point], _ colour: Colour, overlap: Double) {
    guard polygon.count > 2 else { return }
    cairo_new_path(context)
    trace(polygon, isClosed: true)
    use(colour)
    cairo_set_line_width(context, overlap)
    cairo_fill_preserve(context)
    cairo_stroke(context)
  }

  /// Draws the line through `points`.
  ///
  /// - Parameters:
  ///   - points: At least two; fewer draw nothing.
  ///   - colour: The line's colour.
  ///   - width: The line's width in points.
  ///   - dash: The line's pattern.
  ///   - isClosed: Whether the last point is joined to the first.
  public func stroke(
    _ points: [Point], _ colour: Colour, width: Double, dash: Dash = .solid, isClosed: Bool = false
  ) {
    stroke([points], colour, width: width, dash: dash, isClosed: isClosed)
  }

  /// Draws several lines at once; where they cross, a translucent colour is laid on only once.
  public func stroke(
    _ lines: [[Point]], _ colour: Colour, width: Double, dash: Dash = .solid, isClosed: Bool = false
  ) {
    guard lines.contains(where: { $0.count > 1 }) else { return }
    cairo_new_path(context)
    for line in lines where line.count > 1 { trace(line, isClosed: isClosed) }
    use(colour)
    cairo_set_line_width(context, width)
    switch dash {
    case .solid: cairo_set_dash(context, nil, 0, 0)
    case .dashed: cairo_set_dash(context, [5, 2.6], 2, 0)
    case .dotted: cairo_set_dash(context, [1.6, 2], 2, 0)
    }
    cairo_stroke(context)
    cairo_set_dash(context, nil, 0, 0)
  }

  /// Draws the border of a rectangle.
  public func stroke(_ rect: Rect, _ colour: Colour, width: Double) {
    stroke(rect.corners, colour, width: width, isClosed: true)
  }

  /// Fills a circle.
  public func fillCircle(at centre: Point, radius: Double, _ colour: Colour) {
    cairo_new_path(context)
    cairo_arc(context, centre.x, centre.y, radius, 0, 2 * .pi)
    use(colour)
    cairo_fill(context)
  }

  /// Draws with everything outside `rect` left out.
  public func clipped(to rect: Rect, _ body: () -> Void) {
    cairo_save(context)
    cairo_rectangle(context, rect.x, rect.y, rect.width, rect.height)
    cairo_clip(context)
    body()
    cairo_restore(context)
  }

  private func trace(_ points: [Point], isClosed: Bool) {
    cairo_move_to(context, points[0].x, points[0].y)
    for point in points.dropFirst() { cairo_line_to(context, point.x, point.y) }
    if isClosed { cairo_close_path(context) }
  }

  func use(_ colour: Colour) {
    cairo_set_source_rgba(context, colour.red, colour.green, colour.blue, colour.opacity)
  }
}
