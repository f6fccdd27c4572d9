import ThalwegSurfaces

/// Minibatches deformed by a function of their mean loss.
struct FunctionDeformedStream: FieldStream {
  let base: any FieldStream
  let function: any DeformationFunction

  var space: StateSpace { base.space }
  var stepsPerEpoch: Int { base.stepsPerEpoch }

  func makeEvaluator() throws -> any StreamEvaluator {
    FunctionDeformedStreamEvaluator(base: try base.makeEvaluator(), function: function)
  }
}

/// The same where each minibatch's surface can be looked at.
struct FunctionDeformedSurfaceStream: SurfaceStream {
  let base: any SurfaceStream
  let deformation: FunctionDeformation

  var space: StateSpace { base.space }
  var stepsPerEpoch: Int { base.stepsPerEpoch }

  func surface(for draw: Draw) -> any LossSurface { deformation.apply(to: base.surface(for: draw)) }

  func makeEvaluator() throws -> any StreamEvaluator {
    FunctionDeformedStreamEvaluator(base: try base.makeEvaluator(), function: deformation.function)
  }
}

private final class FunctionDeformedStreamEvaluator: StreamEvaluator {
  private let base: any StreamEvaluator
  private let function: any DeformationFunction

  init(base: any StreamEvaluator, function: any DeformationFunction) {
    self.base = base
    self.function = function
  }

  func gradient(
    at state: borrowing ModelState, draw: Draw, into gradient: inout ModelVector
  ) throws -> Evaluation {
    let (evaluation, slope) = try function.deform(base.gradient(at: state, draw: draw, into: &gradient))
    // A factor of 1 leaves every bit as it is, and costs nothing.
    if slope != 1 { gradient.scale(by: slope) }
    return evaluation
  }

  func commitBatchStatistics(to state: inout ModelState) { base.commitBatchStatistics(to: &state) }
}
