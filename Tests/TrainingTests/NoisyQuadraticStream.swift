import ThalwegRandomness
import ThalwegSurfaces

/// Minibatches of `½ Σ aᵢ (xᵢ − cᵢ)²` whose centre is displaced at random in every draw, over one dense
/// tensor, one bias and one running mean, in either precision. It counts examples like a network does; the
/// last batch of an epoch is short.
struct NoisyQuadraticStream: FieldStream {
  static let space = StateSpace(entries: [
    StateEntry(name: "weight", shape: [2, 2], role: .denseWeight, unitAxis: 0),
    StateEntry(name: "mean", shape: [1], role: .runningMean),
    StateEntry(name: "bias", shape: [2], role: .bias),
  ])

  var space: StateSpace { Self.space }
  let stepsPerEpoch = 7
  var noise = 0.3
  /// The step in which the loss is not a number.
  var brokenStep: Int?
  /// The step in which the evaluator fails.
  var failingStep: Int?

  struct Failure: Error {}

  static func start(_ precision: Precision) -> ModelState {
    let values: [Double] = [0.5, -1, 2, 0.25, 1, -0.75]
    return ModelState(
      space: space,
      parameters: precision == .single ? ModelVector(values.map { Float($0) }) : ModelVector(values),
      buffers: ModelVector(zeros: 1, precision: precision))
  }

  func makeEvaluator() -> any StreamEvaluator { NoisyQuadraticEvaluator(self) }

  private final class NoisyQuadraticEvaluator: StreamEvaluator {
    let stream: NoisyQuadraticStream
    var batchMean = 0.0

    init(_ stream: NoisyQuadraticStream) { self.stream = stream }

    func gradient(
      at state: borrowing ModelState, draw: Draw, into gradient: inout ModelVector
    ) throws -> Evaluation {
      if draw.step == stream.failingStep { throw Failure() }
      var random = RandomStream(seed: draw.seed, UInt64(draw.step), UInt64(draw.lane))
      var loss = 0.0
      for i in 0..<state.parameters.count {
        let curvature = Double(i + 1) / 4
        let distance = state.parameters[i] - 1 - stream.noise * random.normal()
        gradient[i] = curvature * distance
        loss += 0.5 * curvature * distance * distance
      }
      batchMean = random.normal()
      let count = draw.step % stream.stepsPerEpoch == 6 ? 3 : 8
      return Evaluation(
        loss: draw.step == stream.brokenStep ? .nan : loss, undeformedLoss: 2 * loss,
        correctCount: random.index(below: count + 1), exampleCount: count)
    }

    func commitBatchStatistics(to state: inout ModelState) {
      state.buffers[0] = 0.9 * state.buffers[0] + 0.1 * batchMean
    }
  }
}
