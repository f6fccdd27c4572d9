import CKernels
import Glibc
import Testing
import ThalwegRandomness

/// Against the definition: the sum over channels and taps, one result after the other.
@Suite("Winograd's convolution")
struct WinogradKernelTests {
  /// The kernel's result; places that it leaves alone hold 9.
  private func run(_ shape: tw_winograd_shape, _ x: BlockedImages<Float>, _ taps: [Float], to: Extents, adjoint: Bool)
    throws -> BlockedImages<Float>
  {
    var shape = shape
    let memory = try [
      tw_winograd_filter_bytes(shape.in_channels, shape.out_channels), tw_winograd_scratch_bytes(shape.in_channels),
    ].map { bytes in
      let block = try #require(tw_memory_create(bytes))
      // What was there before must not matter.
      memset(block, 0xFF, bytes)
      return (block.assumingMemoryBound(to: Float.self), bytes)
    }
    defer { for (block, bytes) in memory { tw_memory_destroy(block, bytes) } }
    var y = BlockedImages<Float>(to, filledWith: 9)
    y.stored += [Float](repeating: 9, count: 64)
    tw_winograd_pack(taps, memory[0].0, shape.in_channels, shape.out_channels, adjoint)
    tw_winograd(&shape, x.stored, memory[0].0, &y.stored, memory[1].0)
    #expect(y.stored.suffix(64).allSatisfy { $0 == 9 }, "written beyond the end")
    y.stored.removeLast(64)
    return y
  }

  @Test("is exact where no sum is rounded, and writes its results and nothing else", arguments: WinogradCase.all)
  func exact(_ given: WinogradCase) throws {
    let (x, taps) = (wholeNumbers(given.from, seed: 1), wholeTaps(given.tapCount, seed: 2))
    let y = try run(given.shape, x, taps, to: given.to, adjoint: false)
    for (row, o) in product(0..<given.to.rows, 0..<given.channels) {
      for (i, j) in product(0..<given.to.height, 0..<given.to.width) {
        #expect(y[row, o, i * given.to.width + j] == given.convolve(x, taps, row, o, i, j))
      }
    }
    #expect(y.hasZeroPadding)
  }

  @Test("with flipped filters is the adjoint: ⟨w ⋆ x, y⟩ = ⟨x, w ⋆* y⟩, exactly", arguments: WinogradCase.all)
  func adjoint(_ given: WinogradCase) throws {
    let (x, y) = (wholeNumbers(given.from, seed: 1), wholeNumbers(given.to, seed: 3))
    let taps = wholeTaps(given.tapCount, seed: 2)
    let forward = try run(given.shape, x, taps, to: given.to, adjoint: false)
    let shape = tw_winograd_shape(
      rows: given.shape.rows, in_channels: given.shape.out_channels, out_channels: given.shape.in_channels,
      in_height: given.shape.out_height, in_width: given.shape.out_width, out_height: given.shape.in_height,
      out_width: given.shape.in_width, pad_top: 2 - given.shape.pad_top, pad_left: 2 - given.shape.pad_left)
    let backward = try run(shape, y, taps, to: given.from, adjoint: true)
    func inner(_ a: BlockedImages<Float>, _ b: BlockedImages<Float>) -> Double {
      zip(a.stored, b.stored).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    #expect(inner(forward, y) == inner(x, backward))
    #expect(backward.hasZeroPadding)
  }

  /// A transform of four points rounds twice for images (once in each direction), four times for filters and four times
  /// for results; a sum over `c` channels rounds `c` times, products included. So the error is at most `γ(c + 10)` times
  /// the result for absolute values, computed with absolute transforms (N. Higham, "Accuracy and Stability of Numerical
  /// Algorithms", §3.1).
  @Test("errs by its roundings at most", arguments: WinogradCase.all.filter { $0.from.rows > 0 })
  func roundings(_ given: WinogradCase) throws {
    let x = BlockedImages<Float>(given.from, seed: 5)
    var stream = RandomStream(seed: 6)
    let taps = (0..<given.tapCount).map { _ in Float(stream.normal()) }
    let y = try run(given.shape, x, taps, to: given.to, adjoint: false)
    let count = Double(given.from.channels + 10)
    let gamma = count * 0x1p-24 / (1 - count * 0x1p-24)
    for (row, o) in product(0..<given.to.rows, 0..<given.channels) {
      for (top, left) in product(evens(given.to.height), evens(given.to.width)) {
        let sizes = tileOfSizes(given, x, taps, row, o, top, left)
        for (i, j) in product(top..<min(top + 2, given.to.height), left..<min(left + 2, given.to.width)) {
          let error = abs(y[row, o, i * given.to.width + j] - given.convolve(x, taps, row, o, i, j))
          #expect(error <= gamma * sizes[2 * (i - top) + j - left])
        }
      }
    }
  }

  private func evens(_ count: Int) -> [Int] { Array(stride(from: 0, to: count, by: 2)) }

  /// `|Aᵀ| (Σ |G| |g| |Gᵀ| ⊙ |Bᵀ| |d| |B|) |A|`, 2 × 2 numbers.
  private func tileOfSizes(
    _ given: WinogradCase, _ x: BlockedImages<Float>, _ taps: [Float], _ row: Int, _ o: Int, _ top: Int, _ left: Int
  ) -> [Double] {
    let filter: [[Double]] = [[1, 0, 0], [0.5, 0.5, 0.5], [0.5, 0.5, 0.5], [0, 0, 1]]
    let image: [[Double]] = [[1, 0, 1, 0], [0, 1, 1, 0], [0, 1, 1, 0], [0, 1, 0, 1]]
    let result: [[Double]] = [[1, 1, 1, 0], [0, 1, 1, 1]]
    var sums = [Double](repeating: 0, count: 16)
    for c in 0..<given.from.channels {
      let g = (0..<9).map { Double(abs(taps[(o * given.from.channels + c) * 9 + $0])) }
      let d = product(0..<4, 0..<4).map { i, j -> Double in
        let (h, w) = (top + i - given.pad.top, left + j - given.pad.left)
        guard (0..<given.from.height).contains(h) && (0..<given.from.width).contains(w) else { return 0 }
        return abs(x[row, c, h * given.from.width + w])
      }
      let (u, v) = (sandwich(filter, g), sandwich(image, d))
      for p in 0..<16 { sums[p] += u[p] * v[p] }
    }
    return sandwich(result, sums)
  }

  @Test("what is not a number stays in the results that see it")
  func notANumber() throws {
    let given = WinogradCase(Extents(2, 16, 6, 6), to: 16)
    var x = BlockedImages<Float>(given.from, seed: 1)
    x[1, 3, 14] = .nan
    let y = try run(given.shape, x, wholeTaps(given.tapCount, seed: 2), to: given.to, adjoint: false)
    for (i, j) in product(1...3, 1...3) { #expect(y[1, 0, 6 * i + j].isNaN) }
    #expect((0..<36).allSatisfy { y[0, 0, $0].isFinite })
  }
}
