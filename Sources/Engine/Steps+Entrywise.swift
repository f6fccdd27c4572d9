import CKernels
import Glibc
import ThalwegGraphs

/// Reads rows of a batched input from the caller.
final class LoadStep: Step {
  private let index: Int
  private let target: MemoryPlan.Slot

  init(index: Int, target: MemoryPlan.Slot) {
    self.index = index
    self.target = target
  }

  override func run(_ chunk: Chunk, _ context: RunContext) {
    let memory = chunk.address(target)
    context.source?.load(index, rows: chunk.firstExample..<chunk.firstExample + chunk.count, into: memory)
    // Rows beyond the last example are zero, so that nothing computed from them is infinite.
    let used = chunk.count * target.rowBytes
    memset(memory + used, 0, chunk.rows * target.rowBytes - used)
  }
}

/// Writes rows of a per-example output to the caller's memory.
final class StoreStep: Step {
  private let index: Int
  private let source: MemoryPlan.Slot

  init(index: Int, source: MemoryPlan.Slot) {
    self.index = index
    self.source = source
  }

  override func run(_ chunk: Chunk, _ context: RunContext) {
    let target = UnsafeMutableRawPointer(context.perExample[index]) + chunk.firstExample * source.rowBytes
    memcpy(target, chunk.address(source), chunk.count * source.rowBytes)
  }
}

/// Entry-by-entry kernels in any layout.
final class EntrywiseStep: Step {
  private let kernel: LoweredGraph.Entrywise
  private let x: MemoryPlan.Slot
  private let second: MemoryPlan.Slot
  private let y: MemoryPlan.Slot
  private let perRow: Int
  private let isHalf: Bool

  init(_ kernel: LoweredGraph.Entrywise, _ operands: [MemoryPlan.Slot], _ y: MemoryPlan.Slot, perRow: Int, isHalf: Bool)
  {
    self.kernel = kernel
    x = operands[0]
    second = operands.count > 1 ? operands[1] : operands[0]
    self.y = y
    self.perRow = perRow
    self.isHalf = isHalf
  }

  override func run(_ chunk: Chunk, _ context: RunContext) {
    let count = perRow * chunk.rows
    if isHalf {
      let (a, b, y) = (chunk.halves(x), chunk.halves(second), chunk.halves(y))
      switch kernel {
      case .add: tw_add_bf16(a, b, y, count)
      case .subtract: tw_subtract_bf16(a, b, y, count)
      case .multiply: tw_multiply_bf16(a, b, y, count)
      case .relu: tw_relu_bf16(a, y, count)
      case .step: tw_step_bf16(a, y, count)
      case .reluGradient: tw_relu_gradient_bf16(a, b, y, count)
      case .scale(let factor): tw_scale_bf16(a, Float(factor), y, count)
      case .copy: memmove(y, a, 2 * count)
      }
    } else {
      let (a, b, y) = (chunk.floats(x), chunk.floats(second), chunk.floats(y))
      switch kernel {
      case .add: tw_add_f32(a, b, y, count)
      case .subtract: tw_subtract_f32(a, b, y, count)
      case .multiply: tw_multiply_f32(a, b, y, count)
      case .relu: tw_relu_f32(a, y, count)
      case .step: tw_step_f32(a, y, count)
      case .reluGradient: tw_relu_gradient_f32(a, b, y, count)
      case .scale(let factor): tw_scale_f32(a, Float(factor), y, count)
      case .copy: memmove(y, a, 4 * count)
      }
    }
  }
}

/// Rounds 32-bit numbers to those that fit into 16 bits.
final class RoundStep: Step {
  private let source: MemoryPlan.Slot
  private let target: MemoryPlan.Slot
  private let count: Int

  /// Rounds `count` numbers, per row if they are batched, in place unless told where to.
  init(_ source: MemoryPlan.Slot, to target: MemoryPlan.Slot? = nil, count: Int) {
    self.source = source
    self.target = target ?? source
    self.count = count
  }

  override func run(_ chunk: Chunk, _ context: RunContext) {
    let rows = source.area == .shared ? 1 : chunk.rows
    tw_round_to_bf16(chunk.floats(source), chunk.floats(target), rows * count)
  }
}

/// Plain loops over a primitive without a kernel of its own, row-wise or on shared values.
final class PrimitiveStep: Step {
  private let primitive: Primitive
  private let operands: [MemoryPlan.Slot]
  private let operandValues: [LoweredGraph.LoweredValue]
  private let result: MemoryPlan.Slot
  private let resultValue: LoweredGraph.LoweredValue
  // Buffers for each number of rows met, so that running builds no shapes.
  private var shapes: [Int: (operands: [Shape], result: Shape)] = [:]

