import Testing
import ThalwegFigures

@Suite("Colour maps")
struct ColourMapTests {
  private let places = (0...200).map { Double($0) / 200 }

  @Test("the sequential map gets lighter all the way, so it can be printed in grey")
  func lightnessRises() {
    let luminances = places.map { ColourMap.valley.colour(at: $0).luminance }
    #expect(zip(luminances, luminances.dropFirst()).allSatisfy { $0 < $1 })
    #expect(luminances[0] < 0.05 && luminances[200] > 0.8)
  }

  @Test("the diverging map is lightest in the middle and equally dark at both ends")
  func divergingLightness() {
    let lightness = places.map { ColourMap.balance.sample(at: $0).lightness }
    for index in 0..<95 {
      #expect(lightness[index] < lightness[index + 1])
      #expect(lightness[200 - index] < lightness[199 - index])
    }
    #expect(abs(lightness[0] - lightness[200]) < 0.01)
  }

  @Test("equal steps look equally large", arguments: [ColourMap.valley, .balance])
  func equalSteps(map: ColourMap) {
    let samples = (0...32).map { map.sample(at: Double($0) / 32) }
    let steps = zip(samples, samples.dropFirst()).map { $0.distance(to: $1) }
    let mean = steps.reduce(0, +) / Double(steps.count)
    // Arc length is divided equally; a chord is shorter than its arc by at most a few per cent at this
    // spacing, except across the sharp bend in the middle of the diverging map.
    let slack = map.isDiverging ? 0.25 : 0.05
    #expect(steps.allSatisfy { abs($0 - mean) < slack * mean })
  }

  @Test("black, white and the primary colours are where the definition of Oklab puts them")
  func oklab() {
    #expect(Colour(lightness: 0, chroma: 0, hue: 0) == Colour(grey: 0))
    let white = Colour(lightness: 1, chroma: 0, hue: 0)
    #expect(abs(white.red - 1) < 1e-6 && abs(white.green - 1) < 1e-6 && abs(white.blue - 1) < 1e-6)
    // Red in Oklch, to the four digits that are published.
    let red = Colour(lightness: 0.6280, chroma: 0.2577, hue: 29.23)
    #expect(abs(red.red - 1) < 0.005 && red.green < 0.03 && red.blue < 0.03)
  }

  @Test("lines of one plot differ in lightness or clearly in hue, also for deuteranopes")
  func lineColours() {
    // Confusion of red and green, as one linear map of linear light (Viénot, Brettel, Mollon 1999).
    let seen = (0..<6).map { index -> Oklab in
      let colour = ColourMap.lineColour(index)
      let (r, g, b) = (Colour.decode(colour.red), Colour.decode(colour.green), Colour.decode(colour.blue))
      let yellow = 0.29275 * r + 0.70725 * g
      let blue = -0.02234 * r + 0.02234 * g + b
      // Lightness from luminance, and one opponent axis: all that is left.
      return Oklab(lightness: (0.2126 * yellow + 0.7152 * yellow + 0.0722 * blue), a: 0, b: (yellow - blue))
    }
    for first in 0..<6 {
      for second in 0..<first { #expect(seen[first].distance(to: seen[second]) > 0.04) }
    }
  }
}
