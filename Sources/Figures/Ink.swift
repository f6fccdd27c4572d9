/// The colours of everything that is not data.
public enum Ink {
  /// Titles and markers.
  public static let strong = Colour(lightness: 0.22, chroma: 0.015, hue: 270)
  /// Axis labels and tick labels.
  public static let text = Colour(lightness: 0.34, chroma: 0.015, hue: 270)
  /// Captions and notes.
  public static let quiet = Colour(lightness: 0.50, chroma: 0.012, hue: 270)
  /// Axes and frames.
  public static let axis = Colour(lightness: 0.45, chroma: 0.010, hue: 270)
  /// Grid lines behind the data.
  public static let grid = Colour(lightness: 0.92, chroma: 0.004, hue: 270)
}
