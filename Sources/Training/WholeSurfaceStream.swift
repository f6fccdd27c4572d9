public import ThalwegSurfaces

/// A stream that shows the same surface in every draw: descent without minibatch noise.
///
/// Formulas are descended this way, and networks on their whole data set.
public struct WholeSurfaceStream: SurfaceStream {
  private let whole: any LossSurface
  /// Steps that are counted as one epoch.
  public let stepsPerEpoch: Int

  /// The stream of `surface`.
  public init(_ surface: any LossSurface, stepsPerEpoch: Int = 1) {
    precondition(stepsPerEpoch > 0, "an epoch of \(stepsPerEpoch) steps never ends")
    whole = surface
    self.stepsPerEpoch = stepsPerEpoch
  }

  /// The surface's space.
  public var space: StateSpace { whole.space }

  /// The surface, whatever the draw.
  public func surface(for draw: Draw) -> any LossSurface { whole }

  /// An evaluator of the whole surface.
  public func makeEvaluator() throws -> any StreamEvaluator {
    WholeSurfaceEvaluator(try whole.makeEvaluator())
  }
}

private final class WholeSurfaceEvaluator: StreamEvaluator {
  private let evaluator: any Evaluator

  init(_ evaluator: any Evaluator) { self.evaluator = evaluator }

  func gradient(
    at state: borrowing ModelState, draw: Draw, into gradient: inout ModelVector
  ) throws -> Evaluation {
    try evaluator.gradient(at: state, into: &gradient)
  }

  // A whole surface is evaluated with the state's own statistics, so there is nothing to fold in.
  func commitBatchStatistics(to state: inout ModelState) {}
}