  init(
    _ primitive: Primitive, _ operands: [MemoryPlan.Slot], _ operandValues: [LoweredGraph.LoweredValue],
    _ result: MemoryPlan.Slot, _ resultValue: LoweredGraph.LoweredValue, rows: Int
  ) {
    self.primitive = primitive
    self.operands = operands
    self.operandValues = operandValues
    self.result = result
    self.resultValue = resultValue
    for count in rows == 0 ? 0...0 : 1...rows {
      shapes[count] = (
        operandValues.map { PrimitiveStep.shape($0, count) }, PrimitiveStep.shape(resultValue, count)
      )
    }
  }

  private static func shape(_ value: LoweredGraph.LoweredValue, _ rows: Int) -> Shape {
    value.isBatched ? value.shape.withLeading(rows) : value.shape
  }

  override func run(_ chunk: Chunk, _ context: RunContext) {
    // Rows beyond the last example may hold anything, and positions among them must not be followed.
    guard let shapes = shapes[chunk.count] else { preconditionFailure("no shapes for \(chunk.count) rows") }
    let target = PrimitiveStep.buffer(chunk, result, resultValue.kind, shapes.result)
    withUnsafeTemporaryAllocation(of: PlainBuffer<Float>.self, capacity: operands.count) { buffers in
      for index in operands.indices {
        buffers.initializeElement(
          at: index,
          to: PrimitiveStep.buffer(chunk, operands[index], operandValues[index].kind, shapes.operands[index]))
      }
      defer { buffers.deinitialize() }
      runPrimitive(primitive, UnsafeBufferPointer(buffers), target)
    }
  }

  private static func buffer(
    _ chunk: Chunk, _ slot: MemoryPlan.Slot, _ kind: ElementKind, _ shape: Shape
  ) -> PlainBuffer<Float> {
    kind == .real
      ? PlainBuffer(shape, reals: chunk.floats(slot)) : PlainBuffer(shape, indices: chunk.integers(slot))
  }
}

/// Sum of plain rows over the batch and possibly other axes, in `Double`.
final class SumRowsStep: SumStep {
  private let x: MemoryPlan.Slot
  private let y: MemoryPlan.Slot
  private let count: Int
  /// For each entry of a row, the entry of the sum to which it belongs.
  private let targets: [Int32]

  init(x: MemoryPlan.Slot, shape: Shape, axes: [Int], y: MemoryPlan.Slot, count: Int, partialOffset: Int) {
    self.x = x
    self.y = y
    self.count = count
    let row = Array(shape.extents.dropFirst())
    let kept = (0..<row.count).filter { !axes.contains($0 + 1) }
    let strides = Shape(row).strides
    let keptStrides = Shape(kept.map { row[$0] }).strides
    targets = (0..<row.reduce(1, *)).map { entry in
      Int32(
        zip(kept, keptStrides).reduce(0) { $0 + entry / strides[$1.0] % row[$1.0] * $1.1 })
    }
    super.init(partialOffset: partialOffset)
  }

  override func run(_ chunk: Chunk, _ context: RunContext) {
    let sums = partial(chunk).assumingMemoryBound(to: Double.self)
    if chunk.isFirstOfLane { sums.update(repeating: 0, count: count) }
    let rows = chunk.floats(x)
    targets.withUnsafeBufferPointer { targets in
      for row in 0..<chunk.count {
        for entry in 0..<targets.count {
          sums[Int(targets[entry])] += Double(rows[row * targets.count + entry])
        }
      }
    }
  }

  override func finish(_ chunk: Chunk, _ context: RunContext) {
    let result = chunk.floats(y)
    for entry in 0..<count {
      var total = 0.0
      for lane in 0..<context.usedLanes {
        total += context.partial(lane, partialOffset).assumingMemoryBound(to: Double.self)[entry]
      }
      result[entry] = Float(total)
    }
  }
}

/// Cross entropy, its gradient, and correctness of rows of logits.
final class CrossEntropyStep: Step {
  enum Part { case loss, gradient, correct }
  private let part: Part
  private let logits: MemoryPlan.Slot
  private let labels: MemoryPlan.Slot
  private let weights: MemoryPlan.Slot?
  private let result: MemoryPlan.Slot
  private let classes: Int

  init(_ part: Part, _ operands: [MemoryPlan.Slot], _ result: MemoryPlan.Slot, classes: Int) {
    self.part = part
    logits = operands[0]
    labels = operands[1]
    weights = operands.count > 2 ? operands[2] : nil
    self.result = result
    self.classes = classes
  }

  override func run(_ chunk: Chunk, _ context: RunContext) {
    let (z, y, out) = (chunk.floats(logits), chunk.integers(labels), chunk.floats(result))
    switch part {
    case .loss: tw_cross_entropy(z, y, out, nil, Int32(chunk.rows), Int32(classes))
    case .correct: tw_cross_entropy(z, y, nil, out, Int32(chunk.rows), Int32(classes))
    case .gradient:
      guard let weights else { preconditionFailure("a gradient needs weights") }
      tw_cross_entropy_gradient(z, y, chunk.floats(weights), out, Int32(chunk.rows), Int32(classes))
    }
  }
}
