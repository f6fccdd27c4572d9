import Foundation
import ThalwegEngine

/// How fast this machine can multiply and add, measured on as many threads as a row uses.
struct Peak {
  /// Rate of oneDNN's own matrix products of 1024³ and 2048³, the better one, in GFLOP/s.
  var product = 0.0
  /// Rate of a plain loop of fused multiply-adds in registers, in GFLOP/s.
  var loop = 0.0

  /// What rows are compared with.
  var gflops: Double { max(product, loop) }

  /// Measures for about a second.
  static func measure(threads: Int, precision: ComputePrecision) throws -> Peak {
    var peak = Peak()
    peak.loop = PeakMeasurement.multiplyAddLoop(threadCount: threads, seconds: 0.2)
    for size in [1024, 2048] {
      let rate = try PeakMeasurement.matrixProduct(size, threadCount: threads, precision: precision, seconds: 0.4)
      peak.product = max(peak.product, rate)
    }
    return peak
  }

  func larger(_ other: Peak) -> Peak { Peak(product: max(product, other.product), loop: max(loop, other.loop)) }
}
