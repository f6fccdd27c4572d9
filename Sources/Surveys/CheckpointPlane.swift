public import ThalwegSurfaces

/// The plane through three states in orthonormal coordinates: what is drawn in them has its true distances and angles.
///
/// The first state is the origin, the second lies on the positive x axis, and the third has a positive y. Lengths are
/// Euclidean, over the parameters; buffers move along as linear functions on the plane, so each corner has its own. A point
/// with the barycentric weights `(1 − α − β, α, β)` is `origin + α (second − origin) + β (third − origin)`.
///
/// Source: Im, Tao, Branson (2016), An empirical analysis of the optimization of deep network loss surfaces.
public struct CheckpointPlane: Sendable {
  /// The first state.
  public let origin: ModelState
  /// Two perpendicular directions of length 1, x first.
  public let directions: [Displacement]
  /// The coordinates (x, y) of the three states.
  public let corners: [[Double]]

  /// The plane through three states.
  ///
  /// - Throws: ``DirectionError`` when two of the states are equal, all lie on a line, or they don't fit each other.
  public init(
    through origin: ModelState, _ second: ModelState, _ third: ModelState
  ) throws(DirectionError) {
    var x = try Displacement(from: origin, to: second, moving: .states)
    var y = try Displacement(from: origin, to: third, moving: .states)
    let (width, reach) = (x.parameters.norm(), y.parameters.norm())
    guard width > 0, reach > 0 else { throw .vanishes }
    x.scale(by: 1 / width)
    // Along a direction whose entries are rounded, the coordinate is the best one when it is fitted.
    let shift = y.parameters.dot(x.parameters) / x.parameters.dot(x.parameters)
    y.add(-shift, x)
    let height = y.parameters.norm()
    guard height > 1e-6 * reach else { throw .parallel }
    y.scale(by: 1 / height)
    self.origin = origin
    directions = [x, y]
    corners = [[0, 0], [width, 0], [shift, height]]
  }
}
