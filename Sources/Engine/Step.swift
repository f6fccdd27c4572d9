import CKernels
import ThalwegGraphs

/// The rows that a worker handles at one moment, and where everything is.
struct Chunk {
  /// The worker's own arena.
  var local: UnsafeMutableRawPointer
  /// Arena of values that cross stages.
  var stored: UnsafeMutableRawPointer
  /// Arena of shared values.
  var shared: UnsafeMutableRawPointer
  /// Sums of the lane.
  var partial: UnsafeMutableRawPointer
  /// First row of the chunk in the stored arena.
  var storedRow = 0
  /// First example of the chunk in the run.
  var firstExample = 0
  /// Examples in the chunk; `rows` or fewer.
  var count = 0
  /// Rows that kernels of fixed size process.
  var rows = 0
  /// Whether this is the lane's first chunk in the stage, so that its sums start from nothing.
  var isFirstOfLane = false
  /// Which worker runs it.
  var worker = 0

  /// Address of a value: of its first row in the chunk, or of the whole if it is shared.
  @inline(__always)
  func address(_ slot: MemoryPlan.Slot) -> UnsafeMutableRawPointer {
    switch slot.area {
    case .local: local + slot.offset
    case .stored: stored + (slot.offset + storedRow * slot.rowBytes)
    case .shared: shared + slot.offset
    }
  }

  @inline(__always)
  func floats(_ slot: MemoryPlan.Slot) -> UnsafeMutablePointer<Float> {
    address(slot).assumingMemoryBound(to: Float.self)
  }

  @inline(__always)
  func integers(_ slot: MemoryPlan.Slot) -> UnsafeMutablePointer<Int32> {
    address(slot).assumingMemoryBound(to: Int32.self)
  }

  @inline(__always)
  func halves(_ slot: MemoryPlan.Slot) -> UnsafeMutablePointer<UInt16> {
    address(slot).assumingMemoryBound(to: UInt16.self)
  }
}

/// One kernel with its operands, ready to run on any chunk. Running allocates nothing.
class Step {
  /// Runs the kernel on the rows of `chunk`.
  func run(_ chunk: Chunk, _ context: RunContext) {
    preconditionFailure("\(type(of: self)) does not run on rows")
  }
}

/// A sum over the batch: adds up each lane's rows, then, once all lanes are done, the lanes in order.
class SumStep: Step {
  /// Where a lane's sums start.
  let partialOffset: Int

  init(partialOffset: Int) { self.partialOffset = partialOffset }

  /// Combines the sums of all lanes that had rows into shared values.
  func finish(_ chunk: Chunk, _ context: RunContext) {
    preconditionFailure("\(type(of: self)) has nothing to finish")
  }

  @inline(__always)
  func partial(_ chunk: Chunk) -> UnsafeMutableRawPointer { chunk.partial + partialOffset }
}

/// What all workers of a run share.
final class RunContext {
  /// Supplies batched inputs.
  var source: (any BatchSource)?
  /// Examples of the run.
  var exampleCount = 0
  /// Rows of each lane but the last.
  var rowsPerLane = 0
  /// Sums of all lanes.
  var partials: UnsafeMutableRawPointer?
  /// Bytes between the sums of neighbouring lanes.
  var partialStride = 0
  /// Memory of per-example outputs.
  var perExample: [UnsafeMutablePointer<Float>] = []
  /// First status other than success that the library returned.
  var status: Int32 = 0

  /// Lanes that have rows.
  var usedLanes: Int { rowsPerLane == 0 ? 0 : (exampleCount + rowsPerLane - 1) / rowsPerLane }

  /// Entries `offset ...` of the sums of lane `lane`.
  func partial(_ lane: Int, _ offset: Int) -> UnsafeMutableRawPointer {
    guard let partials else { preconditionFailure("the plan has no sums") }
    return partials + lane * partialStride + offset
  }

  func examples(of lane: Int) -> Range<Int> {
    let start = min(lane * rowsPerLane, exampleCount)
    return start..<min(start + rowsPerLane, exampleCount)
  }

  func note(_ result: Int32) {
    if result != 0 { status = result }
  }
}
