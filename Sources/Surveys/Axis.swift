/// Equally spaced coordinates along one direction.
///
/// Both ends are met exactly. Over a symmetric range the coordinates are symmetric to the last bit, and an
/// odd count contains exactly 0.
public struct Axis: Sendable, Hashable, Codable {
  /// The first coordinate.
  public let lower: Double
  /// The last coordinate.
  public let upper: Double
  /// Number of coordinates.
  public let count: Int

  /// An axis from `lower` to a larger `upper` with at least two coordinates.
  public init(lower: Double, upper: Double, count: Int) {
    precondition(
      lower.isFinite && upper.isFinite && lower < upper, "an axis can't go from \(lower) to \(upper)")
    precondition(count >= 2, "an axis of \(count) coordinates has no two ends")
    self.lower = lower
    self.upper = upper
    self.count = count
  }

  /// Coordinate `index`.
  public subscript(index: Int) -> Double {
    precondition((0..<count).contains(index), "the axis has no coordinate \(index)")
    if index == 0 { return lower }
    if index == count - 1 { return upper }
    let last = Double(count - 1)
    return (Double(count - 1 - index) * lower + Double(index) * upper) / last
  }

  /// All coordinates in ascending order.
  public var coordinates: [Double] { (0..<count).map { self[$0] } }

  /// The distance between neighbours.
  public var spacing: Double { (upper - lower) / Double(count - 1) }
}
