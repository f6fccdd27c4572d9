import CKernels
import COneDNN
import ThalwegGraphs

/// Turns a staged graph with its memory plan into steps.
struct PlanBuilder {
  let graph: LoweredGraph
  let memory: MemoryPlan
  let options: EngineOptions
  let library: Library
  /// Names of the batched inputs, in the order in which sources know them.
  let batchedInputs: [String]

  /// Row-wise steps and sums of each stage.
  private(set) var stages: [[Step]] = []
  /// Steps on shared values: element 0 before the first stage, element `s + 1` after stage `s`.
  private(set) var between: [[Step]] = []
  /// Bytes of a lane's sums.
  private(set) var partialBytes = 0
  /// Bytes of the shared arena, packed filters included.
  private(set) var sharedBytes: Int
  /// Per-example outputs and the numbers that each has for an example.
  private(set) var perExample: [(name: String, count: Int)] = []

  init(
    _ graph: LoweredGraph, _ memory: MemoryPlan, _ options: EngineOptions, _ library: Library,
    batchedInputs: [String]
  ) throws(EngineError) {
    self.graph = graph
    self.memory = memory
    self.options = options
    self.library = library
    self.batchedInputs = batchedInputs
    sharedBytes = memory.sharedBytes
    stages = Array(repeating: [], count: graph.stageCount)
    between = Array(repeating: [], count: graph.stageCount + 1)
    for operation in graph.operations {
      if graph.isBatched(operation) {
        try addRowStep(operation)
        addRounding(operation)
      } else {
        addSharedStep(operation)
      }
    }
    for output in graph.outputs where graph.values[output.value].isBatched {
      let stage = graph.operations.first { $0.results.contains(output.value) }?.stage ?? 0
      stages[stage].append(StoreStep(index: perExample.count, source: memory.slot(output.value)))
      perExample.append((output.name, graph.values[output.value].storedCount))
    }
  }

  // MARK: Room

  private mutating func reserveShared(_ bytes: Int) -> MemoryPlan.Slot {
    defer { sharedBytes += (bytes + MemoryPlan.alignment - 1) / MemoryPlan.alignment * MemoryPlan.alignment }
    return MemoryPlan.Slot(area: .shared, offset: sharedBytes, rowBytes: 0)
  }

  private mutating func reservePartial(_ bytes: Int) -> Int {
    defer { partialBytes += (bytes + MemoryPlan.alignment - 1) / MemoryPlan.alignment * MemoryPlan.alignment }
    return partialBytes
  }

  private mutating func addSum(_ step: SumStep, _ stage: Int) {
    stages[stage].append(step)
    between[stage + 1].append(FinishStep(step))
  }

  private func slots(_ values: [Int]) -> [MemoryPlan.Slot] { values.map { memory.slot($0) } }

  private func isHalf(_ value: Int) -> Bool { MemoryPlan.elementBytes(graph.values[value], options) == 2 }

  private func shape(_ value: Int) -> Shape { graph.values[value].shape }

  // MARK: Steps

  private mutating func addSharedStep(_ operation: LoweredGraph.LoweredOperation) {
    let step: Step
    switch operation.kernel {
    case .input:
      return
    case .channelNumbers(let kind):
      step = ChannelNumbersStep(
        kind, slots(operation.operands), slots(operation.results), channels: shape(operation.operands[0]).count)
    case .primitive(let primitive):
      step = PrimitiveStep(
        primitive, slots(operation.operands), operation.operands.map { graph.values[$0] },
        memory.slot(operation.results[0]), graph.values[operation.results[0]], rows: 0)
    default:
      preconditionFailure("\(operation.kernel) has no batched operand")
    }
    between[operation.stage + 1].append(step)
  }

