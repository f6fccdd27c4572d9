import Foundation

/// A colour in the sRGB space with an opacity; all components lie in 0...1.
public struct Colour: Equatable, Sendable {
  /// The red component, with sRGB's transfer curve.
  public var red: Double
  /// The green component, with sRGB's transfer curve.
  public var green: Double
  /// The blue component, with sRGB's transfer curve.
  public var blue: Double
  /// The opacity: 0 is invisible, 1 covers.
  public var opacity: Double

  /// The colour with these sRGB components.
  public init(red: Double, green: Double, blue: Double, opacity: Double = 1) {
    self.red = red
    self.green = green
    self.blue = blue
    self.opacity = opacity
  }

  /// A neutral grey of the given sRGB level, 0 (black) to 1 (white).
  public init(grey level: Double, opacity: Double = 1) {
    self.init(red: level, green: level, blue: level, opacity: opacity)
  }

  /// The colour at a place of the perceptual space Oklab in its polar form.
  ///
  /// A chroma that sRGB cannot show is lowered until it can; lightness and hue are kept.
  ///
  /// - Parameters:
  ///   - lightness: 0 (black) to 1 (white).
  ///   - chroma: Distance from grey; about 0.3 is the most that sRGB has anywhere.
  ///   - hue: Angle in degrees: 30 is red, 110 yellow, 140 green, 260 blue.
  ///
  /// Source: Ottosson (2020), A perceptual color space for image processing.
  public init(lightness: Double, chroma: Double, hue: Double) {
    let angle = hue * .pi / 180
    self.init(Oklab(lightness: lightness, a: chroma * cos(angle), b: chroma * sin(angle)).inGamut)
  }

  /// The colour at `lab`, with components outside sRGB cut off.
  init(_ lab: Oklab) {
    let linear = lab.linearComponents
    self.init(
      red: Colour.encode(linear.red), green: Colour.encode(linear.green), blue: Colour.encode(linear.blue))
  }

  /// The same colour with another opacity.
  public func withOpacity(_ opacity: Double) -> Colour {
    Colour(red: red, green: green, blue: blue, opacity: opacity)
  }

  /// Relative luminance (CIE Y, white = 1): what remains of the colour in a grey print.
  public var luminance: Double {
    0.2126 * Colour.decode(red) + 0.7152 * Colour.decode(green) + 0.0722 * Colour.decode(blue)
  }

  /// The colour under `factor` times as much light.
  func lit(by factor: Double) -> Colour {
    Colour(
      red: Colour.encode(Colour.decode(red) * factor),
      green: Colour.encode(Colour.decode(green) * factor),
      blue: Colour.encode(Colour.decode(blue) * factor), opacity: opacity)
  }

  /// sRGB's transfer curve from linear light, which is first limited to 0...1.
  static func encode(_ linear: Double) -> Double {
    let value = min(max(linear, 0), 1)
    return value <= 0.0031308 ? 12.92 * value : 1.055 * pow(value, 1 / 2.4) - 0.055
  }

  /// Linear light of a component.
  package static func decode(_ component: Double) -> Double {
    component <= 0.04045 ? component / 12.92 : pow((component + 0.055) / 1.055, 2.4)
  }
}

/// A place in the perceptual colour space Oklab, where equal distances look about equally different.
package struct Oklab: Equatable, Sendable {
  package var lightness: Double
  package var a: Double
  package var b: Double

  /// A place by its coordinates.
  package init(lightness: Double, a: Double, b: Double) {
    self.lightness = lightness
    self.a = a
    self.b = b
  }

  /// Linear sRGB components; outside 0...1 where sRGB cannot show the colour.
  package var linearComponents: (red: Double, green: Double, blue: Double) {
    let l = lightness + 0.3963377774 * a + 0.2158037573 * b
    let m = lightness - 0.1055613458 * a - 0.0638541728 * b
    let s = lightness - 0.0894841775 * a - 1.2914855480 * b
    let (l3, m3, s3) = (l * l * l, m * m * m, s * s * s)
    return (
      4.0767416621 * l3 - 3.3077115913 * m3 + 0.2309699292 * s3,
      -1.2684380046 * l3 + 2.6097574011 * m3 - 0.3413193965 * s3,
      -0.0041960863 * l3 - 0.7034186147 * m3 + 1.7076147010 * s3
    )
  }

  /// The nearest displayable colour of the same lightness and hue, found by bisection of the chroma.
  package var inGamut: Oklab {
    if isDisplayable { return self }
    var (inside, outside) = (0.0, 1.0)
    for _ in 0..<24 {  // 2⁻²⁴ of the chroma is far below one step of an 8-bit component.
      let middle = (inside + outside) / 2
      if scaled(by: middle).isDisplayable { inside = middle } else { outside = middle }
    }
    return scaled(by: inside)
  }

  /// The Euclidean distance, the measure of perceived difference.
  package func distance(to other: Oklab) -> Double {
    let (dl, da, db) = (lightness - other.lightness, a - other.a, b - other.b)
    return (dl * dl + da * da + db * db).squareRoot()
  }

  private func scaled(by factor: Double) -> Oklab {
    Oklab(lightness: lightness, a: a * factor, b: b * factor)
  }

  private var isDisplayable: Bool {
    let slack = 1e-9
    let (red, green, blue) = linearComponents
    return min(red, green, blue) >= -slack && max(red, green, blue) <= 1 + slack
  }
}
