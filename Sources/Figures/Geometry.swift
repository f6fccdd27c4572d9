/// A place on the page (points of 1/72 inch, y downwards) or in a figure's data coordinates.
public struct Point: Equatable, Hashable, Sendable {
  /// The horizontal coordinate.
  public var x: Double
  /// The vertical coordinate.
  public var y: Double

  /// The point (`x`, `y`).
  public init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }

  /// The Euclidean distance to `other`.
  func distance(to other: Point) -> Double {
    let (dx, dy) = (other.x - x, other.y - y)
    return (dx * dx + dy * dy).squareRoot()
  }
}

/// The extent of a page in points of 1/72 inch.
public struct Size: Equatable, Sendable {
  /// The width in points.
  public var width: Double
  /// The height in points.
  public var height: Double

  /// The extent `width` × `height`; both must be positive.
  public init(width: Double, height: Double) {
    precondition(width > 0 && height > 0, "a page of \(width) × \(height) points holds nothing")
    self.width = width
    self.height = height
  }
}

/// An upright rectangle on the page: the corner with the smallest coordinates, and the extent.
public struct Rect: Equatable, Sendable {
  /// The left edge.
  public var x: Double
  /// The upper edge.
  public var y: Double
  /// The extent to the right.
  public var width: Double
  /// The extent downwards.
  public var height: Double

  /// The rectangle with upper left corner (`x`, `y`).
  public init(x: Double, y: Double, width: Double, height: Double) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// The right edge.
  public var right: Double { x + width }
  /// The lower edge.
  public var bottom: Double { y + height }
  /// The middle.
  public var centre: Point { Point(x + width / 2, y + height / 2) }

  /// The corners in the order of drawing.
  var corners: [Point] {
    [Point(x, y), Point(right, y), Point(right, bottom), Point(x, bottom)]
  }

  /// Whether `point` lies inside or on the border.
  package func contains(_ point: Point) -> Bool {
    point.x >= x && point.x <= right && point.y >= y && point.y <= bottom
  }

  /// The rectangle made smaller by `margin` on every side.
  package func inset(by margin: Double) -> Rect {
    Rect(x: x + margin, y: y + margin, width: width - 2 * margin, height: height - 2 * margin)
  }
}
