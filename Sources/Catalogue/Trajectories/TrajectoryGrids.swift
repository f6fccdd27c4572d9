import ThalwegSurfaces

/// The checkpoints of a run as points of a grid whose only coordinate is their number, from 0. Each is read when its
/// turn comes.
struct CheckpointGrid: PointGrid {
  let centre: ModelState
  let series: CheckpointSeries
  let stops: [CheckpointSeries.Stop]

  var coordinates: [[Double]] { [stops.indices.map(Double.init)] }

  func write(_ index: Int, to state: inout ModelState) throws {
    let checkpoint = try series.state(of: stops[index])
    state.parameters.copy(checkpoint.parameters)
    state.buffers.copy(checkpoint.buffers)
  }
}

/// The places on a plane to which the checkpoints of a run project.
struct ProjectionGrid: PointGrid {
  let centre: ModelState
  let directions: [Displacement]
  /// The coordinates on the plane of each checkpoint.
  let places: [[Double]]

  var coordinates: [[Double]] { [places.indices.map(Double.init)] }

  func write(_ index: Int, to state: inout ModelState) {
    state.parameters.copy(centre.parameters)
    state.buffers.copy(centre.buffers)
    for (coordinate, direction) in zip(places[index], directions) { state.move(coordinate, along: direction) }
  }
}
