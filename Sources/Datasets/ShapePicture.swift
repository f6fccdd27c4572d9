import Foundation
import ThalwegRandomness

/// One picture's random choices, and its drawing.
///
/// A shape is given by its signed distance, negative inside; a pixel's share of the shape is ½ minus the distance,
/// cut to [0, 1], which smooths the edge over one pixel.
struct ShapePicture {
  private let kind: ShapeKind
  private let centre: (x: Double, y: Double)
  /// Half the extent of a shape, or the period of a pattern, in pixels.
  private let scale: Double
  private let cosine: Double
  private let sine: Double
  private let foreground: (Double, Double, Double)
  private let background: (Double, Double, Double)
  /// Change of brightness per pixel along each axis.
  private let gradient: (x: Double, y: Double)

  init(kind: ShapeKind, size: Int, using stream: inout RandomStream) {
    self.kind = kind
    let extent = Double(size)
    scale = extent * (kind.isPattern ? stream.uniform(in: 0.25...0.4) : stream.uniform(in: 0.24...0.38))
    // A shape stays inside, but for its corners; a pattern may start anywhere.
    let reach = kind.isPattern ? 0.5 * extent : max(0, 0.5 * extent - scale)
    centre = (
      x: 0.5 * extent + stream.uniform(in: -reach...reach),
      y: 0.5 * extent + stream.uniform(in: -reach...reach)
    )
    // The direction of stripes is their class: it may only tremble.
    let angle = kind.isPattern ? stream.uniform(in: -0.15...0.15) : stream.uniform(in: 0...(2 * .pi))
    cosine = cos(angle)
    sine = sin(angle)
    let isLighter = stream.uniform() < 0.5
    let contrast = stream.uniform(in: 0.3...0.7)
    let level = stream.uniform(in: 0.1...(0.9 - contrast))
    let (low, high) = (level, level + contrast)
    foreground = ShapePicture.tinted(isLighter ? high : low, using: &stream)
    background = ShapePicture.tinted(isLighter ? low : high, using: &stream)
    gradient = (
      x: stream.uniform(in: -0.15...0.15) / extent, y: stream.uniform(in: -0.15...0.15) / extent
    )
  }

  /// A colour of the given brightness: its mean is `level`.
  private static func tinted(_ level: Double, using stream: inout RandomStream) -> (Double, Double, Double) {
    let (a, b, c) = (stream.uniform(), stream.uniform(), stream.uniform())
    let mean = (a + b + c) / 3
    let tint = 0.3
    return (level + tint * (a - mean), level + tint * (b - mean), level + tint * (c - mean))
  }

  /// Fills `target`, `[channels, size, size]`.
  func draw(
    into target: UnsafeMutableBufferPointer<UInt8>, size: Int, channels: Int, noise: Double,
    using stream: inout RandomStream
  ) {
    let area = size * size
    let grey = (
      foreground: (foreground.0 + foreground.1 + foreground.2) / 3,
      background: (background.0 + background.1 + background.2) / 3
    )
    for y in 0..<size {
      for x in 0..<size {
        let (dx, dy) = (Double(x) + 0.5 - centre.x, Double(y) + 0.5 - centre.y)
        let share = coverage(cosine * dx + sine * dy, cosine * dy - sine * dx)
        let light =
          gradient.x * (Double(x) - 0.5 * Double(size)) + gradient.y * (Double(y) - 0.5 * Double(size))
        let pixel = y * size + x
        func put(_ channel: Int, _ front: Double, _ back: Double) {
          let value = back + share * (front - back) + light + (noise > 0 ? noise * stream.normal() : 0)
          target[channel * area + pixel] = UInt8(max(0, min(255, (255 * value).rounded())))
        }
        if channels == 1 {
          put(0, grey.foreground, grey.background)
        } else {
          put(0, foreground.0, background.0)
          put(1, foreground.1, background.1)
          put(2, foreground.2, background.2)
        }
      }
    }
  }

  /// The shape's share of the pixel at (`u`, `v`), coordinates that turn with the shape.
  private func coverage(_ u: Double, _ v: Double) -> Double {
    func edge(_ distance: Double) -> Double { max(0, min(1, 0.5 - distance)) }
    func stripe(_ position: Double) -> Double {
      // The distance to the stripe's edge, for a stripe of half the period.
      let phase = position / scale
      return edge(scale * (abs(phase - phase.rounded()) - 0.25))
    }
    switch kind {
    case .disc: return edge((u * u + v * v).squareRoot() - scale)
    case .ring: return edge(abs((u * u + v * v).squareRoot() - 0.75 * scale) - 0.22 * scale)
    case .square: return edge(max(abs(u), abs(v)) - 0.85 * scale)
    case .triangle:
      // Equilateral, its corners at distance `scale` · 1.15 from the centre: each side is half as far away.
      let side = 0.575 * scale
      return edge(max(v, 0.866 * abs(u) - 0.5 * v) - side)
    case .cross:
      let arm = 0.25 * scale
      return max(edge(max(abs(u) - scale, abs(v) - arm)), edge(max(abs(v) - scale, abs(u) - arm)))
    case .bar: return edge(max(abs(u) - scale, abs(v) - 0.25 * scale))
    case .horizontalStripes: return stripe(v)
    case .verticalStripes: return stripe(u)
    case .diagonalStripes: return stripe(0.7071 * (u + v))
    case .checkerboard:
      let (a, b) = (stripe(u), stripe(v))
      return a * (1 - b) + b * (1 - a)
    }
  }
}
