import ThalwegGraphs

/// Translates a graph of primitives and named subgraphs into kernels, choosing layouts on the way.
///
/// Images inside a network are blocked, everything else is plain; conversions are inserted where the two meet. A named
/// subgraph that has no kernel in its context is replaced by its definition.
struct Lowering {
  private(set) var lowered = LoweredGraph()
  private var map: [Value: Int] = [:]
  private var converted: [Int: Int] = [:]
  private var batchedCopies: [Int: Int] = [:]
  private let batch: Int
  private let arithmetic: Arithmetic

  /// Lowers `graph`, whose inputs named in `batched` have one row for each example.
  static func lower(
    _ graph: Graph, batched: [String], arithmetic: Arithmetic
  ) throws(EngineError) -> LoweredGraph {
    let batch = batched.first.flatMap { graph.input(named: $0) }.map { graph.shape(of: $0)[0] } ?? 0
    var lowering = Lowering(batch: batch, arithmetic: arithmetic)
    lowering.lowered.batch = batch
    for node in graph.nodes { try lowering.lower(node, of: graph, batched: batched) }
    for output in graph.outputs {
      let value = lowering.plain(lowering.value(output.value))
      lowering.lowered.outputs.append((output.name, value))
    }
    return lowering.lowered
  }

  private init(batch: Int, arithmetic: Arithmetic) {
    self.batch = batch
    self.arithmetic = arithmetic
  }

  private func value(_ value: Value) -> Int {
    guard let id = map[value] else { preconditionFailure("value \(value.id) is used before it is defined") }
    return id
  }

  // MARK: Nodes

  private mutating func lower(_ node: Node, of graph: Graph, batched: [String]) throws(EngineError) {
    switch node.operation {
    case .primitive(.input):
      let type = graph.type(of: node.results[0])
      let name = graph.inputs.first { $0.value == node.results[0] }?.name ?? ""
      let id = lowered.define(type.shape, type.kind, isBatched: batched.contains(name), .plain)
      lowered.append(.input(name), [], [id])
      map[node.results[0]] = id
    case .primitive(let primitive):
      let operands = node.operands.map { value($0) }
      map[node.results[0]] = try lower(primitive, operands, graph.type(of: node.results[0]))
    case .named(let name):
      let operands = node.operands.map { value($0) }
      if let results = lower(name, operands, node.results.map { graph.type(of: $0) }) {
        for (old, new) in zip(node.results, results) { map[old] = new }
      } else {
        try lowerDefinition(of: name, operands, node.results)
      }
    }
  }

  /// Lowers what a named subgraph stands for.
  private mutating func lowerDefinition(
    of name: NamedSubgraph, _ operands: [Int], _ results: [Value]
  ) throws(EngineError) {
    var definition = Graph()
    let inputs = operands.enumerated().map { position, id in
      definition.input("\(position)", lowered.values[id].shape, kind: lowered.values[id].kind)
    }
    let outputs = name.expand(in: &definition, inputs)
    let outer = map
    map = Dictionary(uniqueKeysWithValues: zip(inputs, operands))
    for node in definition.nodes where node.operation != .primitive(.input) {
      try lower(node, of: definition, batched: [])
    }
    let ids = outputs.map { value($0) }
    map = outer
    for (old, id) in zip(results, ids) { map[old] = id }
  }

  // MARK: Layouts

  private func isImage(_ id: Int) -> Bool {
    lowered.values[id].isBatched && lowered.values[id].shape.rank == 4
  }

  private mutating func plain(_ id: Int) -> Int {
    guard lowered.values[id].layout != .plain else { return id }
    return convert(id, to: .plain, .toPlain)
  }

  private mutating func blocked(_ id: Int) -> Int {
    guard lowered.values[id].layout != .blocked else { return id }
    return convert(id, to: .blocked, .toBlocked)
  }

  private mutating func convert(_ id: Int, to layout: LoweredGraph.Layout, _ kernel: LoweredGraph.Kernel) -> Int {
    if let known = converted[id] { return known }
    var value = lowered.values[id]
    value.layout = layout
    lowered.values.append(value)
    let result = lowered.values.count - 1
    lowered.append(kernel, [id], [result])
    converted[id] = result
    return result
  }

  private mutating func emit(
    _ kernel: LoweredGraph.Kernel, _ operands: [Int], _ type: ValueType, isBatched: Bool,
    _ layout: LoweredGraph.Layout = .plain
  ) -> Int {
    let result = lowered.define(type.shape, type.kind, isBatched: isBatched, layout)
    lowered.append(kernel, operands, [result])
    return result
  }

