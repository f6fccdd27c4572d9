public import ThalwegSurfaces

extension MinibatchStream {
  /// `state` with running statistics of its own: the means of the batch statistics over one pass of minibatches.
  ///
  /// The mean of several states, or a point far from where its statistics were gathered, needs this before it is
  /// measured under running statistics. Each minibatch counts by its examples; variances are unbiased, as in training.
  ///
  /// - Parameters:
  ///   - state: The point; its own running statistics have no influence.
  ///   - draw: Says order and random changes of the examples, those of the draw's epoch and lane.
  /// - Complexity: One evaluation of all examples.
  public func reestimatingStatistics(of state: ModelState, draw: Draw) throws -> ModelState {
    guard space.bufferCount > 0 else { return state }
    let evaluator = try MinibatchEvaluator(self, problem)
    var result = state
    var seen = 0
    let first = draw.step / stepsPerEpoch * stepsPerEpoch
    for position in 0..<stepsPerEpoch {
      let count = try evaluator.evaluate(
        at: state, draw: Draw(seed: draw.seed, step: first + position, lane: draw.lane)
      )
      .exampleCount
      seen += count
      evaluator.foldStatistics(into: &result, share: Double(count) / Double(seen))
    }
    return result
  }
}
