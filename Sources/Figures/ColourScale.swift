/// An axis of values with the colours along it.
package struct ColourScale {
  /// The values between two neighbouring band borders share one colour.
  package struct Band: Equatable {
    /// The lower border, `nil` for the lowest band, which also takes everything below the axis.
    var lower: Double?
    var colour: Colour
  }

  package let axis: Axis
  package let map: ColourMap
  /// The bands, ascending; neighbouring ticks are `bandsPerLevel` bands apart.
  package let bands: [Band]

  package init(axis: Axis, map: ColourMap, bandsPerLevel: Int) {
    self.axis = axis
    self.map = map
    let inner = axis.ticks.map(axis.fraction).filter { $0 > 1e-9 && $0 < 1 - 1e-9 }
    let borders = [0] + inner + [1]
    var places: [Double] = []
    for (start, end) in zip(borders, borders.dropFirst()) {
      places += (0..<bandsPerLevel).map { start + (end - start) * Double($0) / Double(bandsPerLevel) }
    }
    places.append(1)
    bands = zip(places, places.dropFirst()).map { start, end in
      // The outer bands take the ends of the map, the others lie evenly between.
      let span =
        places.count > 2 ? (start + end - places[1]) / (1 + places[places.count - 2] - places[1]) : 0.5
      return Band(lower: start > 0 ? axis.value(at: start) : nil, colour: map.colour(at: span))
    }
  }

  /// The colour of `value` on a continuous scale.
  package func colour(at value: Double) -> Colour { map.colour(at: axis.fraction(value)) }

  /// Black or white, whichever stands out at `value`.
  package func lineColour(at value: Double) -> Colour {
    // Equal contrast ratio (L + 0.05) to black and to white is at L = √(0.05 · 1.05) − 0.05 ≈ 0.18.
    colour(at: value).luminance > 0.18 ? Colour(grey: 0.05) : Colour(grey: 1)
  }
}
