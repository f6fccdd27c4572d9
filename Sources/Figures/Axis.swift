import Foundation

/// One axis, decided: its ends, its spacing, and the values that get a tick or a contour line.
package struct Axis: Equatable, Sendable {
  /// The value at the beginning.
  package var lower: Double
  /// The value at the end.
  package var upper: Double
  package var isLogarithmic: Bool
  /// Round values within the ends, ascending.
  package var ticks: [Double]
  /// The distance of evenly spaced ticks, from which the number of labelled decimals follows; 0 where ticks
  /// are spaced by decades.
  package var step: Double
  /// Whether some values lie above ``upper`` and are drawn at it.
  package var isClippedAbove = false
  /// Whether some values lie below ``lower`` and are drawn at it.
  package var isClippedBelow = false

  /// The value in the coordinates in which the axis is straight. Monotone, and never NaN for a number.
  package func straightened(_ value: Double) -> Double {
    isLogarithmic ? log10(max(value, Double.leastNormalMagnitude)) : value
  }

  /// The value's place along the axis: 0 at ``lower``, 1 at ``upper``, beyond them outside.
  package func fraction(_ value: Double) -> Double {
    let (start, end) = (straightened(lower), straightened(upper))
    return (straightened(value) - start) / (end - start)
  }

  /// The value at a place along the axis.
  package func value(at fraction: Double) -> Double {
    let (start, end) = (straightened(lower), straightened(upper))
    let place = start + (end - start) * fraction
    return isLogarithmic ? pow(10, place) : place
  }

  /// The text beside the tick at `value`.
  package func label(_ value: Double) -> String {
    if step > 0 { return NumberFormat.text(value, step: step) }
    // “3×10⁰” says 3.
    let isDigit = 1 < value && value < 10
    return (lower < 0.99e-3 || upper > 1.01e4) && !isDigit ? NumberFormat.power(value) : NumberFormat.text(value)
  }

  /// Thins and unlabelled ticks of a logarithmic axis with few ticks a decade.
  package var minorTicks: [Double] {
    guard isLogarithmic, step == 0, fractionPerDecade > 0.12 else { return [] }
    let exponents = Int(floor(log10(lower)))...Int(ceil(log10(upper)))
    return exponents.flatMap { exponent in (2...9).map { Double($0) * power10(exponent) } }
      .filter { $0 > lower && $0 < upper && !ticks.contains($0) }
  }

  private var fractionPerDecade: Double { 1 / (straightened(upper) - straightened(lower)) }

  /// An axis from exactly `lower` to exactly `upper`, with round ticks in between.
  ///
  /// With `hasWholeTicks` every linear tick is a whole number, for axes that count.
  package static func exact(
    lower: Double, upper: Double, tickCount: Int = 5, isLogarithmic: Bool = false, hasWholeTicks: Bool = false
  ) -> Axis {
    if isLogarithmic {
      return Axis(
        lower: lower, upper: upper, isLogarithmic: true,
        ticks: logarithmicTicks(lower: lower, upper: upper, count: tickCount), step: 0)
    }
    var step = niceStep(span: upper - lower, count: tickCount)
    if hasWholeTicks, step != step.rounded() { step = step < 1 ? 1 : 5 }  // The only larger one is 2.5.
    return Axis(
      lower: lower, upper: upper, isLogarithmic: false,
      ticks: linearTicks(lower: lower, upper: upper, step: step),
      step: step)
  }

  /// The smallest of 1, 2, 2.5 and 5 times a power of ten that divides `span` into at most `count` steps.
  package static func niceStep(span: Double, count: Int) -> Double {
    precondition(span > 0 && count > 0, "cannot divide \(span) into \(count) steps")
    let rough = span / Double(count)
    let exponent = Int(floor(log10(rough)))
    let slack = 1 + 1e-9  // A span that is a whole number of steps must not fall into the next size.
    for factor in [1, 2, 2.5, 5, 10] where factor * power10(exponent) * slack >= rough {
      return factor * power10(exponent)
    }
    return power10(exponent + 1)
  }

  /// The multiples of `step` from `lower` to `upper`, both included where they are multiples up to rounding.
  package static func linearTicks(lower: Double, upper: Double, step: Double) -> [Double] {
    let slack = 1e-9
    let (first, last) = ((lower / step - slack).rounded(.up), (upper / step + slack).rounded(.down))
    guard first <= last, last - first < 1000 else { return [] }
    // Division by the whole reciprocal of a small step gives 0.3 where 3 · 0.1 would give
    // 0.30000000000000004.
    let reciprocal = (1 / step).rounded()
    let isReciprocalWhole = step < 1 && abs(reciprocal * step - 1) < 1e-9
    return stride(from: first, through: last, by: 1).map {
      isReciprocalWhole ? $0 / reciprocal : $0 * step
    }
  }

  /// Values 1, 1–3, 1–2–5 or more in each decade, or every few decades, so that there are at most about `count`.
  package static func logarithmicTicks(lower: Double, upper: Double, count: Int) -> [Double] {
    let decades = log10(upper) - log10(lower)  // The quotient itself could overflow.
    let slack = 1e-9
    let exponents = Int(floor(log10(lower) + slack))...Int(ceil(log10(upper) - slack))
    let inside = { (value: Double) in value >= lower * (1 - slack) && value <= upper * (1 + slack) }
    // The finer ones are for those who ask for many levels; as labels they would be too many.
    let fine: [[Double]] = [
      [1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9], [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8],
    ]
    for factors in (count > 12 ? fine : []) + [[1.0, 1.5, 2, 3, 5, 7], [1.0, 2, 5], [1.0, 3]]
    where decades * Double(factors.count) <= Double(count) + slack {
      return exponents.flatMap { exponent in factors.map { $0 * power10(exponent) } }.filter(inside)
    }
    let stride = max(1, Int((decades / Double(count)).rounded(.up)))
    return exponents.filter { $0.isMultiple(of: stride) }.map(power10).filter(inside)
  }
}

/// 10 to a whole power, correctly rounded for small exponents, unlike a chain of products.
package func power10(_ exponent: Int) -> Double {
  exponent >= 0 ? pow(10, Double(exponent)) : 1 / pow(10, Double(-exponent))
}
