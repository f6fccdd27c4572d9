/// The horizontal axis of a spectrum: linear, or logarithmic on both sides of a gap around zero.
///
/// Places along it are fractions, 0 at the left end and 1 at the right. A symmetric logarithmic axis shows
/// magnitudes from the smallest that the data resolve; what is nearer to zero belongs to neither side and
/// falls into the gap. A spectrum of one sign has one side and no gap.
package struct EigenvalueAxis: Equatable, Sendable {
  /// One sign of a symmetric logarithmic axis.
  package struct Side: Equatable, Sendable {
    /// The magnitudes.
    var axis: Axis
    var isNegative: Bool
    /// The fraction at the smallest magnitude.
    var inner: Double
    /// The fraction at the largest magnitude.
    var outer: Double

    func fraction(_ value: Double) -> Double { inner + (outer - inner) * axis.fraction(abs(value)) }
  }

  /// How eigenvalues are laid along the axis.
  package enum Layout: Equatable, Sendable {
    case linear(Axis)
    case sides([Side])
  }

  /// A value with its place and its text.
  package struct Tick: Equatable, Sendable {
    package var fraction: Double
    package var label: String
  }

  package let layout: Layout
  /// The part between the two sides of a symmetric logarithmic axis, where nothing is shown.
  package let gap: ClosedRange<Double>?

  /// The width of the gap, as a part of the axis: room for its 0 and the ends of both sides.
  private static let gapWidth = 0.11
  /// The least width of a side, however few decades it has, so that a few negative eigenvalues are seen.
  private static let leastSideWidth = 0.15
  /// A place nearer to zero than this part of the distance to its neighbour is a zero with rounding errors.
  private static let roundingRatio = 1e-6

  /// The axis for spectra given at `positions`, each list ascending, and for single `marks` among or beyond
  /// them.
  ///
  /// - Throws: ``FigureError/noFiniteValue`` without any position; ``FigureError/noPositiveValue`` where a
  ///   logarithmic axis has no magnitude to show.
  package init(
    positions: [[Double]], marks: [Double] = [], isSymmetricLogarithmic: Bool
  ) throws(FigureError) {
    if isSymmetricLogarithmic {
      let sides = try EigenvalueAxis.sides(positions, marks)
      layout = .sides(sides)
      gap = sides.count == 2 ? sides[0].inner...sides[1].inner : nil
    } else {
      layout = .linear(try EigenvalueAxis.linear(positions, marks))
      gap = nil
    }
  }

  /// The place of an eigenvalue; `nil` for one too near to zero to be shown.
  package func fraction(_ value: Double) -> Double? {
    switch layout {
    case .linear(let axis): return axis.fraction(value)
    case .sides(let sides):
      let slack = 1 - 1e-12
      return sides.first { $0.isNegative == (value < 0) && abs(value) >= $0.axis.lower * slack }?
        .fraction(value)
    }
  }

  /// The place of a single mark, which is the gap's middle for one too near to zero.
  package func markFraction(_ value: Double) -> Double? {
    fraction(value) ?? gap.map { ($0.lowerBound + $0.upperBound) / 2 }
  }

  /// The place of zero, where the axis has it.
  package var zeroFraction: Double? {
    switch layout {
    case .linear(let axis): axis.lower <= 0 && axis.upper >= 0 ? axis.fraction(0) : nil
    case .sides: gap.map { ($0.lowerBound + $0.upperBound) / 2 }
    }
  }

  /// The line through `points` (eigenvalue, anything) as lines through (fraction, anything): it breaks where
  /// the axis does.
  package func pieces(of points: [Point]) -> [[Point]] {
    var pieces: [[Point]] = []
    var lastSign: Bool?
    for point in points {
      guard let fraction = fraction(point.x) else {
        lastSign = nil
        continue
      }
      let sign = gap != nil && point.x < 0
      let place = Point(fraction, point.y)
      if sign == lastSign { pieces[pieces.count - 1].append(place) } else { pieces.append([place]) }
      lastSign = sign
    }
    return pieces
  }

  /// The ticks in the order in which their labels get room.
  package var ticks: [Tick] {
    switch layout {
    case .linear(let axis):
      return axis.ticks.map { Tick(fraction: axis.fraction($0), label: axis.label($0)) }
    case .sides(let sides):
      let zero = zeroFraction.map { [Tick(fraction: $0, label: "0")] } ?? []
      // The largest magnitudes are what a spectrum is read for.
      return zero
        + sides.flatMap { side in
          side.axis.ticks.reversed().map { value in
            Tick(fraction: side.fraction(value), label: (side.isNegative ? "−" : "") + side.axis.label(value))
          }
        }
    }
  }

  private static func linear(_ positions: [[Double]], _ marks: [Double]) throws(FigureError) -> Axis {
    let places = positions.joined()
    guard var lower = places.min(), var upper = places.max() else { throw FigureError.noFiniteValue }
    for mark in marks {
      lower = min(lower, mark)
      upper = max(upper, mark)
    }
    // A single place, or one up to rounding, still needs an axis with some extent.
    if upper - lower <= 1e-12 * max(abs(lower), abs(upper)) {
      let room = lower == 0 ? 1 : abs(lower) * 0.1
      (lower, upper) = (lower - room, upper + room)
    }
    // A mark on the border would be mistaken for the frame.
    let room = (upper - lower) * 0.015
    if marks.contains(where: { $0 <= lower + room }) { lower -= room }
    if marks.contains(where: { $0 >= upper - room }) { upper += room }
    return .exact(lower: lower, upper: upper, tickCount: 8)
  }

  private static func sides(_ positions: [[Double]], _ marks: [Double]) throws(FigureError) -> [Side] {
    guard positions.contains(where: { !$0.isEmpty }) else { throw FigureError.noFiniteValue }
    let shown = positions.flatMap(resolved)
    guard let smallest = shown.map(abs).min() else { throw FigureError.noPositiveValue }
    let values = shown + marks.filter { abs($0) >= smallest }
    let extents = [true, false].compactMap { isNegative -> (isNegative: Bool, largest: Double)? in
      let largest = values.filter { ($0 < 0) == isNegative }.map(abs).max()
      // A mark in the middle of the border would be cut.
      return largest.map { (isNegative, max($0 * 1.05, smallest * 1.5)) }
    }
    let widths = EigenvalueAxis.widths(of: extents.map { log10Ratio($0.largest, smallest) })
    var sides: [Side] = []
    for (extent, width) in zip(extents, widths) {
      var axis = Axis.exact(
        lower: smallest, upper: extent.largest, tickCount: max(2, Int(width * 12)), isLogarithmic: true)
      if axis.ticks.count < 2 { axis.ticks = [smallest, extent.largest / 1.05] }
      let inner = extent.isNegative ? width : 1 - width
      sides.append(
        Side(
          axis: axis, isNegative: extent.isNegative, inner: inner,
          outer: extent.isNegative ? 0 : 1))
    }
    return sides
  }

  /// The positions that are not zero, also not zero up to rounding.
  private static func resolved(_ positions: [Double]) -> [Double] {
    positions.indices.compactMap { index in
      let place = positions[index]
      let before = index > 0 ? place - positions[index - 1] : .infinity
      let after = index + 1 < positions.count ? positions[index + 1] - place : .infinity
      let distance = min(before, after)
      let isZero = abs(place) < 1e-300 || (distance.isFinite && abs(place) < roundingRatio * distance)
      return isZero ? nil : place
    }
  }

  private static func widths(of decades: [Double]) -> [Double] {
    guard decades.count == 2 else { return [1] }
    let room = 1 - gapWidth
    let first = room * decades[0] / (decades[0] + decades[1])
    let limited = min(max(first, leastSideWidth), room - leastSideWidth)
    return [limited, room - limited]
  }
}
