import CKernels
import COneDNN
import Glibc
import ThalwegGraphs

/// Everything of oneDNN that a plan owns: one engine, and a stream and a scratchpad for each worker.
final class Library {
  let engine: shim_engine
  let streams: [shim_stream]
  /// Memory that primitives use while they run, one block for each worker.
  private(set) var scratchpads: [UnsafeMutableRawPointer] = []
  private var scratchpadBytes = 64

  init(workers: Int) throws(EngineError) {
    // Primitives are compiled for the number of threads in force when they are made.
    _ = shim_use_one_thread()
    var engine = shim_engine()
    try check(shim_engine_create(&engine), "an engine")
    self.engine = engine
    var streams: [shim_stream] = []
    for _ in 0..<workers {
      var stream = shim_stream()
      try check(shim_stream_create(engine, &stream), "a stream")
      streams.append(stream)
    }
    self.streams = streams
  }

  func reserveScratchpad(_ bytes: Int) { scratchpadBytes = max(scratchpadBytes, bytes) }

  func allocateScratchpads() throws(EngineError) {
    for _ in streams {
      guard let memory = tw_memory_create(scratchpadBytes) else { throw .outOfMemory(bytes: scratchpadBytes) }
      scratchpads.append(memory)
    }
  }

  deinit {
    for memory in scratchpads { tw_memory_destroy(memory, scratchpadBytes) }
    for var stream in streams { shim_stream_destroy(&stream) }
    var engine = engine
    shim_engine_destroy(&engine)
  }
}

/// Turns a status of the library into an error that names the call.
func check(_ status: Int32, _ operation: @autoclosure () -> String) throws(EngineError) {
  guard status != 0 else { return }
  throw .library(operation: operation(), status: String(cString: shim_status_name(status)))
}

/// One of oneDNN's three convolution passes, with a call object for each worker.
final class ConvolutionPrimitive {
  private var primitive: shim_primitive
  private var calls: [shim_call] = []
  private let library: Library

  init(_ library: Library, _ description: shim_convolution, _ direction: shim_direction) throws(EngineError) {
    self.library = library
    var description = description
    primitive = shim_primitive()
    try check(
      shim_convolution_create(library.engine, &description, direction, &primitive),
      "a convolution of \(description.in_channels) to \(description.out_channels) channels, "
        + "\(description.in_height)×\(description.in_width)")
    library.reserveScratchpad(primitive.scratchpad_bytes)
    for _ in library.streams {
      var call = shim_call()
      try check(shim_call_create(library.engine, &primitive, &call), "memory objects of a convolution")
      calls.append(call)
    }
  }

  deinit {
    for var call in calls { shim_call_destroy(&call) }
    shim_primitive_destroy(&primitive)
  }

  var filterBytes: Int { shim_operand_bytes(&primitive, SHIM_WEIGHTS) }

  /// A change of layout between plain filters and this primitive's own.
  func filterReorder(fromPlain: Bool) throws(EngineError) -> FilterReorder {
    var reorder = shim_reorder()
    try check(
      shim_weights_reorder_create(library.engine, &primitive, fromPlain, &reorder), "a change of a filter's layout")
    return FilterReorder(reorder, library)
  }

  @inline(__always)
  func run(
    _ worker: Int, _ source: UnsafeMutableRawPointer, _ filters: UnsafeMutableRawPointer,
    _ bias: UnsafeMutableRawPointer?, _ destination: UnsafeMutableRawPointer
  ) -> Int32 {
    withUnsafePointer(to: calls[worker]) {
      shim_call_run(
        $0, library.streams[worker], source, filters, bias, destination,
        library.scratchpads[worker])
    }
  }
}

/// Copies filters between layouts; used by one worker at a time.
final class FilterReorder {
  private var reorder: shim_reorder
  private let library: Library

  init(_ reorder: shim_reorder, _ library: Library) {
    self.reorder = reorder
    self.library = library
  }

  deinit { shim_reorder_destroy(&reorder) }

  func run(_ worker: Int, from source: UnsafeMutableRawPointer, to target: UnsafeMutableRawPointer) -> Int32 {
    shim_reorder_run(&reorder, library.streams[worker], source, target)
  }
}

