import Dispatch

/// Convolutions and pooling: loops over images, channels and taps, with rows innermost.
extension PlainLoops {
  /// Output columns whose tap `tap` falls inside a row of `width` entries, and the input column of the first of them.
  @inline(__always)
  private static func columns(
    _ width: Int, _ outWidth: Int, _ tap: Int, _ window: Window
  ) -> (range: Range<Int>, first: Int) {
    let offset = tap * window.dilation.horizontal - window.padBefore.horizontal
    let stride = window.stride.horizontal
    let low = offset >= 0 ? 0 : (-offset + stride - 1) / stride
    let high = width - 1 - offset < 0 ? 0 : min(outWidth, (width - 1 - offset) / stride + 1)
    return (low..<max(low, high), low * stride + offset)
  }

  /// Input row of tap `tap` for output row `row`; `nil` outside.
  @inline(__always)
  private static func inputRow(_ height: Int, _ row: Int, _ tap: Int, _ window: Window) -> Int? {
    let y = row * window.stride.vertical + tap * window.dilation.vertical - window.padBefore.vertical
    return y >= 0 && y < height ? y : nil
  }

  /// Visits every (row of output, row of input, tap) of one pair of planes.
  @inline(__always)
  private static func forEachTap(
    _ height: Int, _ width: Int, _ out: Window.Pair, _ window: Window,
    _ body: (_ tap: Int, _ outStart: Int, _ inStart: Int, _ count: Int) -> Void
  ) {
    for ky in 0..<window.size.vertical {
      for kx in 0..<window.size.horizontal {
        let (range, first) = columns(width, out.horizontal, kx, window)
        guard !range.isEmpty else { continue }
        for row in 0..<out.vertical {
          guard let y = inputRow(height, row, ky, window) else { continue }
          body(
            ky * window.size.horizontal + kx, row * out.horizontal + range.lowerBound, y * width + first,
            range.count)
        }
      }
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

  static func convolution(_ x: Buffer, _ w: Buffer, _ y: Buffer, _ window: Window, _ groups: Int) {
    let (height, width) = (x.shape[2], x.shape[3])
    let out = Window.Pair(y.shape[2], y.shape[3])
    let (inPerGroup, outPerGroup) = (w.shape[1], w.shape[0] / groups)
    let taps = w.shape[2] * w.shape[3]
    let step = window.stride.horizontal
    inParallel(x.shape[0]) { image in
      for o in 0..<w.shape[0] {
        let target = y.real + (image * w.shape[0] + o) * out.vertical * out.horizontal
        target.update(repeating: 0, count: out.vertical * out.horizontal)
        for c in 0..<inPerGroup {
          let channel = o / outPerGroup * inPerGroup + c
          let source = x.real + (image * x.shape[1] + channel) * height * width
          let filter = w.real + (o * inPerGroup + c) * taps
          forEachTap(height, width, out, window) { tap, to, from, count in
            let weight = filter[tap]
            if step == 1 {
              for i in 0..<count { target[to + i] += weight * source[from + i] }
            } else {
              for i in 0..<count { target[to + i] += weight * source[from + i * step] }
            }
          }
        }
      }
    }
  }

  static func convolutionInputGradient(_ y: Buffer, _ w: Buffer, _ x: Buffer, _ window: Window, _ groups: Int) {
    let (height, width) = (x.shape[2], x.shape[3])
    let out = Window.Pair(y.shape[2], y.shape[3])
    let (inPerGroup, outPerGroup) = (w.shape[1], w.shape[0] / groups)
    let taps = w.shape[2] * w.shape[3]
    let step = window.stride.horizontal
    inParallel(x.shape[0]) { image in
      for channel in 0..<x.shape[1] {
        let target = x.real + (image * x.shape[1] + channel) * height * width
        target.update(repeating: 0, count: height * width)
        let group = channel / inPerGroup
        for o in group * outPerGroup..<(group + 1) * outPerGroup {
          let source = y.real + (image * w.shape[0] + o) * out.vertical * out.horizontal
          let filter = w.real + (o * inPerGroup + channel % inPerGroup) * taps
          forEachTap(height, width, out, window) { tap, from, to, count in
            let weight = filter[tap]
            if step == 1 {
              for i in 0..<count { target[to + i] += weight * source[from + i] }
            } else {
              for i in 0..<count { target[to + i * step] += weight * source[from + i] }
            }
          }
        }
      }
    }
  }

  static func convolutionFilterGradient(_ x: Buffer, _ y: Buffer, _ w: Buffer, _ window: Window, _ groups: Int) {
    let (height, width) = (x.shape[2], x.shape[3])
    let out = Window.Pair(y.shape[2], y.shape[3])
    let (inPerGroup, outPerGroup) = (w.shape[1], w.shape[0] / groups)
    let taps = w.shape[2] * w.shape[3]
    let step = window.stride.horizontal
    w.real.update(repeating: 0, count: w.shape.count)
    inParallel(w.shape[0]) { o in
      for c in 0..<inPerGroup {
        let channel = o / outPerGroup * inPerGroup + c
        let filter = w.real + (o * inPerGroup + c) * taps
        for image in 0..<x.shape[0] {
          let source = x.real + (image * x.shape[1] + channel) * height * width
          let upstream = y.real + (image * w.shape[0] + o) * out.vertical * out.horizontal
          forEachTap(height, width, out, window) { tap, from, start, count in
            filter[tap] += dot(upstream + from, source + start, count, step)
          }
        }
      }
    }
  }

  /// `Σ aᵢ b₍ᵢ·step₎`, eight partial sums at a time where both are contiguous.
  @inline(__always)
  private static func dot(_ a: UnsafePointer<T>, _ b: UnsafePointer<T>, _ count: Int, _ step: Int) -> T {
    var total: T = 0
    var i = 0
    if step == 1 && count >= 8 {
      var partial = SIMD8<T>()
      while i + 8 <= count {
        let x = UnsafeRawPointer(a + i).loadUnaligned(as: SIMD8<T>.self)
        let y = UnsafeRawPointer(b + i).loadUnaligned(as: SIMD8<T>.self)
        for lane in 0..<8 { partial[lane] += x[lane] * y[lane] }
        i += 8
      }
      for lane in 0..<8 { total += partial[lane] }
    }
    while i < count {
      total += a[i] * b[i * step]
      i += 1
    }
    return total
  }

  /// Sums over windows, or (adjoint) spreads each window's entry over its taps: then `x` is the result.
  static func windowSum(_ x: Buffer, _ y: Buffer, _ window: Window, isAdjoint: Bool) {
    let (height, width) = (x.shape[2], x.shape[3])
    let out = Window.Pair(y.shape[2], y.shape[3])
    let step = window.stride.horizontal
    for plane in 0..<x.shape[0] * x.shape[1] {
      let image = x.real + plane * height * width
      let pooled = y.real + plane * out.vertical * out.horizontal
      if isAdjoint {
        image.update(repeating: 0, count: height * width)
      } else {
        pooled.update(repeating: 0, count: out.vertical * out.horizontal)
      }
      forEachTap(height, width, out, window) { _, to, from, count in
        if isAdjoint {
          for i in 0..<count { image[from + i * step] += pooled[to + i] }
        } else {
          for i in 0..<count { pooled[to + i] += image[from + i * step] }
        }
      }
    }
  }

  static func windowMaximumIndex(_ x: Buffer, _ y: Buffer, _ window: Window) {
    let (height, width) = (x.shape[2], x.shape[3])
    let (outHeight, outWidth) = (y.shape[2], y.shape[3])
    for plane in 0..<x.shape[0] * x.shape[1] {
      let image = x.real + plane * height * width
      for row in 0..<outHeight {
        for column in 0..<outWidth {
          var best = -1
          for ky in 0..<window.size.vertical {
            guard let iy = inputRow(height, row, ky, window) else { continue }
            for kx in 0..<window.size.horizontal {
              let ix =
                column * window.stride.horizontal + kx * window.dilation.horizontal - window.padBefore.horizontal
              guard ix >= 0 && ix < width else { continue }
              let position = iy * width + ix
              if best < 0 || image[position] > image[best] { best = position }
            }
          }
          precondition(best >= 0, "a pooling window lies wholly in the padding")
          y.index[plane * outHeight * outWidth + row * outWidth + column] = Int32(best)
        }
      }
    }
  }

  static func gatherPlane(_ x: Buffer, _ position: Buffer, _ y: Buffer) {
    let (plane, entries) = (x.shape[2] * x.shape[3], y.shape[2] * y.shape[3])
    for i in 0..<y.shape.count {
      y.real[i] = x.real[i / entries * plane + Int(position.index[i])]
    }
  }

  static func scatterPlane(_ x: Buffer, _ position: Buffer, _ y: Buffer) {
    let (plane, entries) = (y.shape[2] * y.shape[3], x.shape[2] * x.shape[3])
    y.real.update(repeating: 0, count: y.shape.count)
    for i in 0..<x.shape.count {
      y.real[i / entries * plane + Int(position.index[i])] += x.real[i]
    }
  }
}
