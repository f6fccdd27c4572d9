extension NamedSubgraph {
  /// Whether ``differential(in:_:_:_:)`` is defined; the others are expanded before differentiation.
  var hasTangent: Bool {
    switch self {
    case .relu, .reluGradient, .subsampleAndPad, .subsampleAndPadAdjoint, .isCorrect, .addBias, .channelAffine,
      .maxPool, .batchNormalisation, .batchNormalisationGradient:
      true
    case .channelMoments, .normalise, .normalisationSums, .normalisationInputGradient, .normalisationTangent,
      .normalisationTangentSums, .normalisationInputGradientTangent, .softmaxCrossEntropy,
      .softmaxCrossEntropyGradient:
      false
    }
  }

  /// The differentials of the results, in named subgraphs where there are any; `nil` where zero.
  func differential(in graph: inout Graph, _ x: [Value], _ y: [Value], _ dx: [Value?]) -> [Value?] {
    switch self {
    case .relu:
      return [dx[0].map { graph.named(.reluGradient, $0, y[0]) }]
    case .reluGradient:
      return [dx[0].map { graph.named(.reluGradient, $0, x[1]) }]
    case .subsampleAndPad, .subsampleAndPadAdjoint:
      return [dx[0].map { graph.named(self, $0) }]
    case .addBias:
      guard let bias = dx[1] else { return [dx[0]] }
      return [dx[0].map { graph.addBias($0, bias) } ?? graph.broadcastChannels(bias, like: x[0])]
    case .channelAffine:
      let zero = graph.fill(0, graph.shape(of: x[1]))
      var parts: [Value] = []
      if let change = dx[0] { parts.append(graph.named(.channelAffine, change, x[1], zero)) }
      if dx[1] != nil || dx[2] != nil {
        parts.append(graph.named(.channelAffine, x[0], dx[1] ?? zero, dx[2] ?? zero))
      }
      return [parts.count == 2 ? graph.add(parts[0], parts[1]) : parts.first]
    case .maxPool:
      return [dx[0].map { graph.append(.gatherPlane, $0, y[1]) }, nil]
    case .isCorrect:
      return [nil]
    case .batchNormalisation(let epsilon):
      return graph.batchNormalisationTangent(epsilon, x, y, dx)
    case .batchNormalisationGradient(let epsilon):
      return graph.batchNormalisationGradientTangent(epsilon, x, y, dx)
    case .channelMoments, .normalise, .normalisationSums, .normalisationInputGradient, .normalisationTangent,
      .normalisationTangentSums, .normalisationInputGradientTangent, .softmaxCrossEntropy,
      .softmaxCrossEntropyGradient:
      preconditionFailure("\(self) is expanded before differentiation")
    }
  }
}

extension Graph {
  /// Changes of `y`, `μ` and `v` from those of `x`, `γ` and `β`: `μ̇ = Σ ẋ / n`, `v̇ = 2 Σ ẋ (x − μ) / n`.
  fileprivate mutating func batchNormalisationTangent(
    _ epsilon: Double, _ x: [Value], _ y: [Value], _ dx: [Value?]
  ) -> [Value?] {
    let zero = fill(0, shape(of: x[1]))
    var (dMean, dVariance): (Value?, Value?)
    if let change = dx[0] {
      let shape = shape(of: x[0])
      let perChannel = 1 / Double(shape.count / shape[1])
      let sums = append(.named(.normalisationSums(epsilon: epsilon)), [change, x[0], y[1], y[2]])
      dMean = scale(sums[1], by: perChannel)
      let deviation = append(.power(0.5), shift(y[2], by: epsilon))
      dVariance = scale(multiply(sums[0], deviation), by: 2 * perChannel)
    }
    let image = dx[0] ?? fill(0, shape(of: x[0]))
    let dy = named(
      .normalisationTangent(epsilon: epsilon), image, x[0], x[1], y[1], y[2], dx[1] ?? zero, dx[2] ?? zero,
      dMean ?? zero, dVariance ?? zero)
    return [dy, dMean, dVariance]
  }

  /// Changes of `dx`, `dγ` and `dβ` from those of the operands `dy`, `x`, `γ`, `μ`, `v`.
  ///
  /// `dγ = Σ g x̂` changes by `Σ ġ x̂ + Σ g s (ẋ − μ̇ − ½ s v̇ x̂)`, whose last sums are known: `Σ g = dβ`, `Σ g x̂ = dγ`.
  fileprivate mutating func batchNormalisationGradientTangent(
    _ epsilon: Double, _ x: [Value], _ y: [Value], _ dx: [Value?]
  ) -> [Value?] {
    let zero = fill(0, shape(of: x[2]))
    let dg = dx[0] ?? fill(0, shape(of: x[0]))
    let change = dx[1] ?? fill(0, shape(of: x[1]))
    let (dGamma, dMean, dVariance) = (dx[2] ?? zero, dx[3] ?? zero, dx[4] ?? zero)
    let sums = append(
      .named(.normalisationTangentSums(epsilon: epsilon)), [dg, x[0], change, x[1], x[3], x[4]])
    let factor = append(.power(-0.5), shift(x[4], by: epsilon))
    let share = scale(multiply(factor, dVariance), by: 0.5)
    let shifted = subtract(subtract(sums[2], multiply(dMean, y[2])), multiply(share, y[1]))
    let dgGamma = add(sums[0], multiply(factor, shifted))
    let result = append(
      .named(.normalisationInputGradientTangent(epsilon: epsilon)),
      [dg, x[0], change, x[1], x[2], x[3], x[4], y[1], y[2], dGamma, dMean, dVariance, dgGamma, sums[1]])
    return [result[0], dgGamma, sums[1]]
  }
}