  /// A shared value of full batch shape, made once for each row: fills, and broadcasts along the batch.
  private mutating func batchedCopy(_ id: Int) -> Int? {
    if lowered.values[id].isBatched { return id }
    if let known = batchedCopies[id] { return known }
    guard let definition = lowered.operations.last(where: { $0.results.contains(id) }),
      case .primitive(let primitive) = definition.kernel, lowered.values[id].shape.rank > 0,
      lowered.values[id].shape[0] == batch
    else { return nil }
    switch primitive {
    case .fill: break
    case .broadcast(let axes, _) where axes.first == 0: break
    default: return nil
    }
    let type = ValueType(lowered.values[id].shape, lowered.values[id].kind)
    let copy = emit(definition.kernel, definition.operands, type, isBatched: true)
    batchedCopies[id] = copy
    return copy
  }

  // MARK: Primitives

  private mutating func lower(
    _ primitive: Primitive, _ given: [Int], _ type: ValueType
  ) throws(EngineError) -> Int {
    guard given.contains(where: { lowered.values[$0].isBatched }) else {
      return emit(.primitive(primitive), given, type, isBatched: false)
    }
    var operands = given
    func refuse() -> EngineError { .mixesExamples("\(primitive)") }
    func batchAll() throws(EngineError) {
      operands = []
      for id in given {
        guard let copy = batchedCopy(id) else { throw refuse() }
        operands.append(copy)
      }
    }
    let shape = lowered.values[given[0]].shape
    switch primitive {
    case .input, .fill:
      preconditionFailure("\(primitive) has no operands")
    case .add, .subtract, .multiply, .step, .stopGradient, .affine(_, 0):
      try batchAll()
      return entrywise(primitive, operands, type)
    case .affine, .power, .exponential, .logarithm, .hyperbolicTangent, .logistic, .oneHot, .argumentMaximum:
      return rowWise(primitive, operands, type)
    case .indicesEqual, .concatenate:
      if case .concatenate(let axis) = primitive, axis == 0 { throw refuse() }
      try batchAll()
      return rowWise(primitive, operands, type)
    case .matrixProduct(let first, let second):
      return try matrixProduct(operands, type, first, second, refuse)
    case .convolution(let window, let groups):
      guard !lowered.values[operands[1]].isBatched else { throw refuse() }
      let kernel = LoweredGraph.Kernel.convolution(window, groups: groups)
      return emit(kernel, [convolutionSource(operands[0]), operands[1]], type, isBatched: true, .blocked)
    case .convolutionInputGradient(let window, let groups, _, _):
      guard !lowered.values[operands[1]].isBatched else { throw refuse() }
      let kernel = LoweredGraph.Kernel.convolutionInputGradient(window, groups: groups)
      return emit(kernel, [blocked(operands[0]), operands[1]], type, isBatched: true, .blocked)
    case .convolutionFilterGradient(let window, let groups):
      try batchAll()
      let kernel = LoweredGraph.Kernel.convolutionFilterGradient(window, groups: groups)
      return emit(kernel, [convolutionSource(operands[0]), blocked(operands[1])], type, isBatched: false)
    case .windowSum, .windowSumAdjoint, .windowMaximumIndex:
      return rowWise(primitive, operands, type)
    case .gatherPlane, .scatterPlane:
      try batchAll()
      guard lowered.values[operands[1]].layout == .blocked else { return rowWise(primitive, operands, type) }
      let kernel: LoweredGraph.Kernel = primitive == .gatherPlane ? .gather : .scatter
      return emit(kernel, [blocked(operands[0]), operands[1]], type, isBatched: true, .blocked)
    case .slice(let start, let limit, let stride):
      guard start[0] == 0 && limit[0] == shape[0] && stride[0] == 1 else { throw refuse() }
      return rowWise(primitive, operands, type)
    case .pad(let before, let after, let between):
      guard before[0] == 0 && after[0] == 0 && between[0] == 0 else { throw refuse() }
      return rowWise(primitive, operands, type)
    case .reduceMaximum(let axes):
      guard !axes.contains(0) else { throw refuse() }
      return rowWise(primitive, operands, type)
    case .reduceSum(let axes):
      return reduceSum(axes, operands, type)
    case .broadcast(let axes, _):
      guard !axes.contains(0) else { throw refuse() }
      if axes == [2, 3] && shape.rank == 2 {
        return emit(.spread, [plain(operands[0])], type, isBatched: true, .blocked)
      }
      return rowWise(primitive, operands, type)
    case .reshape(let extents):
      guard extents.first == shape[0] else { throw refuse() }
      return rowWise(primitive, operands, type)
    case .transpose(let permutation):
      guard permutation[0] == 0 else { throw refuse() }
      return rowWise(primitive, operands, type)
    }
  }

