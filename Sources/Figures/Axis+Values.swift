import Foundation

extension Axis {
  /// The ratio of largest to smallest value from which an automatic axis is logarithmic.
  package static let automaticLogarithmRatio = 100.0
  /// The same where a few high values would leave half of all in the lowest tenth of a linear axis.
  package static let skewedLogarithmRatio = 10.0

  /// The ratio of largest to smallest value below which the ticks of a logarithmic axis are evenly spaced.
  private static let narrowRatio = 2.0

  /// Whether differences and ratios of such numbers stay finite, so that an axis can be laid through them.
  package static func canShow(_ value: Double) -> Bool { abs(value) <= 1e300 }

  /// The axis that shows `values` as `request` asks, with ends on round values unless they were given.
  ///
  /// - Parameters:
  ///   - values: Finite values in any order.
  ///   - request: The label, spacing and ends that were asked for.
  ///   - tickCount: The number of ticks aimed at.
  ///   - hasRoundEnds: Whether free ends move outwards to the next tick.
  /// - Throws: ``FigureError/noFiniteValue`` or ``FigureError/noPositiveValue``.
  package static func covering(
    _ values: some Sequence<Double>, request: ValueAxis, tickCount: Int, hasRoundEnds: Bool = true
  ) throws(FigureError) -> Axis {
    var (least, greatest, leastPositive) = (Double.infinity, -Double.infinity, Double.infinity)
    for value in values {
      least = min(least, value)
      greatest = max(greatest, value)
      if value > 0 { leastPositive = min(leastPositive, max(value, 1e-300)) }
    }
    guard least <= greatest else { throw FigureError.noFiniteValue }
    let top = request.upper ?? greatest
    let isLogarithmic: Bool
    switch request.spacing {
    case .linear: isLogarithmic = false
    case .logarithmic:
      guard greatest > 1e-300, top > 1e-300 else { throw FigureError.noPositiveValue }
      isLogarithmic = true
    case .automatic:
      let bottom = request.lower ?? least
      let ratio =
        isSkewed(values, from: bottom, to: top) ? skewedLogarithmRatio : automaticLogarithmRatio
      isLogarithmic = request.middle == nil && bottom >= 1e-300 && top / bottom >= ratio
    }
    var axis =
      isLogarithmic
      ? logarithmic(
        from: request.lower.flatMap { $0 > 0 ? $0 : nil } ?? leastPositive, to: top, request, tickCount,
        hasRoundEnds)
      : linear(from: request.lower ?? least, to: top, request, tickCount, hasRoundEnds)
    let slack = 1e-9  // A round end may miss its value by rounding.
    axis.isClippedAbove = axis.fraction(greatest) > 1 + slack
    axis.isClippedBelow = axis.fraction(least) < -slack
    return axis
  }

  /// Whether half of the values lie in the lowest tenth of the range.
  private static func isSkewed(_ values: some Sequence<Double>, from bottom: Double, to top: Double) -> Bool {
    let border = bottom + (top - bottom) / 10
    var (count, lowCount) = (0, 0)
    for value in values {
      count += 1
      if value <= border { lowCount += 1 }
    }
    return 2 * lowCount > count
  }

  private static func linear(
    from least: Double, to greatest: Double, _ request: ValueAxis, _ tickCount: Int, _ hasRoundEnds: Bool
  ) -> Axis {
    var (lower, upper) = (least, greatest)
    if let middle = request.middle {
      let reach = max(abs(lower - middle), abs(upper - middle))
      (lower, upper) = (middle - reach, middle + reach)
    }
    // A constant needs some room around it, and so does a range that rounding noise alone makes.
    let noise = 1e-12 * max(abs(lower), abs(upper))
    if upper - lower <= noise {
      let room = { (value: Double) in value == 0 ? 1 : abs(value) * 0.1 }
      switch (request.middle == nil ? request.lower : nil, request.middle == nil ? request.upper : nil) {
      case (nil, let top?): lower = top - room(top)  // All values may lie above the cap.
      case (let bottom?, nil): upper = bottom + room(bottom)
      default: (lower, upper) = (lower - room(lower), upper + room(upper))
      }
    }
    let step = niceStep(span: upper - lower, count: tickCount)
    if hasRoundEnds || request.middle != nil {
      let slack = 1e-9
      if request.lower == nil { lower = (lower / step + slack).rounded(.down) * step }
      if request.upper == nil { upper = (upper / step - slack).rounded(.up) * step }
    }
    return Axis(
      lower: lower, upper: upper, isLogarithmic: false,
      ticks: linearTicks(lower: lower, upper: upper, step: step),
      step: step)
  }

  private static func logarithmic(
    from least: Double, to greatest: Double, _ request: ValueAxis, _ tickCount: Int, _ hasRoundEnds: Bool
  ) -> Axis {
    var (lower, upper) = (least, greatest)
    if upper <= lower * (1 + 1e-12) {
      switch (request.lower.flatMap { $0 > 0 ? $0 : nil }, request.upper) {
      case (nil, let top?): lower = top / 10  // All values may lie above the cap.
      case (let bottom?, nil): upper = bottom * 10
      default: (lower, upper) = (lower / 2, upper * 2)
      }
    }
    if upper < lower * narrowRatio {
      // Within less than an octave the round values of decades are too few; a logarithm is nearly straight there.
      var request = request
      request.middle = nil
      var axis = linear(from: lower, to: upper, request, tickCount, hasRoundEnds)
      if axis.lower > 0 {
        axis.isLogarithmic = true
        return axis
      }
    }
    // The density of the round values is chosen for the data, then the ends move out to the next of them.
    let wide = logarithmicTicks(lower: lower / 1000, upper: upper * 1000, count: tickCount * 100)
    let dense = logarithmicTicks(lower: lower, upper: upper, count: tickCount)
    if hasRoundEnds {
      let isSparse = dense.allSatisfy { abs(log10($0) - log10($0).rounded()) < 1e-9 }
      let slack = 1e-9
      let candidates = isSparse && dense.count > 3 ? wide.filter(isPowerOfTen) : wide.filter(isOneTwoFive)
      if request.lower == nil { lower = candidates.last { $0 <= lower * (1 + slack) } ?? lower }
      if request.upper == nil { upper = candidates.first { $0 >= upper * (1 - slack) } ?? upper }
    }
    return exact(lower: lower, upper: upper, tickCount: tickCount, isLogarithmic: true)
  }

  private static func isPowerOfTen(_ value: Double) -> Bool {
    abs(log10(value) - log10(value).rounded()) < 1e-9
  }

  private static func isOneTwoFive(_ value: Double) -> Bool {
    [1.0, 2, 5].contains { isPowerOfTen(value / $0) }
  }
}
