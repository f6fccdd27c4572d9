import ThalwegGraphs

extension OperationCase {
  /// Every differentiable primitive and named subgraph, with the windows that matter.
  static let all = primitives + windowed + named

  private static let wide = Window(size: 3, padding: 1)
  private static let strided = Window(size: 3, stride: 2, padding: 1)
  private static let dilated = Window(size: 2, stride: 1, padding: 1, dilation: 2)
  private static let overhanging = Window(size: 3, stride: 2, padding: 0, padAfter: 1)
  private static let uneven: Window = {
    var window = Window(size: 2)
    window.size = Window.Pair(3, 2)
    window.stride = Window.Pair(1, 3)
    window.padBefore = Window.Pair(2, 0)
    window.padAfter = Window.Pair(0, 1)
    return window
  }()

  /// Entry-wise functions, products, moves and reductions.
  static let primitives: [OperationCase] = [
    .primitive(.add, [[2, 3], [2, 3]]),
    .primitive(.subtract, [[2, 3], [2, 3]]),
    .primitive(.multiply, [[2, 3], [2, 3]]),
    .primitive(.affine(scale: -1.5, offset: 0.25), [[4]]),
    .primitive(.power(3), [[4]]),
    .primitive(.power(2), [[4]]),
    .primitive(.power(1), [[4]]),
    .primitive(.power(0), [[4]]),
    .primitive(.power(0.5), [[4]], [.positive]),
    .primitive(.power(-0.5), [[4]], [.positive]),
    .primitive(.power(-1), [[4]]),
    .primitive(.power(1.7), [[4]], [.positive]),
    .primitive(.exponential, [[4]]),
    .primitive(.logarithm, [[4]], [.positive]),
    .primitive(.hyperbolicTangent, [[4]]),
    .primitive(.logistic, [[4]]),
    .primitive(.step, [[4]]),
    .primitive(.matrixProduct(transposeFirst: false, transposeSecond: false), [[2, 3], [3, 4]]),
    .primitive(.matrixProduct(transposeFirst: true, transposeSecond: false), [[3, 2], [3, 4]]),
    .primitive(.matrixProduct(transposeFirst: false, transposeSecond: true), [[2, 3], [4, 3]]),
    .primitive(.matrixProduct(transposeFirst: true, transposeSecond: true), [[3, 2], [4, 3]]),
    .primitive(.slice(start: [1, 0], limit: [4, 5], stride: [2, 3]), [[5, 6]]),
    .primitive(.slice(start: [0], limit: [1], stride: [2]), [[4]]),
    .primitive(.pad(before: [1, 0], after: [0, 2], between: [2, 0]), [[2, 3]]),
    .primitive(.concatenate(axis: 1), [[2, 1, 2], [2, 3, 2], [2, 2, 2]]),
    .primitive(.reduceSum(axes: [0, 2]), [[2, 3, 4]]),
    .primitive(.reduceSum(axes: [1]), [[2, 3]]),
    .primitive(.reduceSum(axes: [0, 1]), [[2, 3]]),
    .primitive(.broadcast(axes: [0, 2], extents: [2, 3]), [[4]]),
    .primitive(.broadcast(axes: [0, 1], extents: [2, 3]), [.scalar]),
    .primitive(.reshape([3, 4]), [[2, 6]]),
    .primitive(.transpose([2, 0, 1]), [[2, 3, 4]]),
    OperationCase("the square of a value that is used twice", [[3]]) { graph, x, _ in
      let product = graph.multiply(x[0], x[0])
      return [graph.add(product, x[0])]
    },
    OperationCase("a quotient", [[3], [3]]) { graph, x, _ in [graph.divide(x[0], x[1])] },
  ]

