/// Points of a state space over a rectangular grid of coordinates, each written into a scratch state when its turn comes.
public protocol PointGrid: Sendable {
  /// A state with the points' space and precision, of which surveys make their scratch state.
  var centre: ModelState { get }
  /// Coordinates along each axis; at least one axis, and none of them empty.
  var coordinates: [[Double]] { get }
  /// Writes point `index` into `state`, whatever it held before; `state` has the centre's space and precision.
  func write(_ index: Int, to state: inout ModelState) throws
}

extension PointGrid {
  /// Number of points.
  public var count: Int { coordinates.reduce(1) { $0 * $1.count } }

  /// Coordinates of point `index`. The first axis changes fastest.
  public func coordinates(of index: Int) -> [Double] {
    var rest = index
    return coordinates.map { axis in
      defer { rest /= axis.count }
      return axis[rest % axis.count]
    }
  }
}
