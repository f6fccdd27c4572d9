import CKernels
import ThalwegGraphs

/// Extents of blocked images as the kernels want them.
struct BlockedExtents {
  let channels: Int32
  let blocks: Int32
  let height: Int32
  let width: Int32
  var pixels: Int32 { height * width }

  init(_ shape: Shape) {
    channels = Int32(shape[1])
    blocks = Int32((shape[1] + 15) / 16)
    height = Int32(shape[2])
    width = Int32(shape[3])
  }
}

/// `Σ cₖ xₖ + shift + Σ zₖ` per channel, then an ending.
final class LinearStep: Step {
  private let images: [MemoryPlan.Slot]
  private let factors: [MemoryPlan.Slot]
  private let shift: MemoryPlan.Slot
  private let mask: MemoryPlan.Slot?
  private let result: MemoryPlan.Slot
  private let extents: BlockedExtents
  private let relu: Bool
  private let isHalf: Bool

  /// `operands` in the order of ``LoweredGraph/Kernel/linear(scaled:plain:_:)``.
  init(
    _ operands: [MemoryPlan.Slot], _ result: MemoryPlan.Slot, _ shape: Shape, scaled: Int, plain: Int,
    _ ending: LoweredGraph.Ending, isHalf: Bool
  ) {
    let rest = 2 * scaled + 1
    images = Array(operands[..<scaled] + operands[rest..<rest + plain])
    factors = Array(operands[scaled..<2 * scaled])
    shift = operands[2 * scaled]
    mask = ending == .mask ? operands[rest + plain] : nil
    self.result = result
    extents = BlockedExtents(shape)
    relu = ending == .relu
    self.isHalf = isHalf
  }

  override func run(_ chunk: Chunk, _ context: RunContext) {
    let rows = Int32(chunk.rows)
    withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: images.count) { numbers in
      for k in images.indices {
        numbers.initializeElement(at: k, to: k < factors.count ? UnsafePointer(chunk.floats(factors[k])) : nil)
      }
      if isHalf {
        withPointers(images, { UnsafePointer(chunk.halves($0)) }) {
          tw_linear_bf16(
            $0, numbers.baseAddress, Int32(images.count), chunk.floats(shift), mask.map { chunk.halves($0) },
            chunk.halves(result), rows, extents.blocks, extents.pixels, relu)
        }
      } else {
        withPointers(images, { UnsafePointer(chunk.floats($0)) }) {
          tw_linear_f32(
            $0, numbers.baseAddress, Int32(images.count), chunk.floats(shift), mask.map { chunk.floats($0) },
            chunk.floats(result), rows, extents.blocks, extents.pixels, relu)
        }
      }
    }
  }
}

/// Addresses of several values at once, on the stack.
private func withPointers<Number>(
  _ slots: [MemoryPlan.Slot], _ address: (MemoryPlan.Slot) -> UnsafePointer<Number>,
  _ body: (UnsafePointer<UnsafePointer<Number>?>?) -> Void
) {
  withUnsafeTemporaryAllocation(of: UnsafePointer<Number>?.self, capacity: slots.count) { pointers in
    for k in slots.indices { pointers.initializeElement(at: k, to: address(slots[k])) }
    body(UnsafePointer(pointers.baseAddress))
  }
}

/// Mean and variance per channel over the batch, merged chunk by chunk and lane by lane in `Double`.
final class MomentsStep: SumStep {
  private let x: MemoryPlan.Slot
  private let mean: MemoryPlan.Slot
  private let variance: MemoryPlan.Slot
  private let extents: BlockedExtents
  private let isHalf: Bool

  init(
    x: MemoryPlan.Slot, mean: MemoryPlan.Slot, variance: MemoryPlan.Slot, shape: Shape, isHalf: Bool,
    partialOffset: Int
  ) {
    self.x = x
    self.mean = mean
    self.variance = variance
    extents = BlockedExtents(shape)
    self.isHalf = isHalf
    super.init(partialOffset: partialOffset)
  }

  /// Bytes of a lane's sums: means, squared deviations and the number of entries.
  static func partialBytes(_ shape: Shape) -> Int { (2 * Int(BlockedExtents(shape).blocks) * 16 + 1) * 8 }

  override func run(_ chunk: Chunk, _ context: RunContext) {
    let width = Int(extents.blocks) * 16
    let sums = partial(chunk).assumingMemoryBound(to: Double.self)
    if chunk.isFirstOfLane { sums.update(repeating: 0, count: 2 * width + 1) }
    let seen = Int64(sums[2 * width])
    let rows = Int32(chunk.count)
    if isHalf {
      tw_moments_bf16(chunk.halves(x), rows, extents.blocks, extents.pixels, seen, sums, sums + width)
    } else {
      tw_moments_f32(chunk.floats(x), rows, extents.blocks, extents.pixels, seen, sums, sums + width)
    }
    sums[2 * width] += Double(chunk.count) * Double(extents.pixels)
  }