  /// Plain loops over rows.
  private mutating func rowWise(_ primitive: Primitive, _ operands: [Int], _ type: ValueType) -> Int {
    emit(.primitive(primitive), operands.map { plain($0) }, type, isBatched: true)
  }

  /// Few channels are read in place by the first convolution; padding 3 to 16 would be most of its work.
  private mutating func convolutionSource(_ id: Int) -> Int {
    let value = lowered.values[id]
    if value.layout == .plain && value.shape[1] <= 4 && arithmetic != .half { return id }
    return blocked(id)
  }

  private mutating func entrywise(_ primitive: Primitive, _ operands: [Int], _ type: ValueType) -> Int {
    let kernel: LoweredGraph.Entrywise =
      switch primitive {
      case .add: .add
      case .subtract: .subtract
      case .multiply: .multiply
      case .step: .step
      case .affine(let factor, _): .scale(factor)
      default: .copy
      }
    return entrywise(kernel, operands, type)
  }

  private mutating func entrywise(
    _ kernel: LoweredGraph.Entrywise, _ operands: [Int], _ type: ValueType
  ) -> Int {
    let isBlocked = operands.contains { lowered.values[$0].layout == .blocked }
    let aligned = operands.map { isBlocked ? blocked($0) : plain($0) }
    return emit(.entrywise(kernel), aligned, type, isBatched: true, isBlocked ? .blocked : .plain)
  }

  private mutating func matrixProduct(
    _ operands: [Int], _ type: ValueType, _ first: Bool, _ second: Bool, _ refuse: () -> EngineError
  ) throws(EngineError) -> Int {
    let isBatched = operands.map { lowered.values[$0].isBatched }
    if isBatched == [true, false] && !first {
      return emit(.matrixProduct(transposeSecond: second), [plain(operands[0]), operands[1]], type, isBatched: true)
    }
    if first && !second, let a = batchedCopy(operands[0]), let b = batchedCopy(operands[1]) {
      return emit(.matrixProductSum, [plain(a), plain(b)], type, isBatched: false)
    }
    throw refuse()
  }

  private mutating func reduceSum(_ axes: [Int], _ operands: [Int], _ type: ValueType) -> Int {
    let id = operands[0]
    if isImage(id) && lowered.values[id].layout == .blocked {
      if axes.sorted() == [2, 3] { return emit(.pixelSums, [id], type, isBatched: true) }
      if axes.sorted() == [0, 2, 3] { return emit(.channelSums, [id], type, isBatched: false) }
    }
    guard axes.contains(0) else { return rowWise(.reduceSum(axes: axes), operands, type) }
    return emit(.sumRows(axes: axes), [plain(id)], type, isBatched: false)
  }

  // MARK: Named subgraphs

