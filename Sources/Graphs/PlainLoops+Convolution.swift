import Dispatch

/// The three maps of a convolution, each as matrix products over a strip of output rows.
///
/// A strip's *columns* hold, for every tap of every input channel, the entry that the tap meets at each output position
/// (0 in the padding). Then, with filters `W` `[out, taps]`, output strip `Y` `[out, positions]` and columns `X`
/// `[taps, positions]`: `Y = W X`, its adjoint in the images `X = Wᵀ Y`, and its adjoint in the filters `W = Y Xᵀ`.
extension PlainLoops {
  /// Sizes that all three maps need.
  private struct Plan {
    let window: Window
    let (images, channels, height, width): (Int, Int, Int, Int)
    let out: Window.Pair
    let outChannels: Int
    let (groups, inPerGroup, outPerGroup): (Int, Int, Int)
    let tapsPerPlane: Int
    /// Rows of columns: taps of all input channels of a group.
    let taps: Int
    /// Output rows in a strip, so that a strip's columns stay in the nearest cache.
    let stripRows: Int
    /// Numbers in a row of columns. A multiple of 8, and an odd one so that neighbouring rows use other parts of the cache.
    let pitch: Int

    init(_ x: Shape, _ w: Shape, _ y: Shape, _ window: Window, _ groups: Int) {
      self.window = window
      (images, channels, height, width) = (x[0], x[1], x[2], x[3])
      out = Window.Pair(y[2], y[3])
      outChannels = w[0]
      self.groups = groups
      (inPerGroup, outPerGroup) = (w[1], w[0] / groups)
      tapsPerPlane = w[2] * w[3]
      taps = inPerGroup * tapsPerPlane
      stripRows = min(out.vertical, max(1, 64 / out.horizontal))
      pitch = ((stripRows * out.horizontal + 7) / 8 | 1) * 8
    }

    var strips: [Range<Int>] {
      stride(from: 0, to: out.vertical, by: stripRows).map { $0..<min($0 + stripRows, out.vertical) }
    }
  }

  /// Runs `body` for each index on all cores. Every index writes its own part of the result.
  private static func inParallel(_ count: Int, _ body: (Int) -> Void) {
    // The closure only lives during the call and its indices write disjoint memory.
    withoutActuallyEscaping(body) { body in
      nonisolated(unsafe) let body = body
      DispatchQueue.concurrentPerform(iterations: count) { body($0) }
    }
  }

  /// Calls `body` with `count` zeros.
  private static func withZeros(_ count: Int, _ body: (UnsafeMutablePointer<T>) -> Void) {
    let memory = UnsafeMutablePointer<T>.allocate(capacity: count)
    memory.initialize(repeating: 0, count: count)
    body(memory)
    memory.deallocate()
  }

  static func convolution(_ x: Buffer, _ w: Buffer, _ y: Buffer, _ window: Window, _ groups: Int) {
    let plan = Plan(x.shape, w.shape, y.shape, window, groups)
    let plane = plan.out.vertical * plan.out.horizontal
    inParallel(plan.images) { image in
      withZeros((plan.taps + plan.outPerGroup) * plan.pitch) { columns in
        let strip = columns + plan.taps * plan.pitch
        for group in 0..<groups {
          let source = x.real + (image * plan.channels + group * plan.inPerGroup) * plan.height * plan.width
          for rows in plan.strips {
            gatherColumns(plan, source, rows, columns)
            product(
              w.real + group * plan.outPerGroup * plan.taps, plan.taps, 1, columns, strip,
              rows: plan.outPerGroup,
              inner: plan.taps, plan.pitch)
            for o in 0..<plan.outPerGroup {
              let target = (image * plan.outChannels + group * plan.outPerGroup + o) * plane
              (y.real + target + rows.lowerBound * plan.out.horizontal)
                .update(from: strip + o * plan.pitch, count: rows.count * plan.out.horizontal)
            }
          }
        }
      }
    }
  }

  static func convolutionInputGradient(_ y: Buffer, _ w: Buffer, _ x: Buffer, _ window: Window, _ groups: Int) {
    let plan = Plan(x.shape, w.shape, y.shape, window, groups)
    x.real.update(repeating: 0, count: x.shape.count)
    inParallel(plan.images) { image in
      withZeros((plan.taps + plan.outPerGroup) * plan.pitch) { columns in
        let strip = columns + plan.taps * plan.pitch
        for group in 0..<groups {
          let target = x.real + (image * plan.channels + group * plan.inPerGroup) * plan.height * plan.width
          for rows in plan.strips {
            gatherStrip(plan, y.real, image, group, rows, strip)
            product(
              w.real + group * plan.outPerGroup * plan.taps, 1, plan.taps, strip, columns, rows: plan.taps,
              inner: plan.outPerGroup, plan.pitch)
            scatterColumns(plan, columns, rows, target)
          }
        }
      }
    }
  }

  static func convolutionFilterGradient(
    _ x: Buffer, _ y: Buffer, _ w: Buffer, _ window: Window, _ groups: Int
  ) {
    let plan = Plan(x.shape, w.shape, y.shape, window, groups)
    // Partial sums over fixed parts of the batch, added in order: the result doesn't depend on the number of cores.
    let partCount = min(plan.images, 8)
    let size = w.shape.count
    withZeros(partCount * size) { partial in
      inParallel(partCount) { part in
        withZeros((plan.taps + plan.outPerGroup) * plan.pitch) { columns in
          let strip = columns + plan.taps * plan.pitch
          for image in part * plan.images / partCount..<(part + 1) * plan.images / partCount {
            for group in 0..<groups {
              let source =
                x.real + (image * plan.channels + group * plan.inPerGroup) * plan.height * plan.width
              let target = partial + part * size + group * plan.outPerGroup * plan.taps
              for rows in plan.strips {
                gatherColumns(plan, source, rows, columns)
                gatherStrip(plan, y.real, image, group, rows, strip)
                addProductOfRows(strip, columns, target, plan.outPerGroup, plan.taps, plan.pitch)
              }
            }
          }
        }
      }
      w.real.update(repeating: 0, count: size)
      for part in 0..<partCount {
        for i in 0..<size { w.real[i] += partial[part * size + i] }
      }
    }
  }

