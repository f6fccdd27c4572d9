/// A subgraph of primitives with a name, so that an engine can run it as one kernel.
///
/// Its meaning is ``expand(in:_:)``: graphs with and without names compute the same. The channel axis is 1; `n` is
/// the number of entries per channel.
public enum NamedSubgraph: Hashable, Sendable {
  /// `max(x, 0)`.
  case relu
  /// `dy` where the result `y` of a ``relu`` is positive, else 0. Operands `dy`, `y`.
  case reluGradient
  /// Per-channel `x + b`. Operands `x`, `b`.
  case addBias
  /// Per-channel `a x + b`. Operands `x`, `a`, `b`.
  case channelAffine
  /// Normalisation by the batch's own moments: `γ (x − μ) / √(v + ε) + β`, with the biased variance `v`.
  /// Operands `x`, `γ`, `β`; results `y`, `μ`, `v`.
  case batchNormalisation(epsilon: Double)
  /// Gradient of ``batchNormalisation(epsilon:)``. Operands `dy`, `x`, `γ`, `μ`, `v`; results `dx`, `dγ`, `dβ`.
  case batchNormalisationGradient(epsilon: Double)
  /// Mean and biased variance over all axes but the channel. Operand `x`; results `μ`, `v`.
  case channelMoments
  /// `γ (x − μ) / √(v + ε) + β` with moments given. Operands `x`, `γ`, `β`, `μ`, `v`.
  case normalise(epsilon: Double)
  /// `dγ = Σ dy (x − μ) / √(v + ε)` and `dβ = Σ dy`. Operands `dy`, `x`, `μ`, `v`; results `dγ`, `dβ`.
  case normalisationSums(epsilon: Double)
  /// `dx = γ/√(v+ε) · (dy − dβ/n − (x − μ)/√(v+ε) · dγ/n)`. Operands `dy`, `x`, `γ`, `μ`, `v`, `dγ`, `dβ`.
  case normalisationInputGradient(epsilon: Double)
  /// Differential of ``normalise(epsilon:)`` along changes of everything it depends on, with `s = 1/√(v + ε)` and
  /// `x̂ = s (x − μ)`: `γ s (ẋ − μ̇ − ½ s v̇ x̂) + γ̇ x̂ + β̇`. Operands `ẋ`, `x`, `γ`, `μ`, `v`, `γ̇`, `β̇`, `μ̇`, `v̇`.
  case normalisationTangent(epsilon: Double)
  /// Sums from which the differential of ``normalisationSums(epsilon:)`` follows: `Σ ġ x̂`, `Σ ġ` and `Σ g ẋ` per
  /// channel. Operands `ġ`, `g`, `ẋ`, `x`, `μ`, `v`.
  case normalisationTangentSums(epsilon: Double)
  /// Differential of ``normalisationInputGradient(epsilon:)``. Operands `ġ`, `g`, `ẋ`, `x`, `γ`, `μ`, `v`, `dγ`, `dβ`, then
  /// the changes `γ̇`, `μ̇`, `v̇`, `dγ̇`, `dβ̇`.
  case normalisationInputGradientTangent(epsilon: Double)
  /// Cross entropy of each row. Operands logits `[n, k]` and labels `[n]`; result `[n]`, in nats.
  case softmaxCrossEntropy
  /// Gradient of ``softmaxCrossEntropy``: `(softmax − one-hot) · dℓ`. Operands logits, labels, `dℓ` `[n]`.
  case softmaxCrossEntropyGradient
  /// Largest entry of each window. Operand `x`; results `y` and its position in the plane (indices).
  case maxPool(Window)
  /// The parameter-free shortcut of residual networks: every `stride`-th row and column, and zero channels before
  /// and after.
  case subsampleAndPad(stride: Int, channelsBefore: Int, channelsAfter: Int)
  /// Adjoint of ``subsampleAndPad(stride:channelsBefore:channelsAfter:)``.
  case subsampleAndPadAdjoint(stride: Int, channelsBefore: Int, channelsAfter: Int, height: Int, width: Int)
  /// 1 where the largest logit is the label's (the first of equals), else 0. Operands logits `[n, k]`, labels `[n]`.
  case isCorrect
}

