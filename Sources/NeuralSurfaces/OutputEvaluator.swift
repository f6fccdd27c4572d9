public import ThalwegDatasets
import ThalwegEngine
import ThalwegGraphs
public import ThalwegNetworks
public import ThalwegSurfaces

/// Gives a network's logits for all examples of a data set, at one state after another.
public final class OutputEvaluator {
  private let problem: NeuralProblem
  private let policy: NormalisationPolicy
  private let gate: PlanGate
  private let source: ExampleSource
  private var plans: [Int: Plan] = [:]

  /// An evaluator.
  ///
  /// - Throws: ``NeuralSurfaceError`` or a data set error when network, data and normalisation don't fit each other.
  public init(
    network: Network, dataset: Dataset, normalisation: Normalisation, policy: NormalisationPolicy = .running,
    compute: ComputeOptions
  ) throws {
    problem = try NeuralProblem(network, dataset, normalisation, compute)
    if case .batch(let size) = policy, size < 2 { throw NeuralSurfaceError.batchTooSmall(size) }
    self.policy = policy
    gate = PlanGate(network.space, statistics: policy == .running ? .running : .batch)
    source = try ExampleSource(problem, augmentation: nil)
  }

  /// The logits at `state`, `[examples, classes]` in the order of the data.
  ///
  /// - Throws: `EngineError`.
  public func logits(at state: borrowing ModelState) throws -> [Float] {
    let count = problem.dataset.count
    let size = if case .batch(let batch) = policy { min(batch, count) } else { count }
    var logits: [Float] = []
    logits.reserveCapacity(count * problem.network.classCount)
    for start in stride(from: 0, to: count, by: size) {
      let batch = min(size, count - start)
      let plan = try plan(batch: policy == .running ? min(batch, 256) : batch)
      gate.load(state, into: plan)
      source.start = start
      try plan.run(exampleCount: batch, source: source)
      logits += plan.perExampleOutput("logits")
    }
    return logits
  }

  private func plan(batch: Int) throws -> Plan {
    if let known = plans[batch] { return known }
    let statistics: NormalisationStatistics = policy == .running ? .running : .batch
    let options = EngineOptions(
      threadCount: problem.compute.threadCount, precision: problem.compute.precision,
      laneCount: policy == .running ? 32 : problem.compute.threadCount)
    let plan = try Plan(
      problem.lossGraph(batch: batch, statistics: statistics, hasLogits: true),
      batched: NeuralProblem.batchedInputs, options: options)
    plans[batch] = plan
    return plan
  }
}