  override func finish(_ chunk: Chunk, _ context: RunContext) {
    let width = Int(extents.blocks) * 16
    let (means, variances) = (chunk.floats(mean), chunk.floats(variance))
    for channel in 0..<Int(extents.channels) {
      var (count, mean, squares) = (0.0, 0.0, 0.0)
      for lane in 0..<context.usedLanes {
        let sums = context.partial(lane, partialOffset).assumingMemoryBound(to: Double.self)
        let n = sums[2 * width]
        let delta = sums[channel] - mean
        mean += delta * n / (count + n)
        squares += sums[width + channel] + delta * delta * count * n / (count + n)
        count += n
      }
      means[channel] = Float(mean)
      variances[channel] = Float(squares / count)
    }
  }
}

/// Adds adjoints, applies ReLU's mask, and sums for a normalisation's gradient, in one pass.
final class MaskedSumsStep: SumStep {
  private let addends: [MemoryPlan.Slot]
  private let mask: MemoryPlan.Slot?
  /// x, mean and inverse deviation where sums are formed, then g and ẋ where their product is.
  private let statistics: [MemoryPlan.Slot]
  /// dz; `nil` where only the sums are wanted.
  private let dz: MemoryPlan.Slot?
  private let sums: [MemoryPlan.Slot]
  private let extents: BlockedExtents
  private let isHalf: Bool

  /// `operands` in the order of ``LoweredGraph/Kernel/maskedSums(addends:hasMask:_:)``.
  init(
    _ operands: [MemoryPlan.Slot], addends: Int, hasMask: Bool, dz: MemoryPlan.Slot?, sums: [MemoryPlan.Slot],
    shape: Shape, isHalf: Bool, partialOffset: Int
  ) {
    self.addends = Array(operands[..<addends])
    mask = hasMask ? operands[addends] : nil
    statistics = Array(operands[(addends + (hasMask ? 1 : 0))...])
    self.dz = dz
    self.sums = sums
    extents = BlockedExtents(shape)
    self.isHalf = isHalf
    super.init(partialOffset: partialOffset)
  }

  /// Bytes of a lane's sums.
  static func partialBytes(_ shape: Shape, _ sums: LoweredGraph.Sums) -> Int {
    (sums == .withProduct ? 3 : 2) * Int(BlockedExtents(shape).blocks) * 16 * 8
  }

  override func run(_ chunk: Chunk, _ context: RunContext) {
    var totals: UnsafeMutablePointer<Double>?
    if !sums.isEmpty {
      let memory = partial(chunk).assumingMemoryBound(to: Double.self)
      if chunk.isFirstOfLane { memory.update(repeating: 0, count: sums.count * Int(extents.blocks) * 16) }
      totals = memory
    }
    run(chunk, totals, from: 0, rows: chunk.count)
    // Rows beyond the last example are masked and passed on, but not summed.
    if chunk.count < chunk.rows && dz != nil { run(chunk, nil, from: chunk.count, rows: chunk.rows - chunk.count) }
  }

  private func run(_ chunk: Chunk, _ totals: UnsafeMutablePointer<Double>?, from row: Int, rows: Int) {
    let mean = statistics.isEmpty ? nil : chunk.floats(statistics[1])
    let deviation = statistics.isEmpty ? nil : chunk.floats(statistics[2])
    let offset = row * Int(extents.blocks) * 16 * Int(extents.pixels)
    let count = Int32(addends.count)
    if isHalf {
      func at(_ slot: MemoryPlan.Slot?) -> UnsafeMutablePointer<UInt16>? { slot.map { chunk.halves($0) + offset } }
      withPointers(addends, { UnsafePointer(chunk.halves($0) + offset) }) {
        tw_masked_sums_bf16(
          $0, count, at(mask), at(statistics.first), mean, deviation, at(statistics.dropFirst(3).first),
          at(statistics.dropFirst(4).first), at(dz), totals, Int32(rows), extents.blocks, extents.pixels)
      }
    } else {
      func at(_ slot: MemoryPlan.Slot?) -> UnsafeMutablePointer<Float>? { slot.map { chunk.floats($0) + offset } }
      withPointers(addends, { UnsafePointer(chunk.floats($0) + offset) }) {
        tw_masked_sums_f32(
          $0, count, at(mask), at(statistics.first), mean, deviation, at(statistics.dropFirst(3).first),
          at(statistics.dropFirst(4).first), at(dz), totals, Int32(rows), extents.blocks, extents.pixels)
      }
    }
  }

  override func finish(_ chunk: Chunk, _ context: RunContext) {
    let width = Int(extents.blocks) * 16
    for (index, slot) in sums.enumerated() {
      finishChannelSums(chunk, context, partialOffset + index * width * 8, Int(extents.channels), slot)
    }
  }
}

/// Sum of each channel over the batch and its pixels.
final class ChannelSumsStep: SumStep {
  private let x: MemoryPlan.Slot
  private let result: MemoryPlan.Slot
  private let extents: BlockedExtents
  private let isHalf: Bool