/// Brings plain filters into a convolution's own layout, once per run.
final class PackStep: Step {
  private let reorder: FilterReorder
  private let filters: MemoryPlan.Slot
  private let packed: MemoryPlan.Slot

  init(_ reorder: FilterReorder, _ filters: MemoryPlan.Slot, _ packed: MemoryPlan.Slot) {
    self.reorder = reorder
    self.filters = filters
    self.packed = packed
  }

  override func run(_ chunk: Chunk, _ context: RunContext) {
    context.note(reorder.run(chunk.worker, from: chunk.address(filters), to: chunk.address(packed)))
  }
}

/// A convolution, or the adjoint of one in its images.
///
/// The adjoint also serves as a convolution: with stride 1, `w ⋆ x` is the adjoint of the convolution by the flipped and
/// transposed filters (``LoweredGraph/isFasterAsAdjoint(_:)``).
final class ConvolutionStep: Step {
  private let primitive: ConvolutionPrimitive
  private let source: MemoryPlan.Slot
  private let packed: MemoryPlan.Slot
  private let result: MemoryPlan.Slot
  private let isAdjoint: Bool

  init(
    _ primitive: ConvolutionPrimitive, source: MemoryPlan.Slot, packed: MemoryPlan.Slot, result: MemoryPlan.Slot,
    isAdjoint: Bool
  ) {
    self.primitive = primitive
    self.source = source
    self.packed = packed
    self.result = result
    self.isAdjoint = isAdjoint
  }

  override func run(_ chunk: Chunk, _ context: RunContext) {
    let (x, y) = (chunk.address(source), chunk.address(result))
    // The library names operands by their place in the forward pass.
    context.note(primitive.run(chunk.worker, isAdjoint ? y : x, chunk.address(packed), nil, isAdjoint ? x : y))
  }
}

/// Plain filters `[o, c, kh, kw]` with channels exchanged and taps reversed: `[c, o, kh, kw]`.
final class FlipFiltersStep: Step {
  private let filters: MemoryPlan.Slot
  private let flipped: MemoryPlan.Slot
  private let shape: Shape

  init(_ filters: MemoryPlan.Slot, _ flipped: MemoryPlan.Slot, _ shape: Shape) {
    self.filters = filters
    self.flipped = flipped
    self.shape = shape
  }

  override func run(_ chunk: Chunk, _ context: RunContext) {
    let (from, to) = (chunk.floats(filters), chunk.floats(flipped))
    let (outputs, inputs, taps) = (shape[0], shape[1], shape[2] * shape[3])
    for o in 0..<outputs {
      for c in 0..<inputs {
        for tap in 0..<taps { to[(c * outputs + o) * taps + taps - 1 - tap] = from[(o * inputs + c) * taps + tap] }
      }
    }
  }
}

/// Gradient of a convolution's filters, summed over the batch.
final class FilterGradientStep: SumStep {
  private let primitive: ConvolutionPrimitive
  private let reorder: FilterReorder
  private let x: MemoryPlan.Slot
  private let dy: MemoryPlan.Slot
  private let result: MemoryPlan.Slot
  /// One chunk's gradient, for each worker, in the shared arena.
  private let scratch: [MemoryPlan.Slot]

  init(
    _ primitive: ConvolutionPrimitive, _ reorder: FilterReorder, x: MemoryPlan.Slot, dy: MemoryPlan.Slot,
    result: MemoryPlan.Slot, scratch: [MemoryPlan.Slot], partialOffset: Int
  ) {
    self.primitive = primitive
    self.reorder = reorder
    self.x = x
    self.dy = dy
    self.result = result
    self.scratch = scratch
    super.init(partialOffset: partialOffset)
  }

  override func run(_ chunk: Chunk, _ context: RunContext) {
    let upstream = chunk.address(dy)
    // Rows beyond the last example must not contribute: zeros on both sides, as 0 · ∞ is not 0.
    if chunk.count < chunk.rows {
      for slot in [dy, x] {
        memset(chunk.address(slot) + chunk.count * slot.rowBytes, 0, (chunk.rows - chunk.count) * slot.rowBytes)
      }
    }
    let total = partial(chunk)
    let target = chunk.isFirstOfLane ? total : chunk.address(scratch[chunk.worker])
    context.note(primitive.run(chunk.worker, chunk.address(x), target, nil, upstream))
    if !chunk.isFirstOfLane {
      tw_accumulate(
        target.assumingMemoryBound(to: Float.self), total.assumingMemoryBound(to: Float.self),
        primitive.filterBytes / 4)
    }
  }

