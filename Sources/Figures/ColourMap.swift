import Foundation

/// A map from 0...1 to colours whose equal steps look equally large.
///
/// A map is given by a few control points in lightness, chroma and hue. Between them the coordinates run
/// along a monotone cubic; then the curve is parametrised anew by its length in Oklab, so that the perceived
/// distance between two values is proportional to their difference.
public struct ColourMap: Equatable, Sendable {
  /// The name, for options and files.
  public let name: String
  /// Whether the middle of the map means “zero” and the two sides mean the two signs.
  public let isDiverging: Bool
  /// Equally spaced samples of the curve.
  private let samples: [Oklab]

  /// One point that the curve of a map goes through.
  struct ControlPoint {
    var lightness: Double
    var chroma: Double
    /// Degrees; consecutive points may differ by more than 180 to state the way round.
    var hue: Double
  }

  init(name: String, isDiverging: Bool = false, controlPoints: [ControlPoint]) {
    self.name = name
    self.isDiverging = isDiverging
    let sampleCount = 257
    let fine = ColourMap.curve(through: controlPoints, sampleCount: 1025)
    samples = ColourMap.equallySpaced(fine, count: sampleCount)
  }

  /// The colour at `fraction`, which is limited to 0...1.
  public func colour(at fraction: Double) -> Colour { Colour(sample(at: fraction)) }

  /// The place in Oklab at `fraction`, which is limited to 0...1.
  package func sample(at fraction: Double) -> Oklab {
    let position = min(max(fraction, 0), 1) * Double(samples.count - 1)
    let index = min(Int(position), samples.count - 2)
    return ColourMap.mix(samples[index], samples[index + 1], position - Double(index))
  }

  /// Ink blue through teal and moss to pale sand: lightness rises all the way, so it also reads in grey.
  public static let valley = ColourMap(
    name: "valley",
    controlPoints: [
      ControlPoint(lightness: 0.25, chroma: 0.105, hue: 288),
      ControlPoint(lightness: 0.42, chroma: 0.125, hue: 258),
      ControlPoint(lightness: 0.58, chroma: 0.105, hue: 218),
      ControlPoint(lightness: 0.73, chroma: 0.110, hue: 168),
      ControlPoint(lightness: 0.86, chroma: 0.130, hue: 120),
      ControlPoint(lightness: 0.96, chroma: 0.075, hue: 92),
    ])

  /// Blue over near-white to burnt orange; both ends are equally dark, so neither sign weighs more.
  public static let balance = ColourMap(
    name: "balance", isDiverging: true,
    controlPoints: [
      ControlPoint(lightness: 0.38, chroma: 0.120, hue: 258),
      ControlPoint(lightness: 0.66, chroma: 0.105, hue: 245),
      ControlPoint(lightness: 0.965, chroma: 0.0, hue: 240),
      ControlPoint(lightness: 0.965, chroma: 0.0, hue: 60),
      ControlPoint(lightness: 0.66, chroma: 0.125, hue: 55),
      ControlPoint(lightness: 0.38, chroma: 0.095, hue: 40),
    ])

  /// The number of different colours of lines.
  static let lineColourCount = 6

  /// The colour of the line with this index in a plot with several lines.
  ///
  /// The first six differ in lightness as well as in hue, so that they stay apart for colour-blind readers.
  package static func lineColour(_ index: Int) -> Colour {
    let cycle = [
      Colour(lightness: 0.48, chroma: 0.145, hue: 256), Colour(lightness: 0.67, chroma: 0.155, hue: 52),
      Colour(lightness: 0.58, chroma: 0.110, hue: 172), Colour(lightness: 0.50, chroma: 0.170, hue: 350),
      Colour(lightness: 0.76, chroma: 0.110, hue: 228), Colour(lightness: 0.36, chroma: 0.020, hue: 270),
    ]
    return cycle[index % lineColourCount]
  }

  private static func curve(through points: [ControlPoint], sampleCount: Int) -> [Oklab] {
    let positions = points.indices.map(Double.init)
    let last = Double(points.count - 1)
    let places = (0..<sampleCount).map { Double($0) / Double(sampleCount - 1) * last }
    let lightness = MonotoneCubic(xs: positions, values: points.map(\.lightness))
    let chroma = MonotoneCubic(xs: positions, values: points.map(\.chroma))
    let hue = MonotoneCubic(xs: positions, values: points.map(\.hue))
    return places.map { place in
      let angle = hue.value(at: place) * .pi / 180
      let radius = chroma.value(at: place)
      return Oklab(lightness: lightness.value(at: place), a: radius * cos(angle), b: radius * sin(angle))
        .inGamut
    }
  }

  private static func equallySpaced(_ curve: [Oklab], count: Int) -> [Oklab] {
    var lengths = [0.0]
    for (before, after) in zip(curve, curve.dropFirst()) {
      lengths.append((lengths.last ?? 0) + before.distance(to: after))
    }
    let total = lengths.last ?? 0
    var segment = 0
    return (0..<count).map { index in
      let target = total * Double(index) / Double(count - 1)
      while segment < curve.count - 2, lengths[segment + 1] < target { segment += 1 }
      let span = lengths[segment + 1] - lengths[segment]
      return mix(curve[segment], curve[segment + 1], span > 0 ? (target - lengths[segment]) / span : 0)
    }
  }

  private static func mix(_ first: Oklab, _ second: Oklab, _ fraction: Double) -> Oklab {
    Oklab(
      lightness: first.lightness + (second.lightness - first.lightness) * fraction,
      a: first.a + (second.a - first.a) * fraction, b: first.b + (second.b - first.b) * fraction)
  }
}
