/// Points `centre + Σₖ coordinateₖ · directionₖ` over a rectangular grid of coordinates.
///
/// The points are never built all at once: a survey moves one scratch state from point to point.
public struct AffineGrid: PointGrid {
  /// The point with coordinates zero.
  public let centre: ModelState
  /// One direction for each axis.
  public let directions: [Displacement]
  /// Coordinates along each axis.
  public let coordinates: [[Double]]

  /// A grid with one or more axes.
  public init(centre: ModelState, directions: [Displacement], coordinates: [[Double]]) {
    precondition(
      directions.count == coordinates.count && !directions.isEmpty && coordinates.allSatisfy { !$0.isEmpty },
      "\(directions.count) directions need as many lists of coordinates")
    self.centre = centre
    self.directions = directions
    self.coordinates = coordinates
  }

  /// Writes point `index` into `state`, which has the centre's space and precision.
  public func write(_ index: Int, to state: inout ModelState) {
    state.parameters.copy(centre.parameters)
    state.buffers.copy(centre.buffers)
    for (coordinate, direction) in zip(coordinates(of: index), directions) where coordinate != 0 {
      state.move(coordinate, along: direction)
    }
  }
}
