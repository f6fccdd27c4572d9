extension NamedSubgraph {
  /// Whether ``pullback(in:_:_:_:)`` is defined; the others are expanded before differentiation.
  var hasPullback: Bool {
    switch self {
    case .relu, .reluGradient, .addBias, .channelAffine, .batchNormalisation, .softmaxCrossEntropy, .maxPool,
      .subsampleAndPad, .subsampleAndPadAdjoint, .isCorrect:
      true
    case .batchNormalisationGradient, .channelMoments, .normalise, .normalisationSums,
      .normalisationInputGradient, .normalisationTangent, .normalisationTangentSums,
      .normalisationInputGradientTangent, .softmaxCrossEntropyGradient:
      false
    }
  }

  /// Adjoints of the operands from those of the results, in named subgraphs where there are any.
  func pullback(in graph: inout Graph, _ x: [Value], _ y: [Value], _ upstream: [Value?]) -> [Value?] {
    if case .batchNormalisation(let epsilon) = self {
      return graph.batchNormalisationPullback(epsilon, x, y, upstream)
    }
    guard let dy = upstream[0] else { return x.map { _ in nil } }
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
            stride: stride, channelsBefore: before, channelsAfter: after, height: shape[2], width: shape[3]),
          dy)
      ]
    case .subsampleAndPadAdjoint(let stride, let before, let after, _, _):
      return [graph.named(.subsampleAndPad(stride: stride, channelsBefore: before, channelsAfter: after), dy)]
    case .isCorrect:
      return [nil, nil]
    case .batchNormalisation, .batchNormalisationGradient, .channelMoments, .normalise, .normalisationSums,
      .normalisationInputGradient, .normalisationTangent, .normalisationTangentSums,
      .normalisationInputGradientTangent, .softmaxCrossEntropyGradient:
      preconditionFailure("\(self) is expanded before differentiation")
    }
  }
}

extension Graph {
  /// Adjoints of `x`, `γ` and `β`. The moments have adjoints where a gradient, which uses them, is differentiated again.
  fileprivate mutating func batchNormalisationPullback(
    _ epsilon: Double, _ x: [Value], _ y: [Value], _ upstream: [Value?]
  ) -> [Value?] {
    var adjoints: [Value?] = [nil, nil, nil]
    if let dy = upstream[0] {
      adjoints = append(.named(.batchNormalisationGradient(epsilon: epsilon)), [dy, x[0], x[1], y[1], y[2]])
    }
    let shape = shape(of: x[0])
    let perChannel = 1 / Double(shape.count / shape[1])
    var parts: [Value] = []
    if let dMean = upstream[1] {  // ∂μ/∂x = 1/n
      let share = scale(dMean, by: perChannel)
      parts.append(broadcastChannels(share, like: x[0]))
    }
    if let dVariance = upstream[2] {  // ∂v/∂x = 2 (x − μ)/n
      let centred = subtract(x[0], broadcastChannels(y[1], like: x[0]))
      let share = scale(dVariance, by: 2 * perChannel)
      parts.append(multiply(centred, broadcastChannels(share, like: x[0])))
    }
    for part in parts { adjoints[0] = adjoints[0].map { add($0, part) } ?? part }
    return adjoints
  }
}
