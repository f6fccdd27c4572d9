import CKernels
import ThalwegRandomness

/// A convolution by 3 × 3 taps.
struct WinogradCase: Sendable, CustomStringConvertible {
  let from: Extents
  let channels: Int
  let pad: (top: Int, left: Int)
  /// Rows and columns of padding at the far sides.
  let end: (bottom: Int, right: Int)

  init(_ from: Extents, to channels: Int, pad: (Int, Int) = (1, 1), end: (Int, Int) = (1, 1)) {
    self.from = from
    self.channels = channels
    self.pad = pad
    self.end = end
  }

  var to: Extents {
    Extents(
      from.rows, channels, from.height + pad.top + end.bottom - 2, from.width + pad.left + end.right - 2)
  }
  var shape: tw_winograd_shape {
    tw_winograd_shape(
      rows: Int32(from.rows), in_channels: Int32(from.channels), out_channels: Int32(channels),
      in_height: Int32(from.height), in_width: Int32(from.width), out_height: Int32(to.height),
      out_width: Int32(to.width), pad_top: Int32(pad.top), pad_left: Int32(pad.left))
  }
  var tapCount: Int { 9 * channels * from.channels }
  var description: String { "\(from) to \(channels), padding \(pad.top) \(pad.left) \(end.bottom) \(end.right)" }

  /// Even and odd extents, tiles that fill a group and that don't, blocks with and without channels to spare, one and
  /// two blocks at a time, several groups at once, paddings of every width.
  static let all = [
    WinogradCase(Extents(0, 16, 4, 4), to: 16), WinogradCase(Extents(1, 16, 1, 1), to: 16),
    WinogradCase(Extents(3, 16, 8, 8), to: 16),
    WinogradCase(Extents(2, 17, 5, 7), to: 40), WinogradCase(Extents(3, 32, 4, 4), to: 32),
    WinogradCase(Extents(1, 3, 6, 5), to: 5),
    WinogradCase(Extents(3, 130, 7, 6), to: 20), WinogradCase(Extents(2, 16, 6, 7), to: 33, pad: (0, 0), end: (0, 0)),
    WinogradCase(Extents(2, 20, 3, 4), to: 16, pad: (2, 0), end: (0, 2)),
    WinogradCase(Extents(2, 16, 4, 3), to: 16, pad: (2, 2), end: (2, 2)),
  ]

  /// One result, in `Double`.
  func convolve(
    _ x: BlockedImages<Float>, _ taps: [Float], _ row: Int, _ o: Int, _ i: Int, _ j: Int
  ) -> Double {
    var total = 0.0
    for c in 0..<from.channels {
      for (u, v) in product(0..<3, 0..<3) {
        let (h, w) = (i + u - pad.top, j + v - pad.left)
        guard (0..<from.height).contains(h) && (0..<from.width).contains(w) else { continue }
        total += Double(taps[(o * from.channels + c) * 9 + 3 * u + v]) * x[row, c, h * from.width + w]
      }
    }
    return total
  }
}

/// Small whole numbers: every sum, product and half fits into a float.
func wholeNumbers(_ e: Extents, seed: UInt64) -> BlockedImages<Float> {
  var images = BlockedImages<Float>(e)
  var stream = RandomStream(seed: seed)
  for (row, channel) in product(0..<e.rows, 0..<e.channels) {
    for pixel in 0..<e.pixels { images[row, channel, pixel] = Double(stream.index(below: 17)) - 8 }
  }
  return images
}

func wholeTaps(_ count: Int, seed: UInt64) -> [Float] {
  var stream = RandomStream(seed: seed)
  return (0..<count).map { _ in Float(stream.index(below: 9)) - 4 }
}

/// `M a Mᵀ` of a square `a`.
func sandwich(_ m: [[Double]], _ a: [Double]) -> [Double] {
  let n = m[0].count
  return product(m, m).map { p, q in
    product(0..<n, 0..<n).reduce(0) { $0 + p[$1.0] * a[n * $1.0 + $1.1] * q[$1.1] }
  }
}

/// All pairs.
func product<A: Sequence, B: Sequence>(_ a: A, _ b: B) -> [(A.Element, B.Element)] {
  a.flatMap { first in b.map { (first, $0) } }
}