  override func finish(_ chunk: Chunk, _ context: RunContext) {
    let total = context.partial(0, partialOffset)
    if context.usedLanes == 0 { memset(total, 0, primitive.filterBytes) }
    for lane in 1..<max(1, context.usedLanes) {
      tw_accumulate(
        context.partial(lane, partialOffset).assumingMemoryBound(to: Float.self),
        total.assumingMemoryBound(to: Float.self), primitive.filterBytes / 4)
    }
    context.note(reorder.run(chunk.worker, from: total, to: chunk.address(result)))
  }
}

/// `x W` or `x Wᵀ` for plain rows.
final class MatrixProductStep: Step {
  private let x: MemoryPlan.Slot
  private let w: MemoryPlan.Slot
  private let y: MemoryPlan.Slot
  private let inner: Int
  private let columns: Int
  private let transposes: Bool

  init(x: MemoryPlan.Slot, w: MemoryPlan.Slot, y: MemoryPlan.Slot, inner: Int, columns: Int, transposes: Bool) {
    self.x = x
    self.w = w
    self.y = y
    self.inner = inner
    self.columns = columns
    self.transposes = transposes
  }

  override func run(_ chunk: Chunk, _ context: RunContext) {
    context.note(
      shim_sgemm(
        noTranspose, transposes ? transpose : noTranspose, Int64(chunk.rows), Int64(columns), Int64(inner), 1,
        chunk.floats(x), Int64(inner),
        chunk.floats(w), Int64(transposes ? inner : columns), 0, chunk.floats(y), Int64(columns)))
  }
}

/// `aᵀ b` over the batch, for plain rows.
final class MatrixProductSumStep: SumStep {
  private let a: MemoryPlan.Slot
  private let b: MemoryPlan.Slot
  private let result: MemoryPlan.Slot
  private let rows: Int
  private let columns: Int

  init(a: MemoryPlan.Slot, b: MemoryPlan.Slot, result: MemoryPlan.Slot, rows: Int, columns: Int, partialOffset: Int) {
    self.a = a
    self.b = b
    self.result = result
    self.rows = rows
    self.columns = columns
    super.init(partialOffset: partialOffset)
  }

  override func run(_ chunk: Chunk, _ context: RunContext) {
    let total = partial(chunk).assumingMemoryBound(to: Float.self)
    context.note(
      shim_sgemm(
        transpose, noTranspose, Int64(rows), Int64(columns), Int64(chunk.count), 1, chunk.floats(a), Int64(rows),
        chunk.floats(b), Int64(columns), chunk.isFirstOfLane ? 0 : 1, total, Int64(columns)))
  }

  override func finish(_ chunk: Chunk, _ context: RunContext) {
    let target = chunk.floats(result)
    target.update(repeating: 0, count: rows * columns)
    for lane in 0..<context.usedLanes {
      tw_accumulate(context.partial(lane, partialOffset).assumingMemoryBound(to: Float.self), target, rows * columns)
    }
  }
}

/// `x + b` per column.
final class AddRowStep: Step {
  private let x: MemoryPlan.Slot
  private let bias: MemoryPlan.Slot
  private let y: MemoryPlan.Slot
  private let columns: Int
  private let relu: Bool

  init(x: MemoryPlan.Slot, bias: MemoryPlan.Slot, y: MemoryPlan.Slot, columns: Int, relu: Bool) {
    self.x = x
    self.bias = bias
    self.y = y
    self.columns = columns
    self.relu = relu
  }

  override func run(_ chunk: Chunk, _ context: RunContext) {
    tw_add_row(chunk.floats(x), chunk.floats(bias), chunk.floats(y), Int32(chunk.rows), Int32(columns), relu)
  }
}

private let transpose = CChar(UInt8(ascii: "T"))
private let noTranspose = CChar(UInt8(ascii: "N"))
