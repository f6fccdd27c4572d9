import CKernels
import Testing

/// Kernels with numbers or sums for each channel, against loops in `Double`.
@Suite("Kernels along channels")
struct ChannelKernelTests {
  /// A sum of `n` floats, or `n` roundings one after another, errs by at most `n u / (1 − n u)` times the sum of
  /// magnitudes (Higham 2002, §4.2), here taken as `1.01 n u`; a result is rounded once more to its storage type.
  private func bound<T: StoredNumber>(_ roundings: Int, _ magnitude: Double, storedAs type: T.Type) -> Double {
    (1.01 * Double(roundings) * Float.roundoff + type.roundoff) * magnitude + Double(Float.leastNonzeroMagnitude)
  }

  @Test("moments are those of all entries, also when merged with earlier ones", arguments: Extents.cases)
  func moments(_ e: Extents) {
    check(Kernels.single)
    check(Kernels.half)

    func check<T>(_ kernels: Kernels<T>) {
      let (first, second) = (BlockedImages<T>(e, seed: 1), BlockedImages<T>(e, seed: 2))
      var mean = [Double](repeating: 0, count: e.blocks * 16)
      var squares = mean
      let (rows, blocks, pixels) = (Int32(e.rows), Int32(e.blocks), Int32(e.pixels))
      kernels.moments(first.stored, rows, blocks, pixels, 0, &mean, &squares)
      kernels.moments(second.stored, rows, blocks, pixels, Int64(e.rows * e.pixels), &mean, &squares)
      for channel in 0..<e.channels where e.rows > 0 {
        let values = [first, second].flatMap { images in
          (0..<e.rows).flatMap { row in (0..<e.pixels).map { images[row, channel, $0] } }
        }
        let n = Double(values.count)
        let average = values.reduce(0, +) / n
        let deviations = values.reduce(0) { $0 + ($1 - average) * ($1 - average) }
        // Sums in float are over pieces of 256 at most.
        let magnitude = values.reduce(0) { $0 + abs($1) } / n
        let terms = min(256, e.pixels) + 1
        let meanError = abs(mean[channel] - average)
        #expect(meanError <= bound(terms, magnitude, storedAs: Float.self))
        // Each difference from the mean is rounded too, in proportion to the largest number.
        let largest = values.map { abs($0) }.max() ?? 0
        let squaresBound =
          bound(terms + 2, deviations, storedAs: Float.self) + 4 * n * largest * largest * Float.roundoff
        #expect(abs(squares[channel] - deviations) <= squaresBound)
      }
      for channel in e.channels..<e.blocks * 16 { #expect(mean[channel] == 0 && squares[channel] == 0) }
    }
  }

  @Test(
    "a linear combination has any number of terms, with and without factors, and any ending", arguments: Extents.cases)
  func linear(_ e: Extents) {
    check(Kernels.single)
    check(Kernels.half)

    func check<T>(_ kernels: Kernels<T>) {
      for count in 1...Int(TW_MOST_TERMS) {
        for ending in ["none", "relu", "mask"] { linear(kernels, e, count: count, ending) }
      }
    }
  }

  /// Every other term has a factor.
  private func linear<T>(_ kernels: Kernels<T>, _ e: Extents, count: Int, _ ending: String) {
    let images = (0..<count).map { BlockedImages<T>(e, seed: UInt64($0 + 1)) }
    let factors = (0..<count).map { $0 % 2 == count % 2 ? nil : channelNumbers(e, seed: UInt64(20 + $0)) }
    let (mask, shift) = (BlockedImages<T>(e, seed: 40), channelNumbers(e, seed: 41))
    var y = BlockedImages<T>(e, filledWith: 9)
    withPointers(images.map(\.stored)) { images in
      withPointers(factors) { factors in
        withPointers([ending == "mask" ? mask.stored : nil]) { mask in
          kernels.linear(
            images.baseAddress, factors.baseAddress, Int32(count), shift, mask[0], &y.stored, Int32(e.rows),
            Int32(e.blocks), Int32(e.pixels), ending == "relu")
        }
      }
    }
    expectEntries(y) { row, channel, pixel in
      var (value, size) = (Double(shift[channel]), Double(abs(shift[channel])))
      for (image, factor) in zip(images, factors) {
        let term = image[row, channel, pixel] * (factor.map { Double($0[channel]) } ?? 1)
        value += term
        size += abs(term)
      }
      let bound = bound(2 * count, size, storedAs: T.self)
      switch ending {
      case "relu": return (max(value, 0), bound)
      case "mask": return (mask[row, channel, pixel] > 0 ? value : 0, bound)
      default: return (value, bound)
      }
    }
  }

  @Test("masked sums add, mask and sum in every combination", arguments: Extents.cases)
  func maskedSums(_ e: Extents) {
    check(Kernels.single)
    check(Kernels.half)

    func check<T>(_ kernels: Kernels<T>) {
      for addends in 1...3 {
        for hasMask in [false, true] {
          for kinds in [0, 2, 3] { maskedSums(kernels, e, addends: addends, hasMask: hasMask, kinds: kinds) }
        }
      }
    }
  }

  private func maskedSums<T>(_ kernels: Kernels<T>, _ e: Extents, addends: Int, hasMask: Bool, kinds: Int) {
    let terms = (0..<addends).map { BlockedImages<T>(e, seed: UInt64($0 + 1)) }
    let (mask, x) = (BlockedImages<T>(e, seed: 13), BlockedImages<T>(e, seed: 14))
    let (g, change) = (BlockedImages<T>(e, seed: 17), BlockedImages<T>(e, seed: 18))
    let (mean, inverse) = (channelNumbers(e, seed: 15), channelNumbers(e, seed: 16))
    var dz = BlockedImages<T>(e, filledWith: 9)
    var sums = [Double](repeating: 0.5, count: 3 * e.blocks * 16)
    let second = kinds == 3 ? g.stored : nil
    withPointers(terms.map(\.stored)) { terms in
      withPointers([hasMask ? mask.stored : nil, second]) { optional in
        sums.withUnsafeMutableBufferPointer { sums in
          kernels.maskedSums(
            terms.baseAddress, Int32(addends), optional[0], x.stored, mean, inverse, optional[1], change.stored,
            &dz.stored, kinds > 0 ? sums.baseAddress : nil, Int32(e.rows), Int32(e.blocks), Int32(e.pixels))
        }
      }
    }
    func value(_ row: Int, _ channel: Int, _ pixel: Int) -> (value: Double, size: Double) {
      if hasMask && !(mask[row, channel, pixel] > 0) { return (0, 0) }
      let values = terms.map { $0[row, channel, pixel] }
      return (values.reduce(0, +), values.reduce(0) { $0 + abs($1) })
    }
    expectEntries(dz) { row, channel, pixel in
      let (exact, size) = value(row, channel, pixel)
      return (exact, bound(addends, size, storedAs: T.self))
    }
    for channel in 0..<e.channels {
      var (exact, size) = ([0.0, 0, 0], [0.0, 0, 0])
      for row in 0..<e.rows {
        for pixel in 0..<e.pixels {
          let (v, vSize) = value(row, channel, pixel)
          // The difference from the mean errs in proportion to the result, sums in proportion to their terms.
          let normalised = (x[row, channel, pixel] - Double(mean[channel])) * Double(inverse[channel])
          let product = g[row, channel, pixel] * change[row, channel, pixel]
          for (kind, term) in [v * normalised, v, product].enumerated() { exact[kind] += term }
          for (kind, term) in [vSize * normalised, vSize, product].enumerated() { size[kind] += abs(term) }
        }
      }
      let roundings = min(256, e.pixels) + 4 + addends
      for kind in 0..<3 {
        let found = sums[kind * e.blocks * 16 + channel] - 0.5
        guard kind < kinds else {
          #expect(found == 0)
          continue
        }
        #expect(abs(found - exact[kind]) <= bound(roundings, size[kind], storedAs: Float.self))
      }
    }
  }

  @Test("channel sums add to what is there, pixel sums have a factor", arguments: Extents.cases)
  func sums(_ e: Extents) {
    check(Kernels.single)
    check(Kernels.half)

    func check<T>(_ kernels: Kernels<T>) {
      let x = BlockedImages<T>(e, seed: 1)
      var perChannel = [Double](repeating: 1, count: e.blocks * 16)
      kernels.channelSums(x.stored, &perChannel, Int32(e.rows), Int32(e.blocks), Int32(e.pixels))
      var perRow = [Float](repeating: 9, count: e.rows * e.channels)
      kernels.pixelSums(x.stored, 0.25, &perRow, Int32(e.rows), Int32(e.channels), Int32(e.pixels))
      for channel in 0..<e.channels {
        var (total, size) = (1.0, 0.0)
        for row in 0..<e.rows {
          let values = (0..<e.pixels).map { x[row, channel, $0] }
          let (sum, magnitude) = (values.reduce(0, +), values.reduce(0) { $0 + abs($1) })
          let error = abs(Double(perRow[row * e.channels + channel]) - 0.25 * sum)
          #expect(error <= bound(e.pixels, 0.25 * magnitude, storedAs: Float.self))
          total += sum
          size += magnitude
        }
        let error = abs(perChannel[channel] - total)
        #expect(error <= bound(min(256, e.pixels), size, storedAs: Float.self))
      }
    }
  }

  /// Checks every entry against an exact value with a bound, and that padding is zero.
  private func expectEntries<T>(_ images: BlockedImages<T>, _ exact: (Int, Int, Int) -> (Double, Double)) {
    let e = images.extents
    for row in 0..<e.rows {
      for channel in 0..<e.channels {
        for pixel in 0..<e.pixels {
          let (value, bound) = exact(row, channel, pixel)
          let found = images[row, channel, pixel]
          if !(abs(found - value) <= bound) {
            Issue.record("\(T.self), \(e), at \(row), \(channel), \(pixel): \(found) is not \(value) ± \(bound)")
            return
          }
        }
      }
    }
    #expect(images.hasZeroPadding)
  }
}