extension NamedSubgraph {
  /// Types of the results.
  func resultTypes(_ operands: [ValueType]) -> [ValueType] {
    // The definition is the authority: build it once beside the graph and read the types off.
    var scratch = Graph()
    let inputs = operands.enumerated().map { scratch.input("\($0.offset)", $0.element.shape, kind: $0.element.kind) }
    return expand(in: &scratch, inputs).map { scratch.type(of: $0) }
  }

  /// Appends the definition to `graph`, which may use other named subgraphs, and returns the results.
  public func expand(in graph: inout Graph, _ operands: [Value]) -> [Value] {
    switch self {
    case .relu:
      let mask = graph.append(.step, operands[0])
      return [graph.multiply(operands[0], mask)]
    case .reluGradient:
      let mask = graph.append(.step, operands[1])
      return [graph.multiply(operands[0], mask)]
    case .addBias:
      let bias = graph.broadcastChannels(operands[1], like: operands[0])
      return [graph.add(operands[0], bias)]
    case .channelAffine:
      let scale = graph.broadcastChannels(operands[1], like: operands[0])
      let shift = graph.broadcastChannels(operands[2], like: operands[0])
      let scaled = graph.multiply(operands[0], scale)
      return [graph.add(scaled, shift)]
    case .batchNormalisation(let epsilon):
      let moments = graph.append(.named(.channelMoments), [operands[0]])
      let y = graph.append(
        .named(.normalise(epsilon: epsilon)), [operands[0], operands[1], operands[2], moments[0], moments[1]])
      return [y[0], moments[0], moments[1]]
    case .batchNormalisationGradient(let epsilon):
      let (dy, x, gamma, mean, variance) = (operands[0], operands[1], operands[2], operands[3], operands[4])
      let sums = graph.append(.named(.normalisationSums(epsilon: epsilon)), [dy, x, mean, variance])
      let dx = graph.append(
        .named(.normalisationInputGradient(epsilon: epsilon)), [dy, x, gamma, mean, variance, sums[0], sums[1]])
      return [dx[0], sums[0], sums[1]]
    case .channelMoments:
      let x = operands[0]
      let axes = (0..<graph.shape(of: x).rank).filter { $0 != 1 }
      let mean = graph.mean(x, over: axes)
      let centred = graph.centred(x, mean)
      let squares = graph.square(centred)
      return [mean, graph.mean(squares, over: axes)]
    case .normalise(let epsilon):
      let (x, gamma, beta, mean, variance) = (operands[0], operands[1], operands[2], operands[3], operands[4])
      let factor = graph.inverseDeviation(variance, epsilon)
      let normalised = graph.scaledChannels(graph.centred(x, mean), factor)
      return [graph.named(.channelAffine, normalised, gamma, beta)]
    case .normalisationSums(let epsilon):
      let (dy, x, mean, variance) = (operands[0], operands[1], operands[2], operands[3])
      let axes = (0..<graph.shape(of: x).rank).filter { $0 != 1 }
      let factor = graph.inverseDeviation(variance, epsilon)
      let normalised = graph.scaledChannels(graph.centred(x, mean), factor)
      let product = graph.multiply(dy, normalised)
      return [graph.sum(product, over: axes), graph.sum(dy, over: axes)]
    case .normalisationInputGradient(let epsilon):
      let (dy, x, gamma, mean, variance) = (operands[0], operands[1], operands[2], operands[3], operands[4])
      let (dGamma, dBeta) = (operands[5], operands[6])
      let shape = graph.shape(of: x)
      let perChannel = 1 / Double(shape.count / shape[1])
      let factor = graph.inverseDeviation(variance, epsilon)
      let normalised = graph.scaledChannels(graph.centred(x, mean), factor)
      let along = graph.scaledChannels(normalised, graph.scale(dGamma, by: perChannel))
      let centredGradient = graph.centred(dy, graph.scale(dBeta, by: perChannel))
      let remainder = graph.subtract(centredGradient, along)
      return [graph.scaledChannels(remainder, graph.multiply(gamma, factor))]
    case .normalisationTangent(let epsilon):
      let (dx, x, gamma, mean, variance) = (operands[0], operands[1], operands[2], operands[3], operands[4])
      let (dGamma, dBeta, dMean, dVariance) = (operands[5], operands[6], operands[7], operands[8])
      let factor = graph.inverseDeviation(variance, epsilon)
      let normalised = graph.scaledChannels(graph.centred(x, mean), factor)
      let change = graph.changeOfNormalised(dx, normalised, factor, dMean, dVariance)
      return [
        graph.add(graph.scaledChannels(change, gamma), graph.named(.channelAffine, normalised, dGamma, dBeta))
      ]
    case .normalisationTangentSums(let epsilon):
      let (dg, g, dx, x, mean, variance) = (
        operands[0], operands[1], operands[2], operands[3], operands[4], operands[5]
      )
      let sums = graph.append(.named(.normalisationSums(epsilon: epsilon)), [dg, x, mean, variance])
      let axes = (0..<graph.shape(of: x).rank).filter { $0 != 1 }
      let product = graph.multiply(g, dx)
      return [sums[0], sums[1], graph.sum(product, over: axes)]
    case .normalisationInputGradientTangent(let epsilon):
      let (dg, g, dx, x) = (operands[0], operands[1], operands[2], operands[3])
      let (gamma, mean, variance, gGamma, gBeta) = (
        operands[4], operands[5], operands[6], operands[7], operands[8]
      )
      let (dGamma, dMean, dVariance, dgGamma, dgBeta) = (
        operands[9], operands[10], operands[11], operands[12], operands[13]
      )
      let shape = graph.shape(of: x)
      let perChannel = 1 / Double(shape.count / shape[1])
      let factor = graph.inverseDeviation(variance, epsilon)
      let normalised = graph.scaledChannels(graph.centred(x, mean), factor)
      let change = graph.changeOfNormalised(dx, normalised, factor, dMean, dVariance)
      // r = g − dβ/n − x̂ dγ/n and its change.
      let along = graph.scale(gGamma, by: perChannel)
      let rest = graph.subtract(
        graph.centred(g, graph.scale(gBeta, by: perChannel)), graph.scaledChannels(normalised, along))
      let restChange = graph.subtract(
        graph.subtract(
          graph.centred(dg, graph.scale(dgBeta, by: perChannel)), graph.scaledChannels(change, along)),
        graph.scaledChannels(normalised, graph.scale(dgGamma, by: perChannel)))
      // The factor γ s and its change γ̇ s + γ ṡ, with ṡ = −½ s³ v̇.
      let cube = graph.multiply(graph.square(factor), factor)
      let factorChange = graph.scale(graph.multiply(cube, dVariance), by: -0.5)
      let scaleChange = graph.add(graph.multiply(dGamma, factor), graph.multiply(gamma, factorChange))
      return [
        graph.add(
          graph.scaledChannels(restChange, graph.multiply(gamma, factor)), graph.scaledChannels(rest, scaleChange))
      ]
    case .softmaxCrossEntropy:
      let (logits, labels) = (operands[0], operands[1])
      let shape = graph.shape(of: logits)
      let (shifted, total) = graph.shiftedExponentials(logits)
      let logTotal = graph.append(.logarithm, total)
      let mask = graph.append(.oneHot(count: shape[1]), labels)
      let chosen = graph.multiply(shifted, mask)
      return [graph.subtract(logTotal, graph.sum(chosen, over: [1]))]
    case .softmaxCrossEntropyGradient:
      let (logits, labels, weights) = (operands[0], operands[1], operands[2])
      let shape = graph.shape(of: logits)
      let softmax = graph.softmax(logits)
      let mask = graph.append(.oneHot(count: shape[1]), labels)
      let difference = graph.subtract(softmax, mask)
      return [graph.multiply(difference, graph.broadcast(weights, to: shape, newAxes: [1]))]
    case .maxPool(let window):
      let position = graph.append(.windowMaximumIndex(window), operands[0])
      return [graph.append(.gatherPlane, operands[0], position), position]
    case .subsampleAndPad(let stride, let before, let after):
      let shape = graph.shape(of: operands[0])
      let sliced = graph.append(
        .slice(start: [0, 0, 0, 0], limit: shape.extents, stride: [1, 1, stride, stride]), operands[0])
      return [
        graph.append(.pad(before: [0, before, 0, 0], after: [0, after, 0, 0], between: [0, 0, 0, 0]), sliced)
      ]
    case .subsampleAndPadAdjoint(let stride, let before, let after, let height, let width):
      let shape = graph.shape(of: operands[0])
      let kept = graph.append(
        .slice(
          start: [0, before, 0, 0], limit: [shape[0], shape[1] - after, shape[2], shape[3]], stride: [1, 1, 1, 1]),
        operands[0])
      let trailing = [height - (shape[2] - 1) * stride - 1, width - (shape[3] - 1) * stride - 1]
      return [
        graph.append(
          .pad(before: [0, 0, 0, 0], after: [0, 0] + trailing, between: [0, 0, stride - 1, stride - 1]), kept)
      ]
    case .isCorrect:
      let guess = graph.append(.argumentMaximum, operands[0])
      return [graph.append(.indicesEqual, guess, operands[1])]
    }
  }
}