  /// Convolutions, their adjoints and pooling.
  static let windowed: [OperationCase] = [
    .primitive(.convolution(Window(size: 1), groups: 1), [[2, 2, 3, 3], [3, 2, 1, 1]]),
    .primitive(.convolution(wide, groups: 1), [[2, 2, 4, 3], [3, 2, 3, 3]]),
    .primitive(.convolution(strided, groups: 2), [[1, 4, 5, 4], [2, 2, 3, 3]]),
    .primitive(.convolution(strided, groups: 3), [[1, 3, 4, 4], [3, 1, 3, 3]], remark: "depthwise"),
    .primitive(.convolution(dilated, groups: 1), [[1, 2, 4, 4], [2, 2, 2, 2]]),
    .primitive(.convolution(uneven, groups: 1), [[1, 2, 3, 5], [2, 2, 3, 2]]),
    .primitive(.convolution(overhanging, groups: 1), [[1, 1, 6, 6], [2, 1, 3, 3]]),
    .primitive(
      .convolutionInputGradient(strided, groups: 2, height: 5, width: 4), [[1, 2, 3, 2], [2, 2, 3, 3]]),
    .primitive(
      .convolutionInputGradient(strided, groups: 1, height: 4, width: 4), [[2, 2, 2, 2], [2, 1, 3, 3]]),
    .primitive(
      .convolutionInputGradient(dilated, groups: 1, height: 4, width: 4), [[1, 2, 4, 4], [2, 2, 2, 2]]),
    .primitive(.convolutionFilterGradient(strided, groups: 2), [[2, 4, 5, 4], [2, 2, 3, 2]]),
    .primitive(.convolutionFilterGradient(uneven, groups: 1), [[1, 2, 3, 5], [1, 2, 3, 2]]),
    .primitive(.windowSum(strided), [[1, 2, 5, 4]]),
    .primitive(.windowSum(uneven), [[1, 1, 3, 5]]),
    .primitive(.windowSumAdjoint(strided, height: 5, width: 4), [[1, 2, 3, 2]]),
    .primitive(.windowSumAdjoint(overhanging, height: 6, width: 6), [[1, 1, 3, 3]]),
    .primitive(
      .gatherPlane, [[1, 2, 2, 3]], indices: [Tensor([1, 2, 1, 3], indices: [0, 5, 5, 2, 1, 2])]),
    .primitive(
      .scatterPlane(height: 2, width: 3), [[1, 2, 1, 3]],
      indices: [Tensor([1, 2, 1, 3], indices: [0, 5, 5, 2, 1, 2])]),
    OperationCase("average pool that counts its padding", [[1, 2, 4, 4]]) { graph, x, _ in
      [graph.averagePool(x[0], Window(size: 3, stride: 2, padding: 1))]
    },
    OperationCase("average pool that overhangs and counts entries only", [[1, 2, 6, 6]]) { graph, x, _ in
      [graph.averagePool(x[0], Window(size: 3, stride: 2, padding: 0, padAfter: 1), countsPadding: false)]
    },
    OperationCase("global average pool", [[2, 3, 2, 2]]) { graph, x, _ in [graph.globalAveragePool(x[0])] },
    .named(.maxPool(Window(size: 2, stride: 2)), [[2, 2, 4, 4]], [.distinct]),
    .named(.maxPool(Window(size: 3, stride: 2, padding: 1)), [[1, 2, 5, 5]], [.distinct]),
    .named(.maxPool(Window(size: 3, stride: 2, padding: 0, padAfter: 1)), [[1, 1, 6, 6]], [.distinct]),
    .named(.maxPool(Window(size: 2, stride: 1, dilation: 2)), [[1, 1, 5, 4]], [.distinct]),
  ]

  private static let labels = Tensor([3], indices: [1, 0, 3])
  private static let channels: Shape = [2]
  private static let images: Shape = [3, 2, 2, 2]

  /// Named subgraphs.
  static let named: [OperationCase] = [
    .named(.relu, [[2, 5]]),
    .named(.reluGradient, [[2, 5], [2, 5]]),
    .named(.addBias, [[3, 2, 2, 2], channels]),
    .named(.addBias, [[3, 2], channels]),
    .named(.channelAffine, [images, channels, channels]),
    .named(.channelAffine, [[3, 2], channels, channels]),
    .named(.batchNormalisation(epsilon: 1e-2), [images, channels, channels]),
    .named(.batchNormalisation(epsilon: 1e-5), [[5, 2], channels, channels]),
    .named(
      .batchNormalisationGradient(epsilon: 1e-2), [images, images, channels, channels, channels],
      [.signed, .signed, .signed, .signed, .positive]),
    .named(.channelMoments, [images]),
    .named(
      .normalise(epsilon: 1e-2), [images, channels, channels, channels, channels],
      [.signed, .signed, .signed, .signed, .positive]),
    .named(
      .normalisationSums(epsilon: 1e-2), [images, images, channels, channels],
      [.signed, .signed, .signed, .positive]),
    .named(
      .normalisationInputGradient(epsilon: 1e-2),
      [images, images, channels, channels, channels, channels, channels],
      [.signed, .signed, .signed, .signed, .positive, .signed, .signed]),
    .named(
      .normalisationTangent(epsilon: 1e-2), [images, images] + Array(repeating: channels, count: 7),
      [.signed, .signed, .signed, .signed, .positive] + Array(repeating: .signed, count: 4)),
    .named(
      .normalisationTangentSums(epsilon: 1e-2), [images, images, images, images, channels, channels],
      [.signed, .signed, .signed, .signed, .signed, .positive]),
    .named(
      .normalisationInputGradientTangent(epsilon: 1e-2),
      Array(repeating: images, count: 4) + Array(repeating: channels, count: 10),
      Array(repeating: .signed, count: 6) + [.positive] + Array(repeating: .signed, count: 7)),
    .named(.softmaxCrossEntropy, [[3, 4]], [.distinct], indices: [labels], at: 1),
    .named(.softmaxCrossEntropyGradient, [[3, 4], [3]], [.distinct, .signed], indices: [labels], at: 1),
    .named(.subsampleAndPad(stride: 2, channelsBefore: 1, channelsAfter: 2), [[2, 2, 4, 5]]),
    .named(
      .subsampleAndPadAdjoint(stride: 2, channelsBefore: 1, channelsAfter: 2, height: 4, width: 5),
      [[2, 5, 2, 3]]),
    .named(.isCorrect, [[3, 4]], [.distinct], indices: [labels], at: 1),
  ]
}
