/// A smooth curve through given values that rises and falls only where they do.
///
/// A cubic Hermite spline whose slopes are the weighted harmonic means of the neighbouring secants, zero at
/// local extremes. It never leaves the range of the two values around it, so it shows no minimum that was not
/// measured.
///
/// Source: Fritsch, Butland (1984), SIAM Journal on Scientific and Statistical Computing 5(2), 300–304.
package struct MonotoneCubic {
  private let xs: [Double]
  private let values: [Double]
  private let slopes: [Double]

  /// The curve through (`xs[i]`, `values[i]`); `xs` ascend strictly and have at least one element.
  package init(xs: [Double], values: [Double]) {
    precondition(xs.count == values.count && !xs.isEmpty, "\(xs.count) places and \(values.count) values")
    self.xs = xs
    self.values = values
    let count = xs.count
    guard count > 1 else {
      slopes = [0]
      return
    }
    var secants: [Double] = []
    for index in 1..<count {
      let rise = values[index] - values[index - 1]
      secants.append(rise / (xs[index] - xs[index - 1]))
    }
    var slopes = [Double](repeating: 0, count: count)
    slopes[0] = secants[0]
    slopes[count - 1] = secants[count - 2]
    for index in 1..<max(1, count - 1) {
      let (left, right) = (secants[index - 1], secants[index])
      guard left * right > 0 else { continue }
      let (before, after) = (xs[index] - xs[index - 1], xs[index + 1] - xs[index])
      let (leftWeight, rightWeight) = (before + 2 * after, 2 * before + after)
      slopes[index] = (leftWeight + rightWeight) / (leftWeight / left + rightWeight / right)
    }
    self.slopes = slopes
  }

  /// The curve's value in the interval with this index, at `fraction` of its length.
  package func value(interval index: Int, fraction t: Double) -> Double {
    if t <= 0 { return values[index] }
    let width = xs[index + 1] - xs[index]
    let (t2, t3) = (t * t, t * t * t)
    let rise = values[index + 1] - values[index]
    let slope = slopes[index] * (t3 - 2 * t2 + t) + slopes[index + 1] * (t3 - t2)
    return values[index] + rise * (3 * t2 - 2 * t3) + width * slope
  }

  /// The curve's value at `x`, which is limited to the given places.
  package func value(at x: Double) -> Double {
    guard xs.count > 1 else { return values[0] }
    var index = 0
    while index < xs.count - 2, xs[index + 1] <= x { index += 1 }
    let fraction = (x - xs[index]) / (xs[index + 1] - xs[index])
    return fraction >= 1 ? values[index + 1] : value(interval: index, fraction: fraction)
  }
}
