import ThalwegSurfaces

/// Wraps a formula's evaluator: counts evaluations, notes the points, and can fail or give per-example
/// losses.
final class CountingEvaluator: Evaluator {
  private let evaluator: any Evaluator
  private(set) var points: [[Double]] = []
  private let losses: [Double]
  private let failingCall: Int?

  struct Failure: Error {}

  init(_ surface: FormulaSurface, perExampleLosses: [Double] = [], failingCall: Int? = nil) {
    evaluator = surface.makeEvaluator()
    losses = perExampleLosses
    self.failingCall = failingCall
  }

  var perExampleLosses: [Double] { losses }

  func evaluate(at state: borrowing ModelState) throws -> Evaluation {
    if points.count == failingCall { throw Failure() }
    points.append(state.parameters.doubles)
    return try evaluator.evaluate(at: state)
  }

  func gradient(at state: borrowing ModelState, into gradient: inout ModelVector) throws -> Evaluation {
    try evaluator.gradient(at: state, into: &gradient)
  }
}
