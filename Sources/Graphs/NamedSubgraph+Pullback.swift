extension NamedSubgraph {
  /// Whether ``pullback(in:_:_:_:)`` is defined; the others are expanded before differentiation.
  var hasPullback: Bool {
    switch self {
    case .relu, .reluGradient, .addBias, .channelAffine, .batchNormalisation, .softmaxCrossEntropy, .maxPool,
      .subsampleAndPad, .subsampleAndPadAdjoint, .isCorrect:
      true
    case .batchNormalisationGradient, .channelMoments, .normalise, .normalisationSums, .normalisationInputGradient,
      .softmaxCrossEntropyGradient:
      false
    }
  }

  /// Adjoints of the operands from those of the results, in named subgraphs where there are any.
  func pullback(in graph: inout Graph, _ x: [Value], _ y: [Value], _ upstream: [Value?]) -> [Value?] {
    guard let dy = upstream[0] else {
      precondition(upstream.allSatisfy { $0 == nil }, "\(self) is differentiated through its first result only")
      return x.map { _ in nil }
    }
    switch self {
    case .relu:
      return [graph.named(.reluGradient, dy, y[0])]
    case .reluGradient:
      return [graph.named(.reluGradient, dy, x[1]), nil]
    case .addBias:
      let shape = graph.shape(of: x[0])
      return [dy, graph.sum(dy, over: (0..<shape.rank).filter { $0 != 1 })]
    case .channelAffine:
      let shape = graph.shape(of: x[0])
      let axes = (0..<shape.rank).filter { $0 != 1 }
      let zero = graph.fill(0, graph.shape(of: x[1]))
      return [
        graph.named(.channelAffine, dy, x[1], zero), graph.sum(graph.multiply(dy, x[0]), over: axes),
        graph.sum(dy, over: axes),
      ]
    case .batchNormalisation(let epsilon):
      // A loss that also depends on the moments themselves would need their adjoints; none of ours does.
      precondition(upstream[1] == nil && upstream[2] == nil, "expand batch normalisation to use its moments' adjoints")
      return graph.append(.named(.batchNormalisationGradient(epsilon: epsilon)), [dy, x[0], x[1], y[1], y[2]])
    case .softmaxCrossEntropy:
      return [graph.named(.softmaxCrossEntropyGradient, x[0], x[1], dy), nil]
    case .maxPool:
      let shape = graph.shape(of: x[0])
      return [graph.append(.scatterPlane(height: shape[2], width: shape[3]), dy, y[1])]
    case .subsampleAndPad(let stride, let before, let after):
      let shape = graph.shape(of: x[0])
      return [
        graph.named(
          .subsampleAndPadAdjoint(
            stride: stride, channelsBefore: before, channelsAfter: after, height: shape[2], width: shape[3]), dy)
      ]
    case .subsampleAndPadAdjoint(let stride, let before, let after, _, _):
      return [graph.named(.subsampleAndPad(stride: stride, channelsBefore: before, channelsAfter: after), dy)]
    case .isCorrect:
      return [nil, nil]
    case .batchNormalisationGradient, .channelMoments, .normalise, .normalisationSums, .normalisationInputGradient,
      .softmaxCrossEntropyGradient:
      preconditionFailure("\(self) is expanded before differentiation")
    }
  }
}
