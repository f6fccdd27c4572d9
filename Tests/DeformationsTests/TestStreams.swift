import ThalwegRandomness
import ThalwegSurfaces

/// Minibatches of `½ Σ aᵢ (xᵢ − cᵢ)²` whose centre is displaced at random in every draw, in either precision,
/// with a running mean that says how often and by what statistics were folded.
struct NoisyQuadraticStream: FieldStream {
  static let space = StateSpace(entries: [
    StateEntry(name: "weight", shape: [2, 2], role: .denseWeight, unitAxis: 0, scaleFreeThrough: "norm"),
    StateEntry(name: "mean", shape: [1], role: .runningMean),
    StateEntry(name: "bias", shape: [2], role: .bias),
  ])

  var space: StateSpace { Self.space }
  let stepsPerEpoch = 7
  var noise = 0.3
  /// The step and lane in which the loss is not a number.
  var broken: (step: Int, lane: Int)?

  static func start(_ precision: Precision = .double) -> ModelState {
    let values: [Double] = [0.5, -1, 2, 0.25, 1, -0.75]
    return ModelState(
      space: space,
      parameters: precision == .single ? ModelVector(values.map { Float($0) }) : ModelVector(values),
      buffers: ModelVector(zeros: 1, precision: precision))
  }

  func makeEvaluator() -> any StreamEvaluator { NoisyQuadraticEvaluator(self) }

  /// The gradient at `state` in one draw.
  func gradient(_ state: ModelState, _ draw: Draw) throws -> [Double] {
    try self.gradient(of: state, draw).gradient.doubles
  }
}

extension FieldStream {
  /// The evaluation and the field at `state` in one draw, by a fresh evaluator.
  func gradient(of state: ModelState, _ draw: Draw) throws -> (
    evaluation: Evaluation, gradient: ModelVector
  ) {
    var gradient = ModelVector(zeros: state.parameters.count, precision: state.parameters.precision)
    let evaluation = try makeEvaluator().gradient(at: state, draw: draw, into: &gradient)
    return (evaluation, gradient)
  }
}

private final class NoisyQuadraticEvaluator: StreamEvaluator {
  let stream: NoisyQuadraticStream
  var batchMean = 0.0

  init(_ stream: NoisyQuadraticStream) { self.stream = stream }

  func gradient(
    at state: borrowing ModelState, draw: Draw, into gradient: inout ModelVector
  ) throws -> Evaluation {
    var random = RandomStream(seed: draw.seed, UInt64(draw.step), UInt64(draw.lane))
    var loss = 0.1
    for i in 0..<state.parameters.count {
      let curvature = Double(i + 1) / 4
      let distance = state.parameters[i] - 1 - stream.noise * random.normal()
      gradient[i] = curvature * distance
      loss += 0.5 * curvature * distance * distance
    }
    // Depends on the point and the draw, so that it shows which gradient's statistics were folded.
    batchMean = state.parameters[0] + Double(draw.lane)
    let isBroken = stream.broken.map { $0.step == draw.step && $0.lane == draw.lane } ?? false
    return Evaluation(loss: isBroken ? .nan : loss, correctCount: 3, exampleCount: 8)
  }

  func commitBatchStatistics(to state: inout ModelState) {
    state.buffers[0] = 0.9 * state.buffers[0] + 0.1 * batchMean
  }
}