  private mutating func addRowStep(_ operation: LoweredGraph.LoweredOperation) throws(EngineError) {
    let (x, y) = (operation.operands, operation.results)
    let stage = operation.stage
    let rows = memory.rowsPerChunk[stage]
    switch operation.kernel {
    case .input(let name):
      guard let index = batchedInputs.firstIndex(of: name) else { preconditionFailure("\(name) is not batched") }
      stages[stage].append(LoadStep(index: index, target: memory.slot(y[0])))
    case .primitive(let primitive):
      stages[stage].append(
        PrimitiveStep(
          primitive, slots(x), x.map { graph.values[$0] }, memory.slot(y[0]), graph.values[y[0]], rows: rows))
    case .entrywise(let kernel):
      stages[stage].append(
        EntrywiseStep(
          kernel, slots(x), memory.slot(y[0]), perRow: graph.values[y[0]].storedCount, isHalf: isHalf(y[0])))
    case .crossEntropy:
      stages[stage].append(CrossEntropyStep(.loss, slots(x), memory.slot(y[0]), classes: shape(x[0])[1]))
    case .crossEntropyGradient:
      stages[stage].append(CrossEntropyStep(.gradient, slots(x), memory.slot(y[0]), classes: shape(x[0])[1]))
    case .isCorrect:
      stages[stage].append(CrossEntropyStep(.correct, slots(x), memory.slot(y[0]), classes: shape(x[0])[1]))
    case .convolution, .convolutionInputGradient, .convolutionFilterGradient:
      try addConvolution(operation, rows: rows)
    case .matrixProduct, .matrixProductSum, .addRow:
      addProduct(operation)
    case .linear(let scaled, let plain, let ending):
      stages[stage].append(
        LinearStep(
          slots(x), memory.slot(y[0]), shape(y[0]), scaled: scaled, plain: plain, ending, isHalf: isHalf(y[0])))
    case .sumRows, .moments, .normalisationSums, .maskedSums, .channelSums:
      addSum(operation)
    case .maxPool, .gather, .scatter, .subsample, .subsampleAdjoint, .pixelSums, .spread, .toBlocked, .toPlain:
      addImageStep(operation)
    case .channelNumbers:
      preconditionFailure("per-channel numbers are shared")
    }
  }

  /// Rounds images where the processor lacks the 16-bit numbers asked for.
  private mutating func addRounding(_ operation: LoweredGraph.LoweredOperation) {
    guard options.arithmetic == .rounded else { return }
    for result in operation.results {
      let value = graph.values[result]
      guard value.isBatched, value.kind == .real, value.shape.rank == 4 else { continue }
      stages[operation.stage].append(RoundStep(memory.slot(result), count: value.storedCount))
    }
  }

  private mutating func addImageStep(_ operation: LoweredGraph.LoweredOperation) {
    let (x, y) = (operation.operands, operation.results)
    func image(_ shape: Shape) -> Shape { shape.rank == 4 ? shape : [shape[0], shape[1], 1, 1] }
    stages[operation.stage].append(
      ImageStep(
        operation.kernel, slots(x), slots(y), from: image(shape(x[0])), to: image(shape(y[0])),
        isHalf: isHalf(x[0]) || isHalf(y[0])))
  }

  private mutating func addSum(_ operation: LoweredGraph.LoweredOperation) {
    let (x, y) = (operation.operands, operation.results)
    let shape = shape(x[0])
    let isHalf = isHalf(x[0])
    switch operation.kernel {
    case .sumRows(let axes):
      let count = self.shape(y[0]).count
      addSum(
        SumRowsStep(
          x: memory.slot(x[0]), shape: shape, axes: axes, y: memory.slot(y[0]), count: count,
          partialOffset: reservePartial(8 * count)), operation.stage)
    case .moments:
      addSum(
        MomentsStep(
          x: memory.slot(x[0]), mean: memory.slot(y[0]), variance: memory.slot(y[1]), shape: shape, isHalf: isHalf,
          partialOffset: reservePartial(MomentsStep.partialBytes(shape))), operation.stage)
    case .normalisationSums(let hasProduct):
      let kind: LoweredGraph.Sums = hasProduct ? .withProduct : .normalisation
      addSum(
        MaskedSumsStep(
          slots(x), addends: 1, hasMask: false, dz: nil, sums: slots(y), shape: shape, isHalf: isHalf,
          partialOffset: reservePartial(MaskedSumsStep.partialBytes(shape, kind))), operation.stage)
    case .maskedSums(let addends, let hasMask, let kind):
      let step = MaskedSumsStep(
        slots(x), addends: addends, hasMask: hasMask, dz: memory.slot(y[0]), sums: slots(Array(y.dropFirst())),
        shape: shape, isHalf: isHalf,
        partialOffset: kind == .none ? 0 : reservePartial(MaskedSumsStep.partialBytes(shape, kind)))
      if kind == .none { stages[operation.stage].append(step) } else { addSum(step, operation.stage) }
    case .channelSums:
      addSum(
        ChannelSumsStep(
          x: memory.slot(x[0]), result: memory.slot(y[0]), shape: shape, isHalf: isHalf,
          partialOffset: reservePartial(ChannelSumsStep.partialBytes(shape))), operation.stage)
    default:
      preconditionFailure("\(operation.kernel) is not a sum over the batch")
    }
  }