  // MARK: Strips

  /// Fills the columns of a strip from the planes of one image and group.
  private static func gatherColumns(
    _ plan: Plan, _ source: UnsafePointer<T>, _ rows: Range<Int>, _ columns: UnsafeMutablePointer<T>
  ) {
    let step = plan.window.stride.horizontal
    columns.update(repeating: 0, count: plan.taps * plan.pitch)
    for c in 0..<plan.inPerGroup {
      let plane = source + c * plan.height * plan.width
      let block = columns + c * plan.tapsPerPlane * plan.pitch
      forEachTap(plan.height, plan.width, plan.out, plan.window, rows: rows) { tap, to, from, count in
        let target = block + tap * plan.pitch + to
        for i in 0..<count { target[i] = plane[from + i * step] }
      }
    }
  }

  /// Adds the columns of a strip into the planes of one image and group: the adjoint of ``gatherColumns``.
  private static func scatterColumns(
    _ plan: Plan, _ columns: UnsafePointer<T>, _ rows: Range<Int>, _ target: UnsafeMutablePointer<T>
  ) {
    let step = plan.window.stride.horizontal
    for c in 0..<plan.inPerGroup {
      let plane = target + c * plan.height * plan.width
      let block = columns + c * plan.tapsPerPlane * plan.pitch
      forEachTap(plan.height, plan.width, plan.out, plan.window, rows: rows) { tap, from, to, count in
        let source = block + tap * plan.pitch + from
        for i in 0..<count { plane[to + i * step] += source[i] }
      }
    }
  }

  /// Copies a strip of the output planes of one image and group, with zeros behind each row.
  private static func gatherStrip(
    _ plan: Plan, _ y: UnsafePointer<T>, _ image: Int, _ group: Int, _ rows: Range<Int>,
    _ strip: UnsafeMutablePointer<T>
  ) {
    let plane = plan.out.vertical * plan.out.horizontal
    let count = rows.count * plan.out.horizontal
    for o in 0..<plan.outPerGroup {
      let source = y + (image * plan.outChannels + group * plan.outPerGroup + o) * plane
      let target = strip + o * plan.pitch
      target.update(from: source + rows.lowerBound * plan.out.horizontal, count: count)
      (target + count).update(repeating: 0, count: plan.pitch - count)
    }
  }

  // MARK: Products of strips

  /// `c = a b` for `a` `[rows, inner]` with any strides and `b`, `c` with rows of `pitch` numbers, a multiple of 8.
  private static func product(
    _ a: UnsafePointer<T>, _ aRow: Int, _ aInner: Int, _ b: UnsafePointer<T>, _ c: UnsafeMutablePointer<T>,
    rows: Int, inner: Int, _ pitch: Int
  ) {
    for column in stride(from: 0, to: pitch, by: 8) {
      var row = 0
      while row + 2 <= rows {  // Two rows at a time: each eight of `b` is loaded once for both.
        var (first, second) = (SIMD8<T>(), SIMD8<T>())
        let (a0, a1) = (a + row * aRow, a + (row + 1) * aRow)
        for k in 0..<inner {
          let x = eight(b + k * pitch + column)
          T.add(&first, x, a0[k * aInner])
          T.add(&second, x, a1[k * aInner])
        }
        store(first, c + row * pitch + column)
        store(second, c + (row + 1) * pitch + column)
        row += 2
      }
      if row < rows {
        var last = SIMD8<T>()
        for k in 0..<inner { T.add(&last, eight(b + k * pitch + column), a[row * aRow + k * aInner]) }
        store(last, c + row * pitch + column)
      }
    }
  }

  /// `c += a bᵀ` for `a` `[rows, pitch]`, `b` `[columns, pitch]`, `c` `[rows, columns]`.
  private static func addProductOfRows(
    _ a: UnsafePointer<T>, _ b: UnsafePointer<T>, _ c: UnsafeMutablePointer<T>, _ rows: Int, _ columns: Int,
    _ pitch: Int
  ) {
    for column in 0..<columns {
      let y = b + column * pitch
      var row = 0
      while row + 2 <= rows {
        let (x0, x1) = (a + row * pitch, a + (row + 1) * pitch)
        var (first, second) = (SIMD8<T>(), SIMD8<T>())
        for i in stride(from: 0, to: pitch, by: 8) {
          let factor = eight(y + i)
          T.add(&first, eight(x0 + i), factor)
          T.add(&second, eight(x1 + i), factor)
        }
        c[row * columns + column] += first.sum()
        c[(row + 1) * columns + column] += second.sum()
        row += 2
      }
      if row < rows {
        var last = SIMD8<T>()
        for i in stride(from: 0, to: pitch, by: 8) { T.add(&last, eight(a + row * pitch + i), eight(y + i)) }
        c[row * columns + column] += last.sum()
      }
    }
  }

  @inline(__always)
  private static func eight(_ pointer: UnsafePointer<T>) -> SIMD8<T> {
    UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<T>.self)
  }

  @inline(__always)
  private static func store(_ value: SIMD8<T>, _ pointer: UnsafeMutablePointer<T>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: SIMD8<T>.self)
  }
}
