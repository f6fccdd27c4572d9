import CKernels

/// Number format of the large intermediate values of a plan.
public enum ComputePrecision: String, Sendable, Codable, CaseIterable {
  /// 32-bit floating point.
  case float32
  /// 16-bit floating point with 8 bits of significand for images inside the network and for filters as convolutions
  /// use them; parameters, sums, statistics and dense layers stay in 32 bits. A processor that can't multiply such
  /// numbers computes in 32 bits and rounds each intermediate image: the same accuracy, without the speed.
  case bfloat16
}

/// How a plan realises a precision on this processor.
enum Arithmetic {
  case single
  /// Stored and multiplied as 16-bit numbers.
  case half
  /// Stored and multiplied as 32-bit numbers that are rounded to 16.
  case rounded
}

/// How a graph is compiled.
public struct EngineOptions: Sendable, Hashable {
  /// Threads that work together on a run, the caller's included.
  public var threadCount: Int
  /// Number format of images inside the network.
  public var precision: ComputePrecision
  /// Parts into which a batch is divided. Sums over the batch are formed within each lane and then over lanes in order,
  /// so results depend on the lane count and not on the thread count.
  public var laneCount: Int
  /// Examples that pass through a stage together; `nil` lets the engine fit them to the cache.
  public var rowsPerChunk: Int?

  /// Whether 16-bit numbers are stored and multiplied as such. Tests ask for it also where the processor can't and the
  /// library computes what it would.
  package var usesNativeBfloat16 = EngineVersion.hasNativeBfloat16

  /// Whether convolutions by 3 × 3 taps go by Winograd's algorithm. Tests ask for either.
  package var usesWinograd = tw_winograd_pays()

  var arithmetic: Arithmetic {
    switch precision {
    case .float32: .single
    case .bfloat16: usesNativeBfloat16 ? .half : .rounded
    }
  }

  /// Options; one thread, eight lanes, single precision.
  public init(
    threadCount: Int = 1, precision: ComputePrecision = .float32, laneCount: Int = 8, rowsPerChunk: Int? = nil
  ) {
    precondition(threadCount > 0 && laneCount > 0, "\(threadCount) threads, \(laneCount) lanes")
    self.threadCount = threadCount
    self.precision = precision
    self.laneCount = laneCount
    self.rowsPerChunk = rowsPerChunk
  }
}

/// Why a graph can't be compiled or run.
public enum EngineError: Error, Equatable, Sendable, CustomStringConvertible {
  /// An operation mixes examples in a way that can't be computed row by row and isn't a sum over the batch.
  case mixesExamples(String)
  /// The math library refused an operation.
  case library(operation: String, status: String)
  /// The system has no more memory.
  case outOfMemory(bytes: Int)

  /// One line.
  public var description: String {
    switch self {
    case .mixesExamples(let operation):
      "\(operation) mixes the examples of a batch; only row-wise operations and sums over the batch can be compiled"
    case .library(let operation, let status):
      "oneDNN refused \(operation): \(status)"
    case .outOfMemory(let bytes):
      "no memory for a plan of \(bytes) bytes"
    }
  }
}

/// Supplies the rows of a plan's batched inputs.
///
/// Called by several threads at once for disjoint rows.
public protocol BatchSource: AnyObject {
  /// Writes `rows` (positions in the run, not in the data set) of the batched input `index` (in the order of
  /// ``Plan/batchedInputs``) to `target`: floats, or 32-bit integers for index inputs, row-major.
  func load(_ index: Int, rows: Range<Int>, into target: UnsafeMutableRawPointer)
}