  init(x: MemoryPlan.Slot, result: MemoryPlan.Slot, shape: Shape, isHalf: Bool, partialOffset: Int) {
    self.x = x
    self.result = result
    extents = BlockedExtents(shape)
    self.isHalf = isHalf
    super.init(partialOffset: partialOffset)
  }

  static func partialBytes(_ shape: Shape) -> Int { Int(BlockedExtents(shape).blocks) * 16 * 8 }

  override func run(_ chunk: Chunk, _ context: RunContext) {
    let sums = partial(chunk).assumingMemoryBound(to: Double.self)
    if chunk.isFirstOfLane { sums.update(repeating: 0, count: Int(extents.blocks) * 16) }
    if isHalf {
      tw_channel_sums_bf16(chunk.halves(x), sums, Int32(chunk.count), extents.blocks, extents.pixels)
    } else {
      tw_channel_sums_f32(chunk.floats(x), sums, Int32(chunk.count), extents.blocks, extents.pixels)
    }
  }

  override func finish(_ chunk: Chunk, _ context: RunContext) {
    finishChannelSums(chunk, context, partialOffset, Int(extents.channels), result)
  }
}

/// Adds up one `Double` per channel over lanes in order.
private func finishChannelSums(
  _ chunk: Chunk, _ context: RunContext, _ offset: Int, _ channels: Int, _ result: MemoryPlan.Slot
) {
  let target = chunk.floats(result)
  for channel in 0..<channels {
    var total = 0.0
    for lane in 0..<context.usedLanes {
      total += context.partial(lane, offset).assumingMemoryBound(to: Double.self)[channel]
    }
    target[channel] = Float(total)
  }
}

/// Per-channel numbers that row-wise kernels need, from statistics and parameters; computed once per run in `Double`.
final class ChannelNumbersStep: Step {
  private let kind: LoweredGraph.ChannelNumbers
  private let operands: [MemoryPlan.Slot]
  private let results: [MemoryPlan.Slot]
  private let channels: Int

  init(
    _ kind: LoweredGraph.ChannelNumbers, _ operands: [MemoryPlan.Slot], _ results: [MemoryPlan.Slot], channels: Int
  ) {
    self.kind = kind
    self.operands = operands
    self.results = results
    self.channels = channels
  }

  override func run(_ chunk: Chunk, _ context: RunContext) {
    let padded = (channels + 15) / 16 * 16
    for slot in results { chunk.floats(slot).update(repeating: 0, count: padded) }
    for c in 0..<channels {
      func x(_ index: Int) -> Double { Double(chunk.floats(operands[index])[c]) }
      func put(_ index: Int, _ value: Double) { chunk.floats(results[index])[c] = Float(value) }
      switch kind {
      case .bias:
        put(0, x(0))
      case .affine:
        put(0, x(0))
        put(1, x(1))
      case .normalisation(let epsilon):
        let scale = x(0) / (x(3) + epsilon).squareRoot()
        put(0, scale)
        put(1, x(1) - scale * x(2))
      case .deviation(let epsilon):
        put(0, x(0))
        put(1, 1 / (x(1) + epsilon).squareRoot())
      case .inputGradient(let epsilon, let entries):
        let inverse = 1 / (x(2) + epsilon).squareRoot()
        let factor = x(0) * inverse
        let along = factor * inverse * x(3) / Double(entries)
        put(0, factor)
        put(1, -along)
        put(2, along * x(1) - factor * x(4) / Double(entries))
      case .tangent(let epsilon):
        let inverse = 1 / (x(2) + epsilon).squareRoot()
        let factor = x(0) * inverse
        let along = (x(3) - factor * 0.5 * inverse * x(6)) * inverse
        put(0, factor)
        put(1, along)
        put(2, x(4) - factor * x(5) - along * x(1))
      case .inputGradientTangent(let epsilon, let entries):
        let (gamma, mean, n) = (x(0), x(1), Double(entries))
        let inverse = 1 / (x(2) + epsilon).squareRoot()
        let (sumAlong, sum) = (x(3) / n, x(4) / n)
        let (gammaChange, meanChange, varianceChange) = (x(5), x(6), x(7))
        let (sumAlongChange, sumChange) = (x(8) / n, x(9) / n)
        let factor = gamma * inverse
        let factorChange = inverse * (gammaChange - 0.5 * factor * inverse * varianceChange)
        // The factor of x̂ = (x − μ) / √(v + ε).
        let normalised =
          factor * (0.5 * inverse * inverse * varianceChange * sumAlong - sumAlongChange) - factorChange * sumAlong
        put(0, factor)
        put(1, factorChange)
        put(2, -factor * inverse * sumAlong)
        put(3, normalised * inverse)
        put(
          4,
          factor * (inverse * meanChange * sumAlong - sumChange) - factorChange * sum - normalised * inverse * mean)
      }
    }
  }
}
