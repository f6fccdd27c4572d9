import CKernels
import Testing

/// Kernels that move entries of images: nothing is rounded, so results are exact.
@Suite("Kernels that move pixels")
struct ImageKernelTests {
  @Test("blocking and its inverse keep every entry, and padding is zero", arguments: Extents.cases)
  func blocking(_ e: Extents) {
    check(Kernels.single)
    check(Kernels.half)

    func check<T>(_ kernels: Kernels<T>) {
      let original = BlockedImages<T>(e, seed: 1)
      var plain = [Float](repeating: 9, count: e.rows * e.channels * e.pixels)
      kernels.unblock(original.stored, &plain, Int32(e.rows), Int32(e.channels), Int32(e.pixels))
      var again = BlockedImages<T>(e, filledWith: 9)
      kernels.block(plain, &again.stored, Int32(e.rows), Int32(e.channels), Int32(e.pixels))
      #expect(again.stored == original.stored)
      for row in 0..<e.rows {
        for channel in 0..<e.channels {
          for pixel in 0..<e.pixels {
            let entry = Double(plain[(row * e.channels + channel) * e.pixels + pixel])
            #expect(entry == original[row, channel, pixel])
          }
        }
      }
    }
  }

  @Test("spread copies a row's numbers over the pixels", arguments: Extents.cases)
  func spread(_ e: Extents) {
    check(Kernels.single)
    check(Kernels.half)

    func check<T>(_ kernels: Kernels<T>) {
      let numbers = (0..<e.rows * e.channels).map { Float($0 % 200) }  // Exact in both types.
      var y = BlockedImages<T>(e, filledWith: 9)
      kernels.spread(numbers, &y.stored, Int32(e.rows), Int32(e.channels), Int32(e.pixels))
      for row in 0..<e.rows {
        for channel in 0..<e.channels {
          let number = Double(numbers[row * e.channels + channel])
          #expect((0..<e.pixels).allSatisfy { y[row, channel, $0] == number })
        }
      }
      #expect(y.hasZeroPadding)
    }
  }

  @Test(
    "subsampling takes every second row and column and shifts channels; its adjoint puts them back",
    arguments: Extents.cases, [0, 1, 5, 16])
  func subsampling(_ e: Extents, before: Int) {
    check(Kernels.single)
    check(Kernels.half)

    func check<T>(_ kernels: Kernels<T>) {
      let small = Extents(e.rows, e.channels + before + 3, (e.height + 1) / 2, (e.width + 1) / 2)
      let x = BlockedImages<T>(e, seed: 1)
      var y = BlockedImages<T>(small, filledWith: 9)
      let (rows, c, h, w) = (Int32(e.rows), Int32(e.channels), Int32(e.height), Int32(e.width))
      let (outC, outH, outW) = (Int32(small.channels), Int32(small.height), Int32(small.width))
      kernels.subsample(x.stored, &y.stored, rows, c, h, w, outC, outH, outW, 2, Int32(before))
      var wanted = BlockedImages<T>(small)
      var back = BlockedImages<T>(e)
      forEachTaken { row, channel, from, to in
        wanted[row, channel + before, to] = x[row, channel, from]
        back[row, channel, from] = x[row, channel, from]
      }
      #expect(y.stored == wanted.stored)
      var z = BlockedImages<T>(e, filledWith: 9)
      kernels.subsampleAdjoint(y.stored, &z.stored, rows, c, h, w, outC, outH, outW, 2, Int32(before))
      #expect(z.stored == back.stored)

      func forEachTaken(_ body: (Int, Int, Int, Int) -> Void) {
        for row in 0..<e.rows {
          for channel in 0..<e.channels {
            for i in 0..<small.height {
              for j in 0..<small.width { body(row, channel, 2 * i * e.width + 2 * j, i * small.width + j) }
            }
          }
        }
      }
    }
  }

  struct Pooling: Sendable {
    let size: (vertical: Int32, horizontal: Int32)
    let stride: (vertical: Int32, horizontal: Int32)
    let padding: (vertical: Int32, horizontal: Int32)
    let dilation: (vertical: Int32, horizontal: Int32)

