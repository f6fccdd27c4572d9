import ThalwegEngine
import ThalwegGraphs
import ThalwegNetworks
import ThalwegSurfaces

/// The few plans that an evaluator needs, compiled when first asked for, and the traffic between states and plans.
final class PlanCache {
  private struct Key: Hashable {
    let batch: Int
    let hasGradient: Bool
  }

  /// A plan and what is known of its normalisations.
  struct Entry {
    let plan: Plan
    let norms: [Norm]
  }

  /// A batch normalisation: where its batch statistics appear and where running ones are kept.
  struct Norm {
    let meanOutput: String
    let varianceOutput: String
    let meanRange: Range<Int>
    let varianceRange: Range<Int>
    /// Numbers averaged per channel.
    let entriesPerChannel: Int
  }

  private let problem: NeuralProblem
  private let statistics: NormalisationStatistics
  private let laneCount: Int
  private var entries: [Key: Entry] = [:]
  private let gate: PlanGate

  /// - Parameter laneCount: See ``EngineOptions/laneCount``.
  init(_ problem: NeuralProblem, statistics: NormalisationStatistics, laneCount: Int) {
    self.problem = problem
    self.statistics = statistics
    self.laneCount = laneCount
    gate = PlanGate(problem.network.space, statistics: statistics)
  }

  /// The plan for `batch` examples, which for streaming plans stands for any number.
  func entry(batch: Int, hasGradient: Bool) throws -> Entry {
    let key = Key(batch: batch, hasGradient: hasGradient)
    if let known = entries[key] { return known }
    var graph = problem.lossGraph(batch: batch, statistics: statistics)
    let norms = norms(of: graph)
    if hasGradient { graph = graph.gradient(of: "loss", withRespectTo: gate.parameterNames) }
    let options = EngineOptions(
      threadCount: problem.compute.threadCount, precision: problem.compute.precision, laneCount: laneCount)
    let plan = try Plan(graph, batched: NeuralProblem.batchedInputs, options: options)
    let entry = Entry(plan: plan, norms: norms)
    entries[key] = entry
    return entry
  }

  private func norms(of graph: Graph) -> [Norm] {
    let space = problem.network.space
    return graph.nodes.compactMap { node in
      guard case .named(.batchNormalisation) = node.operation,
        let output = graph.outputs.first(where: { $0.value == node.results[1] })
      else { return nil }
      let name = String(output.name.dropFirst("batchMean.".count))
      guard let mean = space.index(of: name + ".running_mean"), let variance = space.index(of: name + ".running_var")
      else { return nil }
      let shape = graph.shape(of: node.operands[0])
      return Norm(
        meanOutput: output.name, varianceOutput: "batchVariance.\(name)", meanRange: space.range(of: mean),
        varianceRange: space.range(of: variance),
        entriesPerChannel: shape.count / shape[1])
    }
  }

  /// Hands a state to a plan.
  func load(_ state: borrowing ModelState, into plan: Plan) { gate.load(state, into: plan) }

  /// Copies, or adds, a plan's gradients into a vector.
  func readGradient(of plan: Plan, into gradient: inout ModelVector, adding: Bool) {
    gradient.withMutableFloats { gate.readGradient(of: plan, into: $0, adding: adding) }
  }
}
