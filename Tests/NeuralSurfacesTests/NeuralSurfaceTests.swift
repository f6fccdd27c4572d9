import Testing
import ThalwegDatasets
import ThalwegNetworks
import ThalwegNeuralSurfaces
import ThalwegSurfaces

@Suite("Surfaces of networks")
struct NeuralSurfaceTests {
  @Test("threads change no bit of losses and gradients under running statistics")
  func threads() throws {
    let problem = try SmallProblem(count: 300)
    let state = problem.network.initialState(seed: 3)
    var results: [(Evaluation, [Double], Evaluation, ModelVector)] = []
    for threads in 1...3 {
      let evaluator = try problem.surface(.running, threads: threads).makeEvaluator()
      let value = try evaluator.evaluate(at: state)
      let losses = evaluator.perExampleLosses
      var gradient = problem.zeroGradient
      let beside = try evaluator.gradient(at: state, into: &gradient)
      results.append((value, losses, beside, gradient))
    }
    for result in results.dropFirst() { #expect(result == results[0]) }
    #expect(results[0].3.norm() > 0)
  }

  @Test(
    "evaluation is pure: the same bits again after other points, and the state untouched",
    arguments: [NormalisationPolicy.running, .batch(size: 16)])
  func purity(_ policy: NormalisationPolicy) throws {
    let problem = try SmallProblem()
    let evaluator = try problem.surface(policy, threads: 2).makeEvaluator()
    let state = problem.network.initialState(seed: 3)
    let copy = state
    var (first, second) = (problem.zeroGradient, problem.zeroGradient)
    let before = try evaluator.gradient(at: state, into: &first)
    var other = problem.network.initialState(seed: 4)
    other.parameters.scale(by: 100)
    _ = try evaluator.gradient(at: other, into: &second)
    let after = try evaluator.gradient(at: state, into: &second)
    #expect(before == after)
    #expect(first == second)
    #expect(state == copy)
  }

  @Test("the mean of the losses of the examples is the loss, and their number correct a count of them")
  func examples() throws {
    let problem = try SmallProblem()
    let evaluator = try problem.surface(.running).makeEvaluator()
    let found = try evaluator.evaluate(at: problem.network.initialState(seed: 3))
    #expect(evaluator.perExampleLosses.count == 45)
    #expect(found.loss == evaluator.perExampleLosses.reduce(0, +) / 45)
    #expect(found.exampleCount == 45 && (0...45).contains(found.correctCount ?? -1))
  }

  @Test("the gradient is the slope of the loss", arguments: [NormalisationPolicy.running, .batch(size: 20)])
  func gradientIsSlope(_ policy: NormalisationPolicy) throws {
    let problem = try SmallProblem("mlp:64-12-10,tanh,bn")
    let evaluator = try problem.surface(policy).makeEvaluator()
    let state = problem.network.initialState(seed: 3)
    var gradient = problem.zeroGradient
    _ = try evaluator.gradient(at: state, into: &gradient)
    // Along the gradient the slope is its norm.
    var direction = gradient
    direction.scale(by: 1 / gradient.norm())
    func quotient(_ step: Double) throws -> Double {
      let losses = try [step, -step].map { t in
        var moved = state
        moved.move(t, along: Displacement(parameters: direction))
        return try evaluator.evaluate(at: moved).loss
      }
      return (losses[0] - losses[1]) / (2 * step)
    }
    // Quotients err by c h² + O(h⁴): two of them extrapolate to an error that is a fraction of their difference, here of
    // 10⁻³, while losses' rounding, 10⁻⁷ / h, is one of 10⁻⁵.
    let (coarse, fine) = (try quotient(0.02), try quotient(0.01))
    let extrapolated = (4 * fine - coarse) / 3
    #expect(abs(extrapolated - gradient.norm()) <= 0.1 * abs(fine - coarse))
  }

  @Test("batch statistics are those of consecutive batches, the last one smaller")
  func batches() throws {
    let problem = try SmallProblem()
    let state = problem.network.initialState(seed: 3)
    let whole = try problem.surface(.batch(size: 20)).makeEvaluator()
    _ = try whole.evaluate(at: state)
    for (start, end) in [(0, 20), (20, 40), (40, 45)] {
      let part = try NeuralSurface(
        network: problem.network, dataset: problem.dataset.subset(Array(start..<end)), normalisation: .mnist,
        policy: .batch(size: end - start), compute: ComputeOptions(threadCount: 1)
      ).makeEvaluator()
      _ = try part.evaluate(at: state)
      #expect(part.perExampleLosses == Array(whole.perExampleLosses[start..<end]))
    }
  }

  @Test("a state that is not a number has diverged", arguments: [NormalisationPolicy.running, .batch(size: 45)])
  func divergence(_ policy: NormalisationPolicy) throws {
    let problem = try SmallProblem()
    var state = problem.network.initialState(seed: 3)
    state.parameters[0] = .nan
    let found = try problem.surface(policy).makeEvaluator().evaluate(at: state)
    #expect(found.status == .diverged)
  }

  @Test("what doesn't fit is refused with its reason")
  func refusals() throws {
    let problem = try SmallProblem()
    let compute = ComputeOptions(threadCount: 1)
    func make(_ network: Network, _ dataset: Dataset, _ policy: NormalisationPolicy = .running) throws {
      _ = try NeuralSurface(
        network: network, dataset: dataset, normalisation: .none, policy: policy, compute: compute)
    }
    let colour = try Network.named("resnet8", inputShape: [3, 8, 8], classCount: 10)
    #expect(
      throws: NeuralSurfaceError.exampleShape(
        network: "resnet8", expected: [3, 8, 8], dataset: problem.dataset.name, found: [1, 8, 8])
    ) { try make(colour, problem.dataset) }
    let few = try Network.named("resnet8", inputShape: [1, 8, 8], classCount: 4)
    #expect(
      throws: NeuralSurfaceError.classCount(
        network: "resnet8", expected: 4, dataset: problem.dataset.name, found: 10)
    ) { try make(few, problem.dataset) }
    #expect(throws: NeuralSurfaceError.noExamples(dataset: "\(problem.dataset.name), 0 of 45")) {
      try make(problem.network, problem.dataset.prefix(0))
    }
    #expect(throws: NeuralSurfaceError.batchTooSmall(1)) {
      try make(problem.network, problem.dataset, .batch(size: 1))
    }
  }

  @Test("a dense network takes images as lists of pixels")
  func flattenedImages() throws {
    let network = try Network.named("mlp:64-10", inputShape: [64], classCount: 10)
    let dataset = try SmallProblem().dataset
    let surface = try NeuralSurface(
      network: network, dataset: dataset, normalisation: .none, compute: ComputeOptions(threadCount: 1))
    #expect(try surface.makeEvaluator().evaluate(at: network.initialState(seed: 1)).status == .ok)
  }
}
