import CKernels
import COneDNN
import Dispatch

/// How fast this machine multiplies and adds at best: what fractions of peak refer to.
///
/// All threads work at the same time, each on its own data, as they do in a plan.
public enum PeakMeasurement {
  /// Rate of fused multiply-adds in registers, in GFLOP/s over all threads.
  public static func multiplyAddLoop(threadCount: Int, seconds: Double) -> Double {
    rate(threadCount: threadCount, seconds: seconds) { _ in
      var sink: Float = 0
      return tw_fma_loop(100_000, &sink)
    }
  }

  /// Rate of oneDNN's product of two `size × size` matrices, in GFLOP/s over all threads.
  ///
  /// - Throws: ``EngineError`` if the library has no such product on this machine.
  public static func matrixProduct(
    _ size: Int, threadCount: Int, precision: ComputePrecision, seconds: Double
  ) throws(EngineError) -> Double {
    let library = try Library(workers: threadCount)
    var description = shim_matmul()
    (description.m, description.n, description.k) = (Int64(size), Int64(size), Int64(size))
    description.type = precision == .bfloat16 ? SHIM_BF16 : SHIM_F32
    description.result_type = SHIM_F32
    var primitive = shim_primitive()
    try check(shim_matmul_create(library.engine, &description, &primitive), "a product of \(size)² matrices")
    defer { shim_primitive_destroy(&primitive) }
    let bytes = 4 * size * size
    var calls: [shim_call] = []
    var memory: [UnsafeMutableRawPointer] = []
    defer {
      for pointer in memory { tw_memory_destroy(pointer, bytes) }
      for var call in calls { shim_call_destroy(&call) }
    }
    for _ in 0..<threadCount {
      var call = shim_call()
      try check(shim_call_create(library.engine, &primitive, &call), "memory objects of a product")
      calls.append(call)
      for _ in 0..<3 {
        guard let block = tw_memory_create(bytes) else { throw .outOfMemory(bytes: bytes) }
        memory.append(block)
      }
    }
    library.reserveScratchpad(primitive.scratchpad_bytes)
    try library.allocateScratchpads()
    let work = 2 * Double(size) * Double(size) * Double(size)
    nonisolated(unsafe) let (owned, blocks) = (calls, memory)
    return rate(threadCount: threadCount, seconds: seconds) { worker in
      withUnsafePointer(to: owned[worker]) {
        _ = shim_call_run(
          $0, library.streams[worker], blocks[3 * worker], blocks[3 * worker + 1], nil,
          blocks[3 * worker + 2], library.scratchpads[worker])
      }
      return work
    }
  }

  /// Operations per nanosecond while every thread repeats `body`, which returns the operations it did.
  private static func rate(threadCount: Int, seconds: Double, _ body: (Int) -> Double) -> Double {
    let job = RateJob(seconds: seconds, threadCount: threadCount)
    return withoutActuallyEscaping(body) { body in
      job.body = body
      guard let team = tw_team_create(Int32(threadCount)) else { return 0 }
      tw_team_run(
        team,
        { context, worker in
          guard let context else { return }
          Unmanaged<RateJob>.fromOpaque(context).takeUnretainedValue().work(Int(worker))
        }, Unmanaged.passUnretained(job).toOpaque())
      tw_team_destroy(team)
      job.body = nil
      return job.rates.reduce(0, +)
    }
  }

  private final class RateJob {
    let seconds: Double
    var rates: [Double]
    var body: ((Int) -> Double)?

    init(seconds: Double, threadCount: Int) {
      self.seconds = seconds
      rates = Array(repeating: 0, count: threadCount)
    }

    func work(_ worker: Int) {
      _ = shim_use_one_thread()
      guard let body else { return }
      _ = body(worker)  // Touches memory and wakes the core up.
      let start = DispatchTime.now().uptimeNanoseconds
      var done = 0.0
      var now = start
      while Double(now - start) < 1e9 * seconds {
        done += body(worker)
        now = DispatchTime.now().uptimeNanoseconds
      }
      let rate = done / Double(now - start)
      rates.withUnsafeMutableBufferPointer { $0[worker] = rate }
    }
  }
}
