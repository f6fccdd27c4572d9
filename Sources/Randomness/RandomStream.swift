import Foundation

/// A stream of random numbers that belongs to an *item*, not to a worker.
///
/// The stream is a pure function of its seed and keys (for example run seed, epoch, example index), so any
/// worker can draw an item's numbers at any time and obtains the same ones. The state advances by the
/// SplitMix64 recurrence; keys are mixed in with the same finaliser, so that neighbouring keys give
/// unrelated streams.
///
/// Source: Steele, Lea, Flood (2014), Fast splittable pseudorandom number generators, OOPSLA.
public struct RandomStream: RandomNumberGenerator, Sendable, Equatable {
  private var state: UInt64
  private var spareNormal: Double?

  /// The stream of `seed` and `keys`. Different key lists, also of different lengths, give different streams.
  public init(seed: UInt64, _ keys: UInt64...) {
    var mixed = RandomStream.finalise(seed &+ 0x9E37_79B9_7F4A_7C15)
    for key in keys {
      mixed = RandomStream.finalise(mixed ^ RandomStream.finalise(key &+ 0x9E37_79B9_7F4A_7C15))
      mixed = mixed &+ 0x9E37_79B9_7F4A_7C15
    }
    state = mixed
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    state = state &+ 0x9E37_79B9_7F4A_7C15
    return RandomStream.finalise(state)
  }

  /// A number uniform in [0, 1), a multiple of 2⁻⁵³.
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A number uniform in `range`, up to rounding at its ends.
  public mutating func uniform(in range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// A whole number uniform in `0..<bound`, without bias. `bound` must be positive.
  public mutating func index(below bound: Int) -> Int {
    precondition(bound > 0, "no index is below \(bound)")
    return Int(next(upperBound: UInt64(bound)))
  }

  /// A standard normal number, by the polar method; two are made at a time.
  public mutating func normal() -> Double {
    if let spare = spareNormal {
      spareNormal = nil
      return spare
    }
    while true {
      let u = 2 * uniform() - 1
      let v = 2 * uniform() - 1
      let s = u * u + v * v
      if s > 0 && s < 1 {
        let factor = (-2 * log(s) / s).squareRoot()
        spareNormal = v * factor
        return u * factor
      }
    }
  }

  /// The numbers `0..<count` in random order (Fisher–Yates).
  public mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    for i in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(i, index(below: i + 1))
    }
    return order
  }

  private static func finalise(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
