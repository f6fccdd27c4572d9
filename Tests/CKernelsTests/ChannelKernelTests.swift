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

  @Test("normalise is scale · x + shift (+ residual), with negatives cut if asked", arguments: Extents.cases)
  func normalise(_ e: Extents) {
    check(Kernels.single)
    check(Kernels.half)

    func check<T>(_ kernels: Kernels<T>) {
      let (x, residual) = (BlockedImages<T>(e, seed: 1), BlockedImages<T>(e, seed: 2))
      let (scale, shift) = (channelNumbers(e, seed: 3), channelNumbers(e, seed: 4))
      for hasResidual in [false, true] {
        for relu in [false, true] {
          var y = BlockedImages<T>(e, filledWith: 9)
          let extra = hasResidual ? residual.stored : []
          extra.withUnsafeBufferPointer { extra in
            kernels.normalise(
              x.stored, scale, shift, hasResidual ? extra.baseAddress : nil, &y.stored, Int32(e.rows), Int32(e.blocks),
              Int32(e.pixels), relu)
          }
          expectEntries(y) { row, channel, pixel in
            let product = Double(scale[channel]) * x[row, channel, pixel]
            let extra = hasResidual ? residual[row, channel, pixel] : 0
            let value = product + Double(shift[channel]) + extra
            let size = abs(product) + Double(abs(shift[channel])) + abs(extra)
            return (relu ? max(value, 0) : value, bound(3, size, storedAs: T.self))
          }
        }
      }
    }
  }

  @Test("masked sums add, mask and sum in every combination", arguments: Extents.cases)
  func maskedSums(_ e: Extents) {
    check(Kernels.single)
    check(Kernels.half)

    func check<T>(_ kernels: Kernels<T>) {
      for choice in 0..<8 {
        let (hasSecond, hasMask, hasSums) = (choice & 1 != 0, choice & 2 != 0, choice & 4 != 0)
        maskedSums(kernels, e, hasSecond: hasSecond, hasMask: hasMask, hasSums: hasSums)
      }
    }
  }

  private func maskedSums<T>(_ kernels: Kernels<T>, _ e: Extents, hasSecond: Bool, hasMask: Bool, hasSums: Bool) {
    let (a, b) = (BlockedImages<T>(e, seed: 1), BlockedImages<T>(e, seed: 2))
    let (mask, x) = (BlockedImages<T>(e, seed: 3), BlockedImages<T>(e, seed: 4))
    let (mean, inverse) = (channelNumbers(e, seed: 5), channelNumbers(e, seed: 6))
    var dz = BlockedImages<T>(e, filledWith: 9)
    var sums = [Double](repeating: 0.5, count: 2 * e.blocks * 16)
    withUnsafePointers(hasSecond ? b.stored : nil, hasMask ? mask.stored : nil) { second, mask in
      sums.withUnsafeMutableBufferPointer { sums in
        kernels.maskedSums(
          a.stored, second, mask, x.stored, mean, inverse, &dz.stored, hasSums ? sums.baseAddress : nil, Int32(e.rows),
          Int32(e.blocks), Int32(e.pixels))
      }
    }
    func value(_ row: Int, _ channel: Int, _ pixel: Int) -> Double {
      if hasMask && !(mask[row, channel, pixel] > 0) { return 0 }
      return a[row, channel, pixel] + (hasSecond ? b[row, channel, pixel] : 0)
    }
    expectEntries(dz) { row, channel, pixel in
      let exact = value(row, channel, pixel)
      return (exact, bound(1, abs(exact), storedAs: T.self))
    }
    guard hasSums else {
      #expect(sums.allSatisfy { $0 == 0.5 })
      return
    }
    for channel in 0..<e.channels {
      var (along, total, alongSize, totalSize) = (0.0, 0.0, 0.0, 0.0)
      for row in 0..<e.rows {
        for pixel in 0..<e.pixels {
          let v = value(row, channel, pixel)
          let normalised = (x[row, channel, pixel] - Double(mean[channel])) * Double(inverse[channel])
          along += v * normalised
          total += v
          // The difference from the mean errs in proportion to the result, the sum v in proportion to itself.
          alongSize += abs(v * normalised)
          totalSize += abs(v)
        }
      }
      let terms = min(256, e.pixels) + 5
      let alongError = abs(sums[channel] - 0.5 - along)
      let totalError = abs(sums[e.blocks * 16 + channel] - 0.5 - total)
      #expect(alongError <= bound(terms, alongSize, storedAs: Float.self))
      #expect(totalError <= bound(terms, totalSize, storedAs: Float.self))
    }
  }

  @Test("combine is c₀ dz + c₁ x + c₂", arguments: Extents.cases)
  func combine(_ e: Extents) {
    check(Kernels.single)
    check(Kernels.half)

    func check<T>(_ kernels: Kernels<T>) {
      let (dz, x) = (BlockedImages<T>(e, seed: 1), BlockedImages<T>(e, seed: 2))
      let c = (3...5).map { channelNumbers(e, seed: $0) }
      var dx = BlockedImages<T>(e, filledWith: 9)
      kernels.combine(
        dz.stored, x.stored, c[0], c[1], c[2], &dx.stored, Int32(e.rows), Int32(e.blocks), Int32(e.pixels))
      expectEntries(dx) { row, channel, pixel in
        let first = Double(c[0][channel]) * dz[row, channel, pixel]
        let second = Double(c[1][channel]) * x[row, channel, pixel]
        let third = Double(c[2][channel])
        return (first + second + third, bound(4, abs(first) + abs(second) + abs(third), storedAs: T.self))
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

  private func withUnsafePointers<T>(
    _ first: [T]?, _ second: [T]?, _ body: (UnsafePointer<T>?, UnsafePointer<T>?) -> Void
  ) {
    (first ?? []).withUnsafeBufferPointer { a in
      (second ?? []).withUnsafeBufferPointer { b in
        body(first == nil ? nil : a.baseAddress, second == nil ? nil : b.baseAddress)
      }
    }
  }
}
