import Foundation

/// The mean over draws and the error that drawing leaves.
public struct DrawMean: Sendable, Equatable, Codable {
  /// The mean.
  public let value: Double
  /// Its standard error `s / √k`; `nil` with one draw.
  public let standardError: Double?
  /// Number of draws k.
  public let drawCount: Int

  /// The mean of at least one value.
  public init(of values: [Double]) {
    precondition(!values.isEmpty, "the mean of no values")
    let k = Double(values.count)
    let mean = values.reduce(0, +) / k
    value = mean
    drawCount = values.count
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    standardError = values.count > 1 ? (squares / (k - 1) / k).squareRoot() : nil
  }

  /// The interval that holds the mean of infinitely many draws with a probability of 95 %, if they are
  /// normal: Student's t times the standard error to both sides.
  public var interval95: ClosedRange<Double>? {
    guard let standardError else { return nil }
    let half = studentQuantile975(degreesOfFreedom: drawCount - 1) * standardError
    return (value - half)...(value + half)
  }
}

extension Array where Element == QuadratureDraw {
  /// The moment `(1/n) tr Aᵖ`, exact in each draw for `p ≤ 2 m − 1`.
  public func moment(_ power: Int) -> DrawMean {
    DrawMean(of: map { draw in draw.integral { pow($0, Double(power)) } })
  }

  /// The share of eigenvalues below `−threshold`.
  ///
  /// - Parameters:
  ///   - threshold: At least 0. What is nearer to zero counts as zero and not as negative.
  public func negativeShare(below threshold: Double = 0) -> DrawMean {
    DrawMean(of: map { draw in draw.integral { $0 < -threshold ? 1 : 0 } })
  }

  /// The smallest and the largest node of all draws.
  public var extent: ClosedRange<Double> {
    let nodes = flatMap(\.nodes)
    precondition(!nodes.isEmpty, "no draws, no extent")
    return nodes.reduce(.infinity, Swift.min)...nodes.reduce(-.infinity, Swift.max)
  }
}

/// The 97.5 % quantile of Student's t distribution, to about twelve digits.
///
/// Up to 200 degrees of freedom the distribution function is the finite sum for whole numbers (M. Abramowitz, I. Stegun,
/// Handbook of Mathematical Functions, 26.7.3 and 26.7.4), inverted by halving; beyond, the Cornish–Fisher expansion to
/// the fourth order in 1/ν.
package func studentQuantile975(degreesOfFreedom: Int) -> Double {
  precondition(degreesOfFreedom > 0, "\(degreesOfFreedom) degrees of freedom")
  if degreesOfFreedom <= 200 {
    // The probability of ±t as a function of the angle whose tangent is t / √ν.
    var (low, high) = (0.0, Double.pi / 2)
    while true {
      let angle = 0.5 * (low + high)
      guard low < angle, angle < high else { return Double(degreesOfFreedom).squareRoot() * tan(angle) }
      if studentProbability(angle: angle, degreesOfFreedom) < 0.95 { low = angle } else { high = angle }
    }
  }
  let z = 1.959963984540054
  let (z3, z5, z7) = (z * z * z, pow(z, 5), pow(z, 7))
  let v = 1 / Double(degreesOfFreedom)
  let first = (z3 + z) / 4
  let second = (5 * z5 + 16 * z3 + 3 * z) / 96
  let third = (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / 384
  let fourth = (79 * pow(z, 9) + 776 * z7 + 1482 * z5 - 1920 * z3 - 945 * z) / 92160
  return z + v * (first + v * (second + v * (third + v * fourth)))
}

/// The probability that Student's t lies within `±√ν tan(angle)`.
private func studentProbability(angle: Double, _ degreesOfFreedom: Int) -> Double {
  let (sine, cosine) = (sin(angle), cos(angle))
  let isOdd = degreesOfFreedom % 2 == 1
  if degreesOfFreedom == 1 { return 2 / .pi * angle }
  var term = isOdd ? cosine : 1
  var sum = term
  // The factors are 2/3, 4/5, … for odd numbers, 1/2, 3/4, … for even ones.
  for upper in stride(from: isOdd ? 2 : 1, through: degreesOfFreedom - 3, by: 2) {
    term *= Double(upper) / Double(upper + 1) * cosine * cosine
    sum += term
  }
  return isOdd ? 2 / .pi * (angle + sine * sum) : sine * sum
}
