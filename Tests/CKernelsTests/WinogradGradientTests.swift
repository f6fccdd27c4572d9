import CKernels
import Glibc
import Testing
import ThalwegRandomness

/// Against the definition: for each tap the sum over rows and results.
@Suite("Winograd's filter gradient")
struct WinogradGradientTests {
  /// The gradient that calls for the given images, one after the other, add up to.
  private func run(_ given: WinogradCase, _ parts: [(x: BlockedImages<Float>, dy: BlockedImages<Float>)]) throws
    -> [Float]
  {
    var shape = given.shape
    let bytes = [
      tw_winograd_filter_bytes(shape.in_channels, shape.out_channels),
      tw_winograd_gradient_scratch_bytes(shape.in_channels, shape.out_channels),
    ]
    let memory = try bytes.map { try #require(tw_memory_create($0)).assumingMemoryBound(to: Float.self) }
    defer { for (block, bytes) in zip(memory, bytes) { tw_memory_destroy(block, bytes) } }
    memset(memory[0], 0, bytes[0])
    // What was there before must not matter.
    memset(memory[1], 0xFF, bytes[1])
    for part in parts { tw_winograd_gradient(&shape, part.x.stored, part.dy.stored, memory[0], memory[1]) }
    var gradient = [Float](repeating: 9, count: given.tapCount + 16)
    tw_winograd_gradient_finish(memory[0], &gradient, shape.in_channels, shape.out_channels)
    #expect(gradient.suffix(16).allSatisfy { $0 == 9 }, "written beyond the end")
    return gradient.dropLast(16)
  }

  /// The gradient of one tap, in `Double`.
  private func gradient(
    _ given: WinogradCase, _ x: BlockedImages<Float>, _ dy: BlockedImages<Float>, _ o: Int, _ c: Int, _ tap: Int
  ) -> Double {
    var total = 0.0
    for row in 0..<given.from.rows {
      for (i, j) in product(0..<given.to.height, 0..<given.to.width) {
        let (h, w) = (i + tap / 3 - given.pad.top, j + tap % 3 - given.pad.left)
        guard (0..<given.from.height).contains(h) && (0..<given.from.width).contains(w) else { continue }
        total += x[row, c, h * given.from.width + w] * dy[row, o, i * given.to.width + j]
      }
    }
    return total
  }

  @Test("is exact where no sum is rounded, and adds to what was summed before", arguments: WinogradCase.all)
  func exact(_ given: WinogradCase) throws {
    let parts = [1, 2].map { (x: wholeNumbers(given.from, seed: $0), dy: wholeNumbers(given.to, seed: 10 + $0)) }
    let found = try run(given, parts)
    for (o, c) in product(0..<given.channels, 0..<given.from.channels) {
      for tap in 0..<9 {
        let expected = parts.reduce(0) { $0 + gradient(given, $1.x, $1.dy, o, c, tap) }
        #expect(Double(found[(o * given.from.channels + c) * 9 + tap]) == expected)
      }
    }
  }

  /// A transform of four points rounds twice for images, twice for results (once in each direction) and four times for
  /// taps; a sum over the tiles of at most 32 rounds as often, products included, and so do those sums' own sums. So the
  /// error is at most `γ(tiles / 32 + 32 + 8)` times the result for absolute values, computed with absolute transforms.
  @Test("errs by its roundings at most", arguments: WinogradCase.all.filter { $0.from.rows > 0 })
  func roundings(_ given: WinogradCase) throws {
    let (x, dy) = (BlockedImages<Float>(given.from, seed: 5), BlockedImages<Float>(given.to, seed: 6))
    let found = try run(given, [(x, dy)])
    let tiles = given.to.rows * ((given.to.height + 1) / 2) * ((given.to.width + 1) / 2)
    let count = Double((tiles + 31) / 32 + min(tiles, 32) + 8)
    let gamma = count * 0x1p-24 / (1 - count * 0x1p-24)
    for (o, c) in product(0..<min(given.channels, 18), 0..<min(given.from.channels, 18)) {
      let sizes = sizes(given, x, dy, o, c)
      for tap in 0..<9 {
        let error = abs(Double(found[(o * given.from.channels + c) * 9 + tap]) - gradient(given, x, dy, o, c, tap))
        #expect(error <= gamma * sizes[tap])
      }
    }
  }

  /// `|Gᵀ| (Σ |Bᵀ| |d| |B| ⊙ |A| |dy| |Aᵀ|) |G|`, 3 × 3 numbers.
  private func sizes(
    _ given: WinogradCase, _ x: BlockedImages<Float>, _ dy: BlockedImages<Float>, _ o: Int, _ c: Int
  ) -> [Double] {
    let image: [[Double]] = [[1, 0, 1, 0], [0, 1, 1, 0], [0, 1, 1, 0], [0, 1, 0, 1]]
    let result: [[Double]] = [[1, 0], [1, 1], [1, 1], [0, 1]]
    let taps: [[Double]] = [[1, 0.5, 0.5, 0], [0, 0.5, 0.5, 0], [0, 0.5, 0.5, 1]]
    var sums = [Double](repeating: 0, count: 16)
    let tops = Array(stride(from: 0, to: given.to.height, by: 2)),
      lefts = Array(stride(from: 0, to: given.to.width, by: 2))
    for row in 0..<given.to.rows {
      for (top, left) in product(tops, lefts) {
        let d = product(0..<4, 0..<4).map { i, j -> Double in
          let (h, w) = (top + i - given.pad.top, left + j - given.pad.left)
          guard (0..<given.from.height).contains(h) && (0..<given.from.width).contains(w) else { return 0 }
          return abs(x[row, c, h * given.from.width + w])
        }
        let y = product(0..<2, 0..<2).map { i, j -> Double in
          guard top + i < given.to.height && left + j < given.to.width else { return 0 }
          return abs(dy[row, o, (top + i) * given.to.width + left + j])
        }
        let (v, u) = (sandwich(image, d), sandwich(result, y))
        for p in 0..<16 { sums[p] += v[p] * u[p] }
      }
    }
    return sandwich(taps, sums)
  }

  @Test("what is not a number stays in the taps that see it")
  func notANumber() throws {
    let given = WinogradCase(Extents(2, 16, 6, 6), to: 16)
    let (x, clean) = (wholeNumbers(given.from, seed: 1), wholeNumbers(given.to, seed: 2))
    var dy = clean
    dy[1, 3, 14] = .nan
    let found = try run(given, [(x, dy)])
    for tap in 0..<9 {
      #expect(found[(3 * 16 + 5) * 9 + tap].isNaN)
      #expect(found[(4 * 16 + 5) * 9 + tap].isFinite)
    }
  }
}