  private mutating func addProduct(_ operation: LoweredGraph.LoweredOperation) {
    let (x, y) = (operation.operands, operation.results)
    switch operation.kernel {
    case .matrixProduct(let transposes):
      stages[operation.stage].append(
        MatrixProductStep(
          x: memory.slot(x[0]), w: memory.slot(x[1]), y: memory.slot(y[0]), inner: shape(x[0])[1],
          columns: shape(y[0])[1], transposes: transposes))
    case .matrixProductSum:
      let shape = shape(y[0])
      addSum(
        MatrixProductSumStep(
          a: memory.slot(x[0]), b: memory.slot(x[1]), result: memory.slot(y[0]), rows: shape[0], columns: shape[1],
          partialOffset: reservePartial(4 * shape.count)), operation.stage)
    case .addRow(let relu):
      stages[operation.stage].append(
        AddRowStep(
          x: memory.slot(x[0]), bias: memory.slot(x[1]), y: memory.slot(y[0]), columns: shape(y[0])[1], relu: relu))
    default:
      preconditionFailure("\(operation.kernel) is not a product")
    }
  }

  // MARK: Convolutions

  private mutating func addConvolution(
    _ operation: LoweredGraph.LoweredOperation, rows: Int
  ) throws(EngineError) {
    let (x, y) = (operation.operands, operation.results)
    if options.usesWinograd && options.arithmetic != .half, let window = graph.winogradWindow(operation) {
      addWinograd(operation, window, rows: rows)
      return
    }
    switch operation.kernel {
    case .convolution(let window, let groups):
      if graph.isFasterAsAdjoint(operation) {
        try addConvolutionAsAdjoint(operation, window, rows: rows)
        return
      }
      let description = describe(image: x[0], window, groups, result: y[0], rows: rows)
      let primitive = try ConvolutionPrimitive(library, description, SHIM_FORWARD_INFERENCE)
      let packed = try pack(primitive, filters: x[1])
      stages[operation.stage].append(
        ConvolutionStep(
          primitive, source: memory.slot(x[0]), packed: packed, result: memory.slot(y[0]), isAdjoint: false))
    case .convolutionInputGradient(let window, let groups):
      let description = describe(image: y[0], window, groups, result: x[0], rows: rows)
      let primitive = try ConvolutionPrimitive(library, description, SHIM_BACKWARD_DATA)
      let packed = try pack(primitive, filters: x[1])
      stages[operation.stage].append(
        ConvolutionStep(
          primitive, source: memory.slot(x[0]), packed: packed, result: memory.slot(y[0]), isAdjoint: true))
    case .convolutionFilterGradient(let window, let groups):
      var description = describe(image: x[0], window, groups, result: x[1], rows: rows)
      description.result_type = SHIM_F32
      let primitive = try ConvolutionPrimitive(library, description, SHIM_BACKWARD_WEIGHTS)
      let bytes = primitive.filterBytes
      let scratch = (0..<options.threadCount).map { _ in reserveShared(bytes) }
      addSum(
        FilterGradientStep(
          primitive, try primitive.filterReorder(fromPlain: false), x: memory.slot(x[0]), dy: memory.slot(x[1]),
          result: memory.slot(y[0]), scratch: scratch, partialOffset: reservePartial(bytes)), operation.stage)
    default:
      preconditionFailure("\(operation.kernel) is not a convolution")
    }
  }

  /// `w ⋆ x` as the adjoint of the convolution from the result's channels to the image's by the flipped filters.
  private mutating func addConvolutionAsAdjoint(
    _ operation: LoweredGraph.LoweredOperation, _ window: Window, rows: Int
  ) throws(EngineError) {
    let (x, y) = (operation.operands, operation.results)
    var mirrored = window
    mirrored.padBefore = Window.Pair(
      window.size.vertical - 1 - window.padBefore.vertical, window.size.horizontal - 1 - window.padBefore.horizontal)
    let description = describe(image: y[0], mirrored, 1, result: x[0], rows: rows)
    let primitive = try ConvolutionPrimitive(library, description, SHIM_BACKWARD_DATA)
    let flipped = reserveShared(4 * shape(x[1]).count)
    between[stageOfDefinition(of: x[1]) + 1].append(FlipFiltersStep(memory.slot(x[1]), flipped, shape(x[1])))
    let packed = try pack(primitive, from: flipped, filters: x[1])
    stages[operation.stage].append(
      ConvolutionStep(
        primitive, source: memory.slot(x[0]), packed: packed, result: memory.slot(y[0]), isAdjoint: true))
  }

