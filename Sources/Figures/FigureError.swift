/// Why a figure could not be drawn or written.
public enum FigureError: Error, Equatable, Sendable {
  /// Nothing finite to draw: every value is a hole.
  case noFiniteValue
  /// A logarithmic scale was asked for, but no value is positive.
  case noPositiveValue
  /// A surface needs at least two coordinates along each axis.
  case gridTooSmall(columnCount: Int, rowCount: Int)
  /// The file's extension names no supported format.
  case unknownFormat(path: String)
  /// The drawing library gave up.
  case drawingFailed(reason: String)
  /// The file could not be written.
  case cannotWrite(path: String, reason: String)
}

extension FigureError: CustomStringConvertible {
  /// One sentence: what was found and what was expected.
  public var description: String {
    switch self {
    case .noFiniteValue:
      "the figure has no finite value: every point is a hole"
    case .noPositiveValue:
      "a logarithmic scale needs a positive value, and there is none"
    case .gridTooSmall(let columnCount, let rowCount):
      "a surface needs at least 2 × 2 points, found \(columnCount) × \(rowCount)"
    case .unknownFormat(let path):
      "cannot tell the format of '\(path)': the extension must be svg, png or pdf"
    case .drawingFailed(let reason):
      "drawing failed: \(reason)"
    case .cannotWrite(let path, let reason):
      "cannot write '\(path)': \(reason)"
    }
  }
}
