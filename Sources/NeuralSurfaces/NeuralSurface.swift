public import ThalwegDatasets
import ThalwegEngine
public import ThalwegNetworks
public import ThalwegSurfaces

/// Whose statistics batch normalisations use on a surface.
public enum NormalisationPolicy: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The state's running statistics: examples don't affect each other.
  case running
  /// Each batch's own. The data are cut into consecutive batches of the given size; that partition belongs to the
  /// surface's identity, and the last batch may be smaller.
  case batch(size: Int)

  /// For example `running statistics` or `batch statistics of 256 examples`.
  public var description: String {
    switch self {
    case .running: "running statistics"
    case .batch(let size): "batch statistics of \(size) examples"
    }
  }
}

/// The mean cross entropy of a network on a data set, in nats per example, as a surface over the network's state.
public struct NeuralSurface: LossSurface {
  /// The network's state space.
  public var space: StateSpace { problem.network.space }
  /// Whose statistics batch normalisations use.
  public let policy: NormalisationPolicy
  private let problem: NeuralProblem

  /// A surface.
  ///
  /// - Throws: ``NeuralSurfaceError`` or a data set error when network, data and normalisation don't fit each other.
  public init(
    network: Network, dataset: Dataset, normalisation: Normalisation, policy: NormalisationPolicy = .running,
    compute: ComputeOptions
  ) throws {
    problem = try NeuralProblem(network, dataset, normalisation, compute)
    if case .batch(let size) = policy, size < 2 { throw NeuralSurfaceError.batchTooSmall(size) }
    self.policy = policy
  }

  /// An evaluator. It compiles a plan when first used and keeps its memory.
  public func makeEvaluator() throws -> any Evaluator { try NeuralEvaluator(problem, policy) }

  /// The surface near `state`; it costs one gradient.
  public func linearise(at state: ModelState) throws -> any Linearisation {
    try NeuralLinearisation(problem, policy, at: state)
  }

  /// Bytes that products of `kind` will need beside the data and the algorithm's own vectors; nothing is allocated.
  public func predictedBytes(_ kind: CurvatureKind) throws -> Int {
    let layout = CurvatureLayout(problem, policy, kind)
    return try layout.predictedBytes(layout.firstOrderValues())
  }

  /// How products of `kind` will come by their first-order values under the bound on memory.
  public func firstOrderValues(_ kind: CurvatureKind) throws -> FirstOrderValues {
    try CurvatureLayout(problem, policy, kind).firstOrderValues()
  }
}

/// Runs a network over a data set.
///
/// Under running statistics the result depends neither on the number of threads nor, beyond rounding, on how examples
/// are grouped.
final class NeuralEvaluator: Evaluator {
  private let problem: NeuralProblem
  private let policy: NormalisationPolicy
  private let values: PlanCache
  private let gradients: PlanCache
  private let source: ExampleSource
  private(set) var perExampleLosses: [Double] = []

  init(_ problem: NeuralProblem, _ policy: NormalisationPolicy) throws {
    self.problem = problem
    self.policy = policy
    let statistics: NormalisationStatistics = policy == .running ? .running : .batch
    // Values need no sums between lanes, so many lanes cost nothing and share the work evenly. Gradients keep one sum
    // of all filters a lane.
    let threads = problem.compute.threadCount
    values = PlanCache(problem, statistics: statistics, laneCount: statistics == .running ? 32 : threads)
    let bytes = 4 * max(1, problem.network.space.parameterCount)
    gradients = PlanCache(
      problem, statistics: statistics,
      laneCount: statistics == .running ? min(8, max(2, (256 << 20) / bytes)) : threads)
    source = try ExampleSource(problem, augmentation: nil)
  }

  func evaluate(at state: borrowing ModelState) throws -> Evaluation {
    try visitBatches(of: values, at: state, hasGradient: false) { _, _ in }
  }

  func gradient(at state: borrowing ModelState, into gradient: inout ModelVector) throws -> Evaluation {
    if gradient.precision != .single || gradient.count != problem.network.space.parameterCount {
      gradient = ModelVector(zeros: problem.network.space.parameterCount, precision: .single)
    }
    return try visitBatches(of: gradients, at: state, hasGradient: true) { plan, start in
      gradients.readGradient(of: plan, into: &gradient, adding: start > 0)
    }
  }

  /// Runs all batches in order and averages.
  private func visitBatches(
    of cache: PlanCache, at state: borrowing ModelState, hasGradient: Bool, _ visit: (Plan, Int) -> Void
  ) throws -> Evaluation {
    let count = problem.dataset.count
    if perExampleLosses.count != count { perExampleLosses = [Double](repeating: 0, count: count) }
    source.weight = 1 / Float(count)
    let size: Int
    switch policy {
    case .running: size = count
    case .batch(let batch): size = min(batch, count)
    }
    var correct = 0
    var start = 0
    while start < count {
      let batch = min(size, count - start)
      let compiled = policy == .running ? min(batch, NeuralEvaluator.streamingBatch) : batch
      let entry = try cache.entry(batch: compiled, hasGradient: hasGradient)
      cache.load(state, into: entry.plan)
      source.start = start
      try entry.plan.run(exampleCount: batch, source: source)
      let losses = entry.plan.perExampleOutput("losses")
      let hits = entry.plan.perExampleOutput("correct")
      for row in 0..<batch {
        perExampleLosses[start + row] = Double(losses[row])
        // An example whose loss is not a number has no guess, whatever the largest of its logits seems to be.
        correct += hits[row] > 0.5 && losses[row].isFinite ? 1 : 0
      }
      visit(entry.plan, start)
      start += batch
    }
    var total = 0.0
    for loss in perExampleLosses { total += loss }
    return Evaluation(loss: total / Double(count), correctCount: correct, exampleCount: count)
  }

  /// Batch for which plans of any length are compiled; it has no influence on the result.
  private static let streamingBatch = 256
}
