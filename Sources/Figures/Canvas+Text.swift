internal import CCairo
import Foundation

extension Canvas {
  /// Where text lies relative to its point, along the direction of reading.
  public enum Alignment: Equatable, Sendable {
    /// The text begins at the point.
    case leading
    /// The text's middle is at the point.
    case centre
    /// The text ends at the point.
    case trailing
  }

  /// Where text lies relative to its point, across the direction of reading.
  public enum VerticalAlignment: Equatable, Sendable {
    /// The point is at the top of capital letters.
    case top
    /// The point is at half the height of digits.
    case middle
    /// The point is on the line that letters stand on.
    case baseline
  }

  /// The height of capital letters and digits, as a part of the font size.
  static let capitalHeight = 0.73

  /// The width of `string` in points; an estimate on a system without fonts.
  public func textWidth(_ string: String, size: Double, isBold: Bool = false) -> Double {
    guard hasFonts else { return Double(string.count) * size * 0.6 }
    setFont(size: size, isBold: isBold)
    var extents = cairo_text_extents_t()
    cairo_text_extents(context, string, &extents)
    return extents.x_advance
  }

  /// Draws one line of text.
  ///
  /// - Parameters:
  ///   - string: The text.
  ///   - point: The place that `alignment` and `vertical` refer to.
  ///   - size: The font size in points.
  ///   - colour: The text's colour.
  ///   - isBold: Whether the letters are heavy.
  ///   - alignment: The place of the text along the line.
  ///   - vertical: The place of the text across the line.
  ///   - angle: The direction of reading in degrees, clockwise from the right.
  public func text(
    _ string: String, at point: Point, size: Double, _ colour: Colour = Ink.text, isBold: Bool = false,
    alignment: Alignment = .leading, vertical: VerticalAlignment = .baseline, angle: Double = 0
  ) {
    guard hasFonts, !string.isEmpty else { return }
    let width = textWidth(string, size: size, isBold: isBold)
    let x: Double
    switch alignment {
    case .leading: x = 0
    case .centre: x = -width / 2
    case .trailing: x = -width
    }
    let y: Double
    switch vertical {
    case .top: y = Canvas.capitalHeight * size
    case .middle: y = Canvas.capitalHeight * size / 2
    case .baseline: y = 0
    }
    cairo_save(context)
    cairo_translate(context, point.x, point.y)
    cairo_rotate(context, angle * .pi / 180)
    cairo_move_to(context, x, y)
    use(colour)
    cairo_show_text(context, string)
    cairo_restore(context)
  }

  /// The words of `string` in lines that are at most `width` points wide, unless one word alone is wider.
  func wrapped(_ string: String, width: Double, size: Double, isBold: Bool = false) -> [String] {
    var lines: [String] = []
    for word in string.split(separator: " ") {
      if let line = lines.last, textWidth("\(line) \(word)", size: size, isBold: isBold) <= width {
        lines[lines.count - 1] = "\(line) \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }

  private func setFont(size: Double, isBold: Bool) {
    cairo_select_font_face(
      context, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
      isBold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL)
    cairo_set_font_size(context, size)
    // Hinted widths would differ between a raster and a vector page.
    let options = cairo_font_options_create()
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
    cairo_set_font_options(context, options)
    cairo_font_options_destroy(options)
  }
}
