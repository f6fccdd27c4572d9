import Thalweg

/// Steps of one walk.
final class TimedSteps {
  private let evaluator: any StreamEvaluator
  private let optimiser = StochasticGradientDescent(momentum: 0.9, isNesterov: true, weightDecay: 1e-4)
  private var state: ModelState
  private var memory = OptimiserMemory()
  private var step = 0

  init(_ evaluator: any StreamEvaluator, _ network: Network) {
    self.evaluator = evaluator
    state = network.initialState(seed: 1)
  }

  /// Makes steps and gives the seconds that they took.
  func run(count: Int) throws -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    for _ in 0..<count {
      // Steps of one epoch only: shuffling for a new one is not part of a step.
      let draw = Draw(seed: 1, step: step % 90)
      _ = try optimiser.step(&state, rate: 0.01, draw: draw, using: evaluator, memory: &memory)
      step += 1
    }
    return start.duration(to: clock.now) / .seconds(1)
  }
}