  /// The results of a named subgraph by kernels of its own; `nil` if it has none for these operands.
  private mutating func lower(_ name: NamedSubgraph, _ x: [Int], _ types: [ValueType]) -> [Int]? {
    let isBatched = x.map { lowered.values[$0].isBatched }
    switch name {
    case .relu:
      return isBatched[0] ? [entrywise(.relu, x, types[0])] : nil
    case .reluGradient:
      return isBatched == [true, true] ? [entrywise(.reluGradient, x, types[0])] : nil
    case .addBias:
      guard isBatched == [true, false] else { return nil }
      if lowered.values[x[0]].shape.rank == 2 {
        return [emit(.addRow(relu: false), [plain(x[0]), x[1]], types[0], isBatched: true)]
      }
      return isImage(x[0]) ? [bias(x[0], x[1], types[0])] : nil
    case .channelAffine:
      guard isImage(x[0]), isBatched == [true, false, false] else { return nil }
      return [linear(x[0..<1], .affine, x[1...], types[0])]
    case .normalise(let epsilon):
      guard isImage(x[0]), !isBatched.dropFirst().contains(true) else { return nil }
      return [linear(x[0..<1], .normalisation(epsilon: epsilon), x[1...], types[0])]
    case .channelMoments:
      guard isImage(x[0]) else { return nil }
      let results = types.map { lowered.define($0.shape, isBatched: false, .plain) }
      lowered.append(.moments, [blocked(x[0])], results)
      return results
    case .normalisationSums(let epsilon):
      guard isBatched == [true, true, false, false], isImage(x[0]) else { return nil }
      return normalisationSums(epsilon, x[0], x[1], x[2], x[3], [], types)
    case .normalisationTangentSums(let epsilon):
      guard isImage(x[3]), let images = batchedCopies(x[0..<4]), !isBatched[4...].contains(true) else { return nil }
      return normalisationSums(epsilon, images[0], images[3], x[4], x[5], [images[1], images[2]], types)
    case .normalisationInputGradient(let epsilon):
      guard isBatched == [true, true, false, false, false, false, false], isImage(x[0]) else { return nil }
      let entries = types[0].shape.count / types[0].shape[1]
      return [linear(x[0..<2], .inputGradient(epsilon: epsilon, entries: entries), x[2...], types[0])]
    case .normalisationTangent(let epsilon):
      guard isImage(x[1]), let images = batchedCopies(x[0..<2]), !isBatched[2...].contains(true) else { return nil }
      return [linear(images[...], .tangent(epsilon: epsilon), x[2...], types[0])]
    case .normalisationInputGradientTangent(let epsilon):
      guard isImage(x[3]), let images = batchedCopies(x[0..<4]), !isBatched[4...].contains(true) else { return nil }
      let entries = types[0].shape.count / types[0].shape[1]
      return [linear(images[...], .inputGradientTangent(epsilon: epsilon, entries: entries), x[4...], types[0])]
    case .softmaxCrossEntropy:
      guard isBatched == [true, true] else { return nil }
      return [emit(.crossEntropy, [plain(x[0]), x[1]], types[0], isBatched: true)]
    case .softmaxCrossEntropyGradient:
      guard isBatched[0] && isBatched[1], let weights = batchedCopy(x[2]) else { return nil }
      return [emit(.crossEntropyGradient, [plain(x[0]), x[1], weights], types[0], isBatched: true)]
    case .isCorrect:
      guard isBatched == [true, true] else { return nil }
      return [emit(.isCorrect, [plain(x[0]), x[1]], types[0], isBatched: true)]
    case .maxPool(let window):
      guard isImage(x[0]) else { return nil }
      let results = types.map { lowered.define($0.shape, $0.kind, isBatched: true, .blocked) }
      lowered.append(.maxPool(window), [blocked(x[0])], results)
      return results
    case .subsampleAndPad(let stride, let before, _):
      guard isImage(x[0]) else { return nil }
      return [
        emit(.subsample(stride: stride, before: before), [blocked(x[0])], types[0], isBatched: true, .blocked)
      ]
    case .subsampleAndPadAdjoint(let stride, let before, _, _, _):
      guard isImage(x[0]) else { return nil }
      return [
        emit(.subsampleAdjoint(stride: stride, before: before), [blocked(x[0])], types[0], isBatched: true, .blocked)
      ]
    case .batchNormalisation, .batchNormalisationGradient:
      return nil
    }
  }

  private mutating func channelNumbers(
    _ kind: LoweredGraph.ChannelNumbers, _ operands: ArraySlice<Int>
  ) -> [Int] {
    let shape = lowered.values[operands[operands.startIndex]].shape
    let results = (0..<kind.count).map { _ in lowered.define(shape, isBatched: false, .channels) }
    lowered.append(.channelNumbers(kind), Array(operands), results)
    return results
  }

  /// A linear combination of images, whose factors and shift `kind` computes from per-channel values.
  private mutating func linear(
    _ images: ArraySlice<Int>, _ kind: LoweredGraph.ChannelNumbers, _ operands: ArraySlice<Int>, _ type: ValueType
  ) -> Int {
    let numbers = channelNumbers(kind, operands)
    let sources = images.map { blocked($0) }
    return emit(
      .linear(scaled: images.count, plain: 0, .none), sources + numbers, type, isBatched: true, .blocked)
  }

  /// An image and one number for each channel added to it.
  private mutating func bias(_ image: Int, _ bias: Int, _ type: ValueType) -> Int {
    let shift = channelNumbers(.bias, [bias])
    return emit(.linear(scaled: 0, plain: 1, .none), shift + [blocked(image)], type, isBatched: true, .blocked)
  }

  private mutating func normalisationSums(
    _ epsilon: Double, _ dz: Int, _ x: Int, _ mean: Int, _ variance: Int, _ product: [Int], _ types: [ValueType]
  ) -> [Int] {
    let numbers = channelNumbers(.deviation(epsilon: epsilon), [mean, variance])
    let results = types.map { lowered.define($0.shape, isBatched: false, .plain) }
    lowered.append(
      .normalisationSums(hasProduct: !product.isEmpty),
      [blocked(dz), blocked(x)] + numbers + product.map { blocked($0) }, results)
    return results
  }

  /// Values with a row for each example; `nil` if one can't have them.
  private mutating func batchedCopies(_ ids: ArraySlice<Int>) -> [Int]? {
    var copies: [Int] = []
    for id in ids {
      guard let copy = batchedCopy(id) else { return nil }
      copies.append(copy)
    }
    return copies
  }
}