    static func square(_ size: Int32, stride: Int32, padding: Int32, dilation: Int32 = 1) -> Pooling {
      Pooling(
        size: (size, size), stride: (stride, stride), padding: (padding, padding), dilation: (dilation, dilation))
    }

    func out(_ e: Extents) -> Extents {
      func extent(_ n: Int, _ k: Int32, _ s: Int32, _ p: Int32, _ d: Int32) -> Int {
        (n + 2 * Int(p) - Int((k - 1) * d) - 1) / Int(s) + 1
      }
      return Extents(
        e.rows, e.channels, extent(e.height, size.vertical, stride.vertical, padding.vertical, dilation.vertical),
        extent(e.width, size.horizontal, stride.horizontal, padding.horizontal, dilation.horizontal))
    }
  }

  static let poolings = [
    Pooling.square(2, stride: 2, padding: 0), .square(3, stride: 2, padding: 1), .square(3, stride: 1, padding: 1),
    .square(2, stride: 1, padding: 1, dilation: 2),
    Pooling(size: (1, 3), stride: (2, 1), padding: (0, 1), dilation: (1, 1)),
  ]

  @Test(
    "max pooling finds the first largest entry of each window; gather and scatter follow its positions",
    arguments: [Extents(0, 3, 4, 4), Extents(2, 10, 5, 7), Extents(1, 17, 6, 4), Extents(2, 32, 3, 3)],
    0..<poolings.count)
  func pooling(_ e: Extents, index: Int) {
    check(Kernels.single)
    check(Kernels.half)

    func check<T>(_ kernels: Kernels<T>) {
      let p = Self.poolings[index]
      let out = p.out(e)
      var x = BlockedImages<T>(e, seed: 7)
      // Halves, so that many entries tie.
      for i in x.stored.indices { x.stored[i] = T(rounding: (2 * x.stored[i].number).rounded() / 2) }
      var y = BlockedImages<T>(out, filledWith: 9)
      var positions = [Int32](repeating: -1, count: out.storedCount)
      kernels.maxPool(
        x.stored, &y.stored, &positions, Int32(e.rows), Int32(e.blocks), Int32(e.height), Int32(e.width),
        Int32(out.height), Int32(out.width), p.size.vertical, p.size.horizontal, p.stride.vertical,
        p.stride.horizontal, p.padding.vertical, p.padding.horizontal, p.dilation.vertical, p.dilation.horizontal)
      var scattered = BlockedImages<T>(e)
      for row in 0..<e.rows {
        for channel in 0..<e.channels {
          for pixel in 0..<out.pixels {
            let place = largest(x, row, channel, window: pixel, p, width: out.width)
            #expect(positions[out.place(row, channel, pixel)] == Int32(place))
            #expect(y[row, channel, pixel] == x[row, channel, place])
            scattered[row, channel, place] += y[row, channel, pixel]
          }
        }
      }
      var gathered = BlockedImages<T>(out, filledWith: 9)
      kernels.gather(
        x.stored, positions, &gathered.stored, Int32(e.rows), Int32(e.blocks), Int32(out.pixels), Int32(e.pixels))
      #expect(gathered.stored == y.stored)
      var back = BlockedImages<T>(e, filledWith: 9)
      kernels.scatter(
        y.stored, positions, &back.stored, Int32(e.rows), Int32(e.blocks), Int32(out.pixels), Int32(e.pixels))
      #expect(back.stored == scattered.stored)
    }
  }

  /// The position in the plane of the first largest entry of a window.
  private func largest<T>(
    _ x: BlockedImages<T>, _ row: Int, _ channel: Int, window: Int, _ p: Pooling, width: Int
  ) -> Int {
    let e = x.extents
    var best: Int?
    for u in 0..<Int(p.size.vertical) {
      for v in 0..<Int(p.size.horizontal) {
        let i = window / width * Int(p.stride.vertical) + u * Int(p.dilation.vertical) - Int(p.padding.vertical)
        let j =
          window % width * Int(p.stride.horizontal) + v * Int(p.dilation.horizontal) - Int(p.padding.horizontal)
        guard i >= 0 && i < e.height && j >= 0 && j < e.width else { continue }
        let place = i * e.width + j
        if best.map({ x[row, channel, place] > x[row, channel, $0] }) ?? true { best = place }
      }
    }
    return best ?? 0
  }
}
