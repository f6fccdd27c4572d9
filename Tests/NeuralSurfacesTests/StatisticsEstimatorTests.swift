import Foundation
import TestSupport
import Testing
import ThalwegDatasets
import ThalwegNetworks
import ThalwegNeuralSurfaces
import ThalwegSurfaces

@Suite("Statistics estimated anew")
struct StatisticsEstimatorTests {
  static let compute = ComputeOptions(threadCount: 1)

  static func estimator(_ problem: SmallProblem, largestBatch: Int = 512) throws -> StatisticsEstimator {
    try StatisticsEstimator(
      network: problem.network, dataset: problem.dataset, normalisation: .mnist, largestBatch: largestBatch,
      compute: compute)
  }

  @Test("estimated in one batch, they give the losses of that batch, but for the unbiased variance")
  func oneBatch() throws {
    let problem = try SmallProblem("mlp:64-12-10,tanh,bn")
    var state = problem.network.initialState(seed: 3)
    let batch = try problem.surface(.batch(size: 45)).makeEvaluator()
    _ = try batch.evaluate(at: state)
    try Self.estimator(problem).update(&state)
    for (entry, range) in state.space.buffers where entry.role == .runningVariance {
      state.buffers.scale(range, by: 44.0 / 45)  // 45 numbers a channel: biased, as within a batch.
    }
    let running = try problem.surface(.running).makeEvaluator()
    _ = try running.evaluate(at: state)
    // Two sums over 64 numbers, a normalisation and sums over 12: some 100 roundings of numbers of size 1.
    expectClose(
      running.perExampleLosses, batch.perExampleLosses, tolerance: 100 * Double(Float.ulpOfOne))
  }

  @Test("mean and unbiased variance of the first normalisation don't depend on how the examples are cut")
  func pooled() throws {
    let problem = try SmallProblem("mlp:64-12-10,tanh,bn")
    let initial = problem.network.initialState(seed: 3)
    var (whole, cut) = (initial, initial)
    try Self.estimator(problem).update(&whole)
    try Self.estimator(problem, largestBatch: 8).update(&cut)
    for (entry, range) in initial.space.buffers {
      // Sums of 45 numbers in single precision.
      expectClose(
        range.map { cut.buffers[$0] }, range.map { whole.buffers[$0] }, tolerance: 45 * Double(Float.ulpOfOne),
        entry.name)
    }
    #expect(whole.parameters == initial.parameters && whole.buffers != initial.buffers)
  }

  @Test("batches are as few as can be, nearly equal, and never of one example", arguments: [2, 3, 7, 512, 513, 1025])
  func batches(count: Int) {
    for largest in [2, 3, 512] {
      let batches = StatisticsEstimator.batches(of: count, largest: largest)
      #expect(batches.flatMap { Array($0) } == Array(0..<count))
      let sizes = batches.map(\.count)
      #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1 && (sizes.min() ?? 0) >= 2)
      // Three examples don't fit into batches of two, so that one more is taken.
      #expect((sizes.max() ?? 0) <= max(largest, largest == 2 ? 3 : largest))
    }
  }

  @Test("the same state gives the same statistics, and a network without normalisations is left alone")
  func purity() throws {
    let problem = try SmallProblem()
    let estimator = try Self.estimator(problem)
    var (first, second) = (problem.network.initialState(seed: 3), problem.network.initialState(seed: 3))
    try estimator.update(&first)
    var other = problem.network.initialState(seed: 4)
    try estimator.update(&other)
    try estimator.update(&second)
    #expect(first == second)
    let plain = try SmallProblem("mlp:64-10")
    var state = plain.network.initialState(seed: 1)
    let before = state
    try Self.estimator(plain).update(&state)
    #expect(state == before)
  }

  @Test("logits give the losses of their examples", arguments: [NormalisationPolicy.running, .batch(size: 20)])
  func logits(_ policy: NormalisationPolicy) throws {
    let problem = try SmallProblem(count: 45)
    let state = problem.network.initialState(seed: 3)
    let evaluator = try problem.surface(policy).makeEvaluator()
    _ = try evaluator.evaluate(at: state)
    let outputs = try OutputEvaluator(
      network: problem.network, dataset: problem.dataset, normalisation: .mnist, policy: policy,
      compute: Self.compute)
    let logits = try outputs.logits(at: state).map(Double.init)
    #expect(logits.count == 450)
    let losses = (0..<45).map { example in
      let row = logits[example * 10..<example * 10 + 10]
      let largest = row.max() ?? 0
      let total = row.reduce(0) { $0 + exp($1 - largest) }
      return log(total) + largest - row[row.startIndex + Int(problem.dataset.labels[example])]
    }
    // Logits of size 10 in single precision, and a handful of sums.
    expectClose(losses, evaluator.perExampleLosses, tolerance: 20 * Double(Float.ulpOfOne))
  }
}
