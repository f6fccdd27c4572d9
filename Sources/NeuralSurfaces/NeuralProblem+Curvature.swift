import ThalwegGraphs
import ThalwegNetworks
import ThalwegSurfaces

extension NeuralProblem {
  /// The graph of a matrix's product with a direction: inputs `direction.NAME`, outputs `tangent.gradient.NAME`.
  func productGraph(_ kind: CurvatureKind, batch: Int, statistics: NormalisationStatistics) -> Graph {
    let names = network.space.parameters.map(\.entry.name)
    guard kind != .hessian else {
      return lossGraph(batch: batch, statistics: statistics).hessianProduct(of: "loss", withRespectTo: names)
    }
    // All others are (1/N) Σ Jᵢᵀ Mᵢ Jᵢ: the outputs' change u = J d, then c = M u, then Jᵀ c.
    var graph = lossGraph(batch: batch, statistics: statistics, hasLogits: true)
      .tangent(along: names, of: ["logits"])
    guard let logits = graph.output(named: "logits"), let change = graph.output(named: "tangent.logits"),
      let labels = graph.input(named: "labels"), let weights = graph.input(named: "weights")
    else { preconditionFailure("a loss has logits, labels and weights") }
    let shape = graph.shape(of: logits)
    let cotangent: Value
    if kind == .gaussNewton {
      // Softmax and cross entropy: M = diag(p) − p pᵀ.
      let probabilities = graph.softmax(logits)
      let weighted = graph.multiply(probabilities, change)
      let mean = graph.broadcast(graph.sum(weighted, over: [1]), to: shape, newAxes: [1])
      cotangent = graph.subtract(weighted, graph.multiply(probabilities, mean))
    } else {
      // M = r rᵀ with the residual r = p − one-hot.
      let residual = graph.subtract(graph.softmax(logits), graph.append(.oneHot(count: shape[1]), labels))
      let along = graph.sum(graph.multiply(residual, change), over: [1])
      cotangent = graph.multiply(residual, graph.broadcast(along, to: shape, newAxes: [1]))
    }
    let scaled = graph.multiply(cotangent, graph.broadcast(weights, to: shape, newAxes: [1]))
    // The gradient of ⟨c, z⟩ with c held constant is Jᵀ c.
    let held = graph.append(.stopGradient, scaled)
    graph.output("surrogate", graph.sum(graph.multiply(held, logits)))
    var result = graph.keepingOutputs(["surrogate"]).gradient(of: "surrogate", withRespectTo: names)
    result.renameOutputs { $0.hasPrefix("gradient.") ? "tangent.\($0)" : $0 }
    return result.keepingOutputs(names.map { "tangent.gradient.\($0)" })
  }

  /// The graph of the predicted probabilities, per example.
  func probabilityGraph(batch: Int, statistics: NormalisationStatistics) -> Graph {
    var graph = lossGraph(batch: batch, statistics: statistics, hasLogits: true)
    guard let logits = graph.output(named: "logits") else { preconditionFailure("a loss has logits") }
    graph.output("probabilities", graph.softmax(logits))
    return graph.keepingOutputs(["probabilities"])
  }
}
