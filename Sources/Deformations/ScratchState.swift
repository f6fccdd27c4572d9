import ThalwegSurfaces

/// A state that a deformation moves instead of the caller's. It is allocated once.
struct ScratchState {
  private var stored: ModelState?

  /// Makes the scratch state equal to `state` and hands it to `body`. Statistics that `body` folds into it
  /// stay in ``copyBuffers(to:)`` until the next call.
  mutating func withCopy<Result>(
    of state: borrowing ModelState, _ body: (inout ModelState) throws -> Result
  ) rethrows -> Result {
    var copy: ModelState
    if let kept = stored.take(), kept.parameters.count == state.parameters.count,
      kept.buffers.count == state.buffers.count
    {
      copy = kept
      copy.parameters.copy(state.parameters)
      copy.buffers.copy(state.buffers)
    } else {
      copy = ModelState(
        space: state.space,
        parameters: ModelVector(zeros: state.parameters.count, precision: state.parameters.precision),
        buffers: ModelVector(zeros: state.buffers.count, precision: state.buffers.precision))
      copy.parameters.copy(state.parameters)
      copy.buffers.copy(state.buffers)
    }
    defer { stored = copy }
    return try body(&copy)
  }

  /// Copies the buffers, as `body` left them, to `state`.
  func copyBuffers(to state: inout ModelState) {
    guard let stored else { return }
    state.buffers.copy(stored.buffers)
  }
}
