import ThalwegDeformations
import ThalwegSurfaces

/// Two neurons with batch normalisation, a ReLU each, and a linear output, on four examples: `½ mean (out −
/// y)²`. The variance is biased and nothing is added to it, so each neuron's weights are exactly scale-free.
///
/// Gradients are written out by hand. Loss, gradient and everything else are in `Double`.
struct NormalisedNetwork: LossSurface {
  let space = StateSpace(entries: [
    StateEntry(name: "weight", shape: [2, 2], role: .denseWeight, unitAxis: 0, scaleFreeThrough: "norm"),
    StateEntry(name: "output", shape: [1, 2], role: .denseWeight, unitAxis: 0),
  ])
  static let inputs: [[Double]] = [[1, 2], [-1, 0.5], [0.3, -1.2], [2, -0.4]]
  static let targets: [Double] = [1, -0.5, 0.2, 0.7]

  /// The point of the published numbers, with the rows of the first layer multiplied by `a`.
  func point(_ a: [Double] = [1, 1]) -> ModelState {
    ModelState(
      space: space, parameters: ModelVector([0.6 * a[0], -0.4 * a[0], -0.2 * a[1], 0.9 * a[1], 0.5, -0.3]),
      buffers: ModelVector([Double]()))
  }

  func makeEvaluator() -> any Evaluator { NormalisedEvaluator() }

  func linearise(at state: ModelState) throws -> any Linearisation {
    throw CurvatureError.undefined(.hessian, reason: "second derivatives are taken by differences here")
  }

  /// The Hessian by central differences of the gradient.
  func hessian(at state: ModelState) throws -> [[Double]] {
    let evaluator = makeEvaluator()
    let h = 1e-5
    return try (0..<6).map { i in
      var (up, down) = (state, state)
      up.parameters[i] += h
      down.parameters[i] -= h
      var (a, b) = (ModelVector(zeros: 6, precision: .double), ModelVector(zeros: 6, precision: .double))
      _ = try evaluator.gradient(at: up, into: &a)
      _ = try evaluator.gradient(at: down, into: &b)
      return (0..<6).map { (a[$0] - b[$0]) / (2 * h) }
    }
  }
}

private final class NormalisedEvaluator: Evaluator {
  private(set) var perExampleLosses: [Double] = []

  func evaluate(at state: borrowing ModelState) throws -> Evaluation {
    var gradient = ModelVector(zeros: 6, precision: .double)
    return try self.gradient(at: state, into: &gradient)
  }

  func gradient(at state: borrowing ModelState, into gradient: inout ModelVector) throws -> Evaluation {
    let (inputs, targets) = (NormalisedNetwork.inputs, NormalisedNetwork.targets)
    let parameters = state.parameters.doubles
    let count = Double(inputs.count)
    var normalised = [[Double]](repeating: [], count: 2)  // [neuron][example]
    var deviations = [0.0, 0.0]
    for neuron in 0..<2 {
      let (w0, w1) = (parameters[2 * neuron], parameters[2 * neuron + 1])
      let z = inputs.map { w0 * $0[0] + w1 * $0[1] }
      let mean = z.reduce(0, +) / count
      deviations[neuron] = (z.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
      normalised[neuron] = z.map { ($0 - mean) / deviations[neuron] }
    }
    let errors = inputs.indices.map { i in
      (0..<2).reduce(0) { $0 + max(0, normalised[$1][i]) * parameters[4 + $1] } - targets[i]
    }
    perExampleLosses = errors.map { 0.5 * $0 * $0 }
    for neuron in 0..<2 {
      let weight = parameters[4 + neuron]
      gradient[4 + neuron] =
        inputs.indices.reduce(0) { $0 + errors[$1] * max(0, normalised[neuron][$1]) } / count
      let outer = inputs.indices.map { normalised[neuron][$0] > 0 ? errors[$0] * weight / count : 0 }
      let mean = outer.reduce(0, +) / count
      let overlap = zip(outer, normalised[neuron]).reduce(0) { $0 + $1.0 * $1.1 } / count
      for k in 0..<2 {
        gradient[2 * neuron + k] = inputs.indices.reduce(0) {
          $0 + (outer[$1] - mean - normalised[neuron][$1] * overlap) / deviations[neuron] * inputs[$1][k]
        }
      }
    }
    return Evaluation(loss: perExampleLosses.reduce(0, +) / count, exampleCount: inputs.count)
  }
}
