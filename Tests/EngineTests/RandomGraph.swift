import ThalwegGraphs
import ThalwegRandomness

/// A graph of randomly chosen layers, joined at random: values are used never, once or often, in either layout, in their
/// own stage and in later ones, and are asked for in the middle.
struct RandomGraph {
  private(set) var builder = CaseBuilder(blocksImages: false)
  private var stream: RandomStream
  private var images: [Value] = []
  private var rows: [Value] = []
  private var pooled: [(image: Value, value: Value, position: Value)] = []
  private var parameters: [String] = []

  /// The graph of `seed`: `layers` layers, some of their results as outputs, and, for every second seed, gradients.
  static func make(seed: UInt64, layers: Int) -> Graph {
    var maker = RandomGraph(seed: seed)
    for _ in 0..<layers { maker.appendLayer() }
    return maker.finish(hasGradient: seed % 2 == 0)
  }

  private init(seed: UInt64) {
    stream = RandomStream(seed: seed)
    let size = 4 + 3 * stream.index(below: 3)
    images = [builder.rows("x", 3, size, size), builder.rows("z", 17, size, size)]
    rows = [builder.rows("features", 5)]
  }

  private mutating func image() -> Value { images[stream.index(below: images.count)] }

  private func shape(_ value: Value) -> Shape { builder.graph.shape(of: value) }

  /// Some image of the same shape as `image`, perhaps itself.
  private mutating func partner(of image: Value) -> Value {
    let candidates = images.filter { shape($0) == shape(image) }
    return candidates[stream.index(below: candidates.count)]
  }

  private mutating func parameter(_ prefix: String, _ shape: Shape) -> Value {
    parameters.append("\(prefix)\(parameters.count)")
    return builder.input(parameters[parameters.count - 1], shape)
  }

  private mutating func appendLayer() {
    let x = image()
    let extents = shape(x)
    switch stream.index(below: 14) {
    case 0, 1:
      let out = [3, 8, 16, 17][stream.index(below: 4)]
      let window = Window(size: 3, stride: 1 + stream.index(below: 2), padding: 1)
      images.append(builder.graph.convolution(x, parameter("w", [out, extents[1], 3, 3]), window))
    case 2: images.append(builder.graph.relu(x))
    case 3:
      let other = partner(of: x)
      let operation = [Primitive.add, .subtract, .multiply][stream.index(below: 3)]
      images.append(builder.graph.append(operation, x, other))
    case 4: images.append(builder.graph.append(.hyperbolicTangent, x))
    case 5:
      let (gamma, beta) = (parameter("gamma", [extents[1]]), parameter("beta", [extents[1]]))
      let results = builder.graph.append(.named(.batchNormalisation(epsilon: 1e-5)), [x, gamma, beta])
      builder.graph.output("mean\(parameters.count)", results[1])
      images.append(results[0])
    case 6:
      let results = builder.graph.append(.named(.maxPool(Window(size: 3, stride: 2, padding: 1))), [x])
      pooled.append((x, results[0], results[1]))
      images.append(results[0])
    case 7: appendScatter(x)
    case 8: images.append(builder.graph.averagePool(x, Window(size: 3, padding: 1)))
    case 9: rows.append(builder.graph.globalAveragePool(x))
    case 10: appendSpread(x)
    case 11:
      let other = images.filter { shape($0).removing(axes: [1]) == extents.removing(axes: [1]) }.last ?? x
      images.append(builder.graph.append(.primitive(.concatenate(axis: 1)), [x, other])[0])
    case 12: appendFeedback(x)
    default:
      images.append(
        builder.graph.named(.subsampleAndPad(stride: 2, channelsBefore: 1, channelsAfter: 2), x))
    }
  }

  /// What pooling passes back.
  private mutating func appendScatter(_ x: Value) {
    guard let (image, value, position) = pooled.last else { return }
    let extents = shape(image)
    let upstream = builder.graph.multiply(value, partner(of: value))
    images.append(builder.graph.append(.scatterPlane(height: extents[2], width: extents[3]), upstream, position))
  }

  /// A dense layer, spread over the pixels of an image.
  private mutating func appendSpread(_ x: Value) {
    let extents = shape(x)
    let row = rows[stream.index(below: rows.count)]
    let product = builder.graph.matrixProduct(
      row, parameter("dense", [extents[1], shape(row)[1]]), transposeSecond: true)
    let dense = builder.graph.relu(builder.graph.addBias(product, parameter("bias", [extents[1]])))
    rows.append(dense)
    images.append(builder.graph.add(builder.graph.broadcast(dense, to: extents, newAxes: [2, 3]), x))
  }

  /// A sum over the batch that every example meets again.
  private mutating func appendFeedback(_ x: Value) {
    let extents = shape(x)
    let sum = builder.graph.sum(x, over: [0, 2, 3])
    let mean = builder.graph.scale(sum, by: 1 / Double(extents.count))
    images.append(builder.graph.addBias(partner(of: x), builder.graph.append(.hyperbolicTangent, mean)))
  }

  private mutating func finish(hasGradient: Bool) -> Graph {
    for (index, value) in (images + rows).enumerated() where stream.index(below: 3) == 0 {
      builder.graph.output("y\(index)", value)
    }
    if let last = pooled.last { builder.graph.output("position", last.position) }
    guard let last = images.last else { return builder.graph }
    builder.graph.output("last", last)
    guard hasGradient else { return builder.graph }
    let scaled = builder.graph.append(.hyperbolicTangent, last)
    builder.graph.output("loss", builder.graph.sum(builder.graph.square(scaled)))
    return builder.graph.gradient(of: "loss", withRespectTo: parameters)
  }
}
