import CKernels
import Glibc

/// Filters at the points of Winograd's algorithm, once per run.
final class WinogradPackStep: Step {
  private let filters: MemoryPlan.Slot
  private let packed: MemoryPlan.Slot
  private let shape: tw_winograd_shape
  private let isAdjoint: Bool

  init(_ filters: MemoryPlan.Slot, _ packed: MemoryPlan.Slot, _ shape: tw_winograd_shape, isAdjoint: Bool) {
    self.filters = filters
    self.packed = packed
    self.shape = shape
    self.isAdjoint = isAdjoint
  }

  override func run(_ chunk: Chunk, _ context: RunContext) {
    tw_winograd_pack(chunk.floats(filters), chunk.floats(packed), shape.in_channels, shape.out_channels, isAdjoint)
  }
}

/// A convolution by 3 × 3 taps, or the adjoint of one, by Winograd's algorithm.
final class WinogradStep: Step {
  private let library: Library
  private let shape: tw_winograd_shape
  private let source: MemoryPlan.Slot
  private let packed: MemoryPlan.Slot
  private let result: MemoryPlan.Slot

  init(
    _ library: Library, _ shape: tw_winograd_shape, source: MemoryPlan.Slot, packed: MemoryPlan.Slot,
    result: MemoryPlan.Slot
  ) {
    self.library = library
    self.shape = shape
    self.source = source
    self.packed = packed
    self.result = result
    library.reserveScratchpad(tw_winograd_scratch_bytes(shape.in_channels))
  }

  override func run(_ chunk: Chunk, _ context: RunContext) {
    let scratch = library.scratchpads[chunk.worker].assumingMemoryBound(to: Float.self)
    withUnsafePointer(to: shape) {
      tw_winograd($0, chunk.floats(source), chunk.floats(packed), chunk.floats(result), scratch)
    }
  }
}

/// Gradient of the filters of a convolution by 3 × 3 taps, summed over the batch, by Winograd's algorithm.
final class WinogradFilterGradientStep: SumStep {
  private let library: Library
  private let shape: tw_winograd_shape
  private let x: MemoryPlan.Slot
  private let dy: MemoryPlan.Slot
  private let result: MemoryPlan.Slot
  private let bytes: Int

  /// `partialOffset` is that of as much memory as the filters take at the algorithm's points.
  init(
    _ library: Library, _ shape: tw_winograd_shape, x: MemoryPlan.Slot, dy: MemoryPlan.Slot, result: MemoryPlan.Slot,
    partialOffset: Int
  ) {
    self.library = library
    self.shape = shape
    self.x = x
    self.dy = dy
    self.result = result
    bytes = tw_winograd_filter_bytes(shape.in_channels, shape.out_channels)
    library.reserveScratchpad(tw_winograd_gradient_scratch_bytes(shape.in_channels, shape.out_channels))
    super.init(partialOffset: partialOffset)
  }

  override func run(_ chunk: Chunk, _ context: RunContext) {
    let scratch = library.scratchpads[chunk.worker].assumingMemoryBound(to: Float.self)
    let total = partial(chunk)
    if chunk.isFirstOfLane { memset(total, 0, bytes) }
    var shape = shape
    // Rows beyond the last example must not contribute.
    shape.rows = Int32(chunk.count)
    tw_winograd_gradient(&shape, chunk.floats(x), chunk.floats(dy), total.assumingMemoryBound(to: Float.self), scratch)
  }

  override func finish(_ chunk: Chunk, _ context: RunContext) {
    let total = context.partial(0, partialOffset)
    if context.usedLanes == 0 { memset(total, 0, bytes) }
    let sums = total.assumingMemoryBound(to: Float.self)
    for lane in 1..<max(1, context.usedLanes) {
      tw_accumulate(context.partial(lane, partialOffset).assumingMemoryBound(to: Float.self), sums, bytes / 4)
    }
    tw_winograd_gradient_finish(sums, chunk.floats(result), shape.in_channels, shape.out_channels)
  }
}