  /// A convolution or its adjoint in its images or filters by Winograd's algorithm.
  private mutating func addWinograd(_ operation: LoweredGraph.LoweredOperation, _ window: Window, rows: Int) {
    let (x, y) = (operation.operands, operation.results)
    let isFilterGradient = if case .convolutionFilterGradient = operation.kernel { true } else { false }
    let isAdjoint = if case .convolutionInputGradient = operation.kernel { true } else { false }
    let (from, to) = (shape(x[0]), shape(isFilterGradient ? x[1] : y[0]))
    // The adjoint of a convolution is one with padding mirrored about the middle tap.
    let pad = (window.padBefore.vertical, window.padBefore.horizontal)
    let description = tw_winograd_shape(
      rows: Int32(rows), in_channels: Int32(from[1]), out_channels: Int32(to[1]), in_height: Int32(from[2]),
      in_width: Int32(from[3]), out_height: Int32(to[2]), out_width: Int32(to[3]),
      pad_top: Int32(isAdjoint ? 2 - pad.0 : pad.0), pad_left: Int32(isAdjoint ? 2 - pad.1 : pad.1))
    let bytes = tw_winograd_filter_bytes(description.in_channels, description.out_channels)
    if isFilterGradient {
      addSum(
        WinogradFilterGradientStep(
          library, description, x: memory.slot(x[0]), dy: memory.slot(x[1]), result: memory.slot(y[0]),
          partialOffset: reservePartial(bytes)), operation.stage)
      return
    }
    let packed = reserveShared(bytes)
    let (source, ready) = filterSource(memory.slot(x[1]), filters: x[1])
    between[ready].append(WinogradPackStep(source, packed, description, isAdjoint: isAdjoint))
    stages[operation.stage].append(
      WinogradStep(library, description, source: memory.slot(x[0]), packed: packed, result: memory.slot(y[0])))
  }

  /// The stage after which a shared value is known; −1 before the first.
  private func stageOfDefinition(of value: Int) -> Int {
    graph.operations.first { $0.results.contains(value) }?.stage ?? -1
  }

  /// Packed filters for `primitive`, made as soon as the plain ones are known.
  private mutating func pack(
    _ primitive: ConvolutionPrimitive, from plain: MemoryPlan.Slot? = nil, filters: Int
  ) throws(EngineError) -> MemoryPlan.Slot {
    let packed = reserveShared(primitive.filterBytes)
    let (source, ready) = filterSource(plain ?? memory.slot(filters), filters: filters)
    between[ready].append(PackStep(try primitive.filterReorder(fromPlain: true), source, packed))
    return packed
  }

  /// Plain filters in the precision in which convolutions use them, and where among the steps on shared values they
  /// are ready.
  private mutating func filterSource(_ plain: MemoryPlan.Slot, filters: Int) -> (MemoryPlan.Slot, ready: Int) {
    let ready = stageOfDefinition(of: filters) + 1
    guard options.arithmetic == .rounded else { return (plain, ready) }
    let rounded = reserveShared(4 * shape(filters).count)
    between[ready].append(RoundStep(plain, to: rounded, count: shape(filters).count))
    return (rounded, ready)
  }

  private func describe(
    image: Int, _ window: Window, _ groups: Int, result: Int, rows: Int
  ) -> shim_convolution {
    let (from, to) = (shape(image), shape(result))
    let type = options.arithmetic == .half ? SHIM_BF16 : SHIM_F32
    var c = shim_convolution()
    c.batch = Int64(rows)
    c.in_channels = Int64(from[1])
    c.out_channels = Int64(to[1])
    c.groups = Int64(groups)
    c.in_height = Int64(from[2])
    c.in_width = Int64(from[3])
    c.out_height = Int64(to[2])
    c.out_width = Int64(to[3])
    c.kernel_height = Int64(window.size.vertical)
    c.kernel_width = Int64(window.size.horizontal)
    c.stride_h = Int64(window.stride.vertical)
    c.stride_w = Int64(window.stride.horizontal)
    c.dilation_h = Int64(window.dilation.vertical)
    c.dilation_w = Int64(window.dilation.horizontal)
    c.pad_top = Int64(window.padBefore.vertical)
    c.pad_left = Int64(window.padBefore.horizontal)
    // The library wants exactly the padding that the last window reaches, which may be less, even negative.
    c.pad_bottom =
      (c.out_height - 1) * c.stride_h + (c.kernel_height - 1) * c.dilation_h + 1 - c.in_height - c.pad_top
    c.pad_right = (c.out_width - 1) * c.stride_w + (c.kernel_width - 1) * c.dilation_w + 1 - c.in_width - c.pad_left
    c.type = type
    c.result_type = type
    c.source_layout = graph.values[image].layout == .blocked ? SHIM_NCHW16C : SHIM_NCHW
    c.destination_layout = SHIM_NCHW16C
    return c
  }
}

/// The second half of a sum: lanes in order, alone.
final class FinishStep: Step {
  private let sum: SumStep

  init(_ sum: SumStep) { self.sum = sum }

  override func run(_ chunk: Chunk, _ context: RunContext) { sum.finish(chunk, context) }
}
