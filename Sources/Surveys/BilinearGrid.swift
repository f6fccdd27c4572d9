public import ThalwegSurfaces

/// A grid over the bilinear patch of four states:
/// `(1 − β) [(1 − α) θ₁ + α θ₂] + β [(1 − α) θ₃ + α θ₄]` at the coordinates (α, β).
///
/// It is a plane only when the four states are the corners of a parallelogram. At the corners of the unit square every
/// other weight is exactly zero, so the points there are the states, bit by bit.
///
/// Source: Im, Tao, Branson (2016), An empirical analysis of the optimization of deep network loss surfaces.
public struct BilinearGrid: PointGrid {
  /// The four states, at (0, 0), (1, 0), (0, 1) and (1, 1).
  public let corners: [ModelState]
  /// Whether buffers are combined as the parameters are; otherwise those of the first state are used everywhere.
  public let movesBuffers: Bool
  /// Coordinates along both axes.
  public let coordinates: [[Double]]

  /// A grid over the patch of four states.
  ///
  /// - Throws: ``DirectionError/otherSpace`` when the states don't fit each other.
  public init(
    corners: [ModelState], movesBuffers: Bool, coordinates: [[Double]]
  ) throws(DirectionError) {
    precondition(corners.count == 4, "\(corners.count) states are no corners of a patch")
    precondition(
      coordinates.count == 2 && coordinates.allSatisfy { !$0.isEmpty }, "a patch has two axes with coordinates")
    guard corners.allSatisfy({ $0.space == corners[0].space }) else { throw .otherSpace }
    self.corners = corners
    self.movesBuffers = movesBuffers
    self.coordinates = coordinates
  }

  /// The first state.
  public var centre: ModelState { corners[0] }

  /// Writes point `index` into `state`.
  public func write(_ index: Int, to state: inout ModelState) {
    let place = coordinates(of: index)
    let (a, b) = (place[0], place[1])
    let weights = [(1 - b) * (1 - a), (1 - b) * a, b * (1 - a), b * a]
    Self.combine(corners.map(\.parameters), weights, into: &state.parameters)
    if movesBuffers {
      Self.combine(corners.map(\.buffers), weights, into: &state.buffers)
    } else {
      state.buffers.copy(corners[0].buffers)
    }
  }

  private static func combine(_ vectors: [ModelVector], _ weights: [Double], into sum: inout ModelVector) {
    sum.copy(vectors[0])
    sum.scale(by: weights[0])
    for (weight, vector) in zip(weights, vectors).dropFirst() where weight != 0 { sum.add(weight, vector) }
  }
}
