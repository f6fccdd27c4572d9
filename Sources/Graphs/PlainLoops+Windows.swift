/// Pooling: loops over planes and taps, with rows innermost.
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

  /// Visits every (tap, row of output, row of input) of one pair of planes, for the output rows `rows`. `outStart` counts
  /// from the first of them.
  @inline(__always)
  static func forEachTap(
    _ height: Int, _ width: Int, _ out: Window.Pair, _ window: Window, rows: Range<Int>,
    _ body: (_ tap: Int, _ outStart: Int, _ inStart: Int, _ count: Int) -> Void
  ) {
    for ky in 0..<window.size.vertical {
      for kx in 0..<window.size.horizontal {
        let (range, first) = columns(width, out.horizontal, kx, window)
        guard !range.isEmpty else { continue }
        for row in rows {
          guard let y = inputRow(height, row, ky, window) else { continue }
          body(
            ky * window.size.horizontal + kx, (row - rows.lowerBound) * out.horizontal + range.lowerBound,
            y * width + first, range.count)
        }
      }
    }
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
      forEachTap(height, width, out, window, rows: 0..<out.vertical) { _, to, from, count in
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
                column * window.stride.horizontal + kx * window.dilation.horizontal
                - window.padBefore.horizontal
              guard ix >= 0 && ix < width else { continue }
              let position = iy * width + ix
              if best < 0 || image[position] > image[best] || image[position].isNaN { best = position }
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