extension Graph {
  /// `exp zᵢ / Σⱼ exp zⱼ` per row of `[n, k]`.
  public mutating func softmax(_ logits: Value) -> Value {
    let (shifted, total) = shiftedExponentials(logits)
    let exponentials = append(.exponential, shifted)
    return divide(exponentials, broadcast(total, to: shape(of: logits), newAxes: [1]))
  }

  /// `x − m` per channel.
  fileprivate mutating func centred(_ x: Value, _ mean: Value) -> Value {
    subtract(x, broadcastChannels(mean, like: x))
  }

  /// `a x` per channel.
  fileprivate mutating func scaledChannels(_ x: Value, _ factor: Value) -> Value {
    multiply(x, broadcastChannels(factor, like: x))
  }

  /// `1 / √(v + ε)`.
  fileprivate mutating func inverseDeviation(_ variance: Value, _ epsilon: Double) -> Value {
    let shifted = shift(variance, by: epsilon)
    return append(.power(-0.5), shifted)
  }

  /// Change of `x̂ = s (x − μ)`: `s (ẋ − μ̇ − ½ s v̇ x̂)`.
  fileprivate mutating func changeOfNormalised(
    _ dx: Value, _ normalised: Value, _ factor: Value, _ dMean: Value, _ dVariance: Value
  ) -> Value {
    let share = scale(multiply(factor, dVariance), by: 0.5)
    let remainder = subtract(centred(dx, dMean), scaledChannels(normalised, share))
    return scaledChannels(remainder, factor)
  }

  /// `z − max z` per row, and `Σ exp(z − max z)`. The maximum is held constant: neither loss nor softmax depends on it.
  fileprivate mutating func shiftedExponentials(_ logits: Value) -> (shifted: Value, total: Value) {
    let constant = append(.stopGradient, logits)
    let maximum = append(.reduceMaximum(axes: [1]), constant)
    let shifted = subtract(logits, broadcast(maximum, to: shape(of: logits), newAxes: [1]))
    let exponentials = append(.exponential, shifted)
    return (shifted, sum(exponentials, over: [1]))
  }
}
