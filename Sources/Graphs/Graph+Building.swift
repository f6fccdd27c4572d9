/// Methods that read like formulas. Each appends one node and returns its result.
extension Graph {
  /// `x + y`.
  public mutating func add(_ x: Value, _ y: Value) -> Value { append(.add, x, y) }

  /// `x − y`.
  public mutating func subtract(_ x: Value, _ y: Value) -> Value { append(.subtract, x, y) }

  /// `x · y`, entry by entry.
  public mutating func multiply(_ x: Value, _ y: Value) -> Value { append(.multiply, x, y) }

  /// `x / y`, entry by entry.
  public mutating func divide(_ x: Value, _ y: Value) -> Value {
    let reciprocal = append(.power(-1), y)
    return multiply(x, reciprocal)
  }

  /// `factor · x`.
  public mutating func scale(_ x: Value, by factor: Double) -> Value {
    append(.affine(scale: factor, offset: 0), x)
  }

  /// `x + number`.
  public mutating func shift(_ x: Value, by number: Double) -> Value {
    append(.affine(scale: 1, offset: number), x)
  }

  /// `x²`.
  public mutating func square(_ x: Value) -> Value { append(.power(2), x) }

  /// Sum over `axes`.
  public mutating func sum(_ x: Value, over axes: [Int]) -> Value {
    axes.isEmpty ? x : append(.reduceSum(axes: axes), x)
  }

  /// Sum over all entries: a scalar.
  public mutating func sum(_ x: Value) -> Value { sum(x, over: Array(0..<shape(of: x).rank)) }

  /// Mean over `axes`.
  public mutating func mean(_ x: Value, over axes: [Int]) -> Value {
    let count = axes.reduce(1) { $0 * shape(of: x)[$1] }
    let total = sum(x, over: axes)
    return scale(total, by: 1 / Double(count))
  }

  /// Copies of `x` along new axes at the positions `axes` of a result of shape `shape`.
  public mutating func broadcast(_ x: Value, to shape: Shape, newAxes axes: [Int]) -> Value {
    axes.isEmpty ? x : append(.broadcast(axes: axes, extents: axes.map { shape[$0] }), x)
  }

  /// Copies of the per-channel numbers `x` `[channels]` over a tensor whose axis 1 is the channel.
  public mutating func broadcastChannels(_ x: Value, like model: Value) -> Value {
    let shape = shape(of: model)
    return broadcast(x, to: shape, newAxes: (0..<shape.rank).filter { $0 != 1 })
  }

  /// Matrix product, each factor optionally transposed.
  public mutating func matrixProduct(
    _ x: Value, _ y: Value, transposeFirst: Bool = false, transposeSecond: Bool = false
  ) -> Value {
    append(.matrixProduct(transposeFirst: transposeFirst, transposeSecond: transposeSecond), x, y)
  }

  /// Cross-correlation of images with filters.
  public mutating func convolution(_ x: Value, _ filters: Value, _ window: Window, groups: Int = 1) -> Value {
    append(.convolution(window, groups: groups), x, filters)
  }

  /// The same elements in another shape.
  public mutating func reshape(_ x: Value, to shape: Shape) -> Value {
    shape == self.shape(of: x) ? x : append(.reshape(shape.extents), x)
  }

  /// A named subgraph with one result.
  public mutating func named(_ subgraph: NamedSubgraph, _ operands: Value...) -> Value {
    append(.named(subgraph), operands)[0]
  }

  /// `max(x, 0)`.
  public mutating func relu(_ x: Value) -> Value { named(.relu, x) }

  /// Per-channel `x + b`, the channel being axis 1.
  public mutating func addBias(_ x: Value, _ bias: Value) -> Value { named(.addBias, x, bias) }

  /// Cross entropy `ln Σⱼ exp zⱼ − z_y` of each row of logits, in nats.
  public mutating func softmaxCrossEntropy(_ logits: Value, labels: Value) -> Value {
    named(.softmaxCrossEntropy, logits, labels)
  }

  /// Mean over the windows: zeros outside count when `countsPadding`, else only entries inside do.
  public mutating func averagePool(_ x: Value, _ window: Window, countsPadding: Bool = true) -> Value {
    let total = append(.windowSum(window), x)
    if countsPadding {
      return scale(total, by: 1 / Double(window.size.vertical * window.size.horizontal))
    }
    let ones = fill(1, shape(of: x))
    let counts = append(.windowSum(window), ones)
    return divide(total, counts)
  }

  /// Mean over the two last axes of `[batch, channels, height, width]`.
  public mutating func globalAveragePool(_ x: Value) -> Value { mean(x, over: [2, 3]) }
}
