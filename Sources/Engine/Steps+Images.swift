import CKernels
import ThalwegGraphs

/// Pooling, shortcuts, and changes of layout of blocked images.
final class ImageStep: Step {
  private let kernel: LoweredGraph.Kernel
  private let operands: [MemoryPlan.Slot]
  private let results: [MemoryPlan.Slot]
  private let source: BlockedExtents
  private let target: BlockedExtents
  private let isHalf: Bool

  /// `from` and `to` are the shapes of operand and result as images; a plain `[rows, channels]` side counts one pixel.
  init(
    _ kernel: LoweredGraph.Kernel, _ operands: [MemoryPlan.Slot], _ results: [MemoryPlan.Slot], from: Shape,
    to: Shape, isHalf: Bool
  ) {
    self.kernel = kernel
    self.operands = operands
    self.results = results
    source = BlockedExtents(from)
    target = BlockedExtents(to)
    self.isHalf = isHalf
  }

  override func run(_ chunk: Chunk, _ context: RunContext) {
    if isHalf { runHalf(chunk) } else { runSingle(chunk) }
  }

  private func runSingle(_ chunk: Chunk) {
    // Rows beyond the last example may hold anything, and positions among them must not be followed.
    let (rows, examples) = (Int32(chunk.rows), Int32(chunk.count))
    let (x, y) = (chunk.floats(operands[0]), chunk.floats(results[0]))
    switch kernel {
    case .pixelSums: tw_pixel_sums_f32(x, 1, y, rows, source.channels, source.pixels)
    case .spread: tw_spread_f32(x, y, rows, target.channels, target.pixels)
    case .toBlocked: tw_block_f32(x, y, rows, source.channels, source.pixels)
    case .toPlain: tw_unblock_f32(x, y, rows, source.channels, source.pixels)
    case .subsample(let stride, let before):
      tw_subsample_f32(
        x, y, rows, source.channels, source.height, source.width, target.channels, target.height, target.width,
        Int32(stride), Int32(before))
    case .subsampleAdjoint(let stride, let before):
      tw_subsample_adjoint_f32(
        x, y, rows, target.channels, target.height, target.width, source.channels, source.height, source.width,
        Int32(stride), Int32(before))
    case .maxPool(let w):
      tw_max_pool_f32(
        x, y, chunk.integers(results[1]), rows, source.blocks, source.height, source.width, target.height,
        target.width, Int32(w.size.vertical), Int32(w.size.horizontal), Int32(w.stride.vertical),
        Int32(w.stride.horizontal), Int32(w.padBefore.vertical), Int32(w.padBefore.horizontal),
        Int32(w.dilation.vertical), Int32(w.dilation.horizontal))
    case .scatter:
      tw_scatter_f32(x, chunk.integers(operands[1]), y, examples, source.blocks, source.pixels, target.pixels)
    case .gather:
      tw_gather_f32(x, chunk.integers(operands[1]), y, examples, source.blocks, target.pixels, source.pixels)
    default: preconditionFailure("\(kernel) is not a kernel on images")
    }
  }

  private func runHalf(_ chunk: Chunk) {
    // Rows beyond the last example may hold anything, and positions among them must not be followed.
    let (rows, examples) = (Int32(chunk.rows), Int32(chunk.count))
    let (x, y) = (chunk.halves(operands[0]), chunk.halves(results[0]))
    switch kernel {
    case .pixelSums: tw_pixel_sums_bf16(x, 1, chunk.floats(results[0]), rows, source.channels, source.pixels)
    case .spread: tw_spread_bf16(chunk.floats(operands[0]), y, rows, target.channels, target.pixels)
    case .toBlocked: tw_block_bf16(chunk.floats(operands[0]), y, rows, source.channels, source.pixels)
    case .toPlain: tw_unblock_bf16(x, chunk.floats(results[0]), rows, source.channels, source.pixels)
    case .subsample(let stride, let before):
      tw_subsample_bf16(
        x, y, rows, source.channels, source.height, source.width, target.channels, target.height, target.width,
        Int32(stride), Int32(before))
    case .subsampleAdjoint(let stride, let before):
      tw_subsample_adjoint_bf16(
        x, y, rows, target.channels, target.height, target.width, source.channels, source.height, source.width,
        Int32(stride), Int32(before))
    case .maxPool(let w):
      tw_max_pool_bf16(
        x, y, chunk.integers(results[1]), rows, source.blocks, source.height, source.width, target.height,
        target.width, Int32(w.size.vertical), Int32(w.size.horizontal), Int32(w.stride.vertical),
        Int32(w.stride.horizontal), Int32(w.padBefore.vertical), Int32(w.padBefore.horizontal),
        Int32(w.dilation.vertical), Int32(w.dilation.horizontal))
    case .scatter:
      tw_scatter_bf16(x, chunk.integers(operands[1]), y, examples, source.blocks, source.pixels, target.pixels)
    case .gather:
      tw_gather_bf16(x, chunk.integers(operands[1]), y, examples, source.blocks, target.pixels, source.pixels)
    default: preconditionFailure("\(kernel) is not a kernel on images")
    }
  }
}
