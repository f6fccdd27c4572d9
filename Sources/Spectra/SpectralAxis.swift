import Foundation

/// Points at which a spectral density is evaluated: one or two sides, each ascending.
public struct SpectralAxis: Sendable, Equatable, Codable {
  /// The points of each side. A linear axis has one side, a symmetric logarithmic one up to two, with a gap
  /// around 0.
  public let sides: [[Double]]

  /// All points, ascending.
  public var points: [Double] { Array(sides.joined()) }

  /// `count` points at equal distances from `lower` to `upper`.
  public static func linear(_ range: ClosedRange<Double>, count: Int) -> SpectralAxis {
    precondition(count >= 2, "\(count) points on an axis")
    let step = (range.upperBound - range.lowerBound) / Double(count - 1)
    return SpectralAxis(sides: [(0..<count).map { range.lowerBound + step * Double($0) }])
  }

  /// The axis on which a kernel of variance `variance` about values in `extent` is resolved and has room.
  ///
  /// 10,000 points, from 0.01 or five standard deviations below the extent to as much above, whichever is
  /// more; more points, up to 400,000, where a standard deviation would be less than four steps.
  public static func linear(around extent: ClosedRange<Double>, variance: Double) -> SpectralAxis {
    let deviation = variance.squareRoot()
    let margin = max(0.01, 5 * deviation)
    let range = (extent.lowerBound - margin)...(extent.upperBound + margin)
    let needed = 4 * (range.upperBound - range.lowerBound) / deviation
    return linear(range, count: max(10_000, Int(min(needed, 400_000).rounded(.up)) + 1))
  }

  /// Logarithmic points on both sides of zero, each side from magnitude `smallest` to the end of `extent`.
  ///
  /// What is nearer to zero than `smallest` is left out. A side that `extent` does not reach has no points.
  ///
  /// - Parameters:
  ///   - countPerSide: Points of each side, at least 2.
  public static func symmetricLogarithmic(
    _ extent: ClosedRange<Double>, smallest: Double, countPerSide: Int
  ) -> SpectralAxis {
    precondition(smallest > 0 && countPerSide >= 2, "\(countPerSide) points from \(smallest)")
    func magnitudes(to largest: Double) -> [Double] {
      guard largest > smallest else { return [] }
      let step = log(largest / smallest) / Double(countPerSide - 1)
      return (0..<countPerSide).map { smallest * exp(step * Double($0)) }
    }
    let negative = magnitudes(to: -extent.lowerBound).reversed().map { -$0 }
    return SpectralAxis(sides: [negative, magnitudes(to: extent.upperBound)].filter { !$0.isEmpty })
  }

  /// The integral of values at ``points`` by the trapezoidal rule, each side by itself.
  public func integral(of values: [Double]) -> Double {
    precondition(values.count == sides.reduce(0) { $0 + $1.count }, "\(values.count) values on an axis")
    var sum = 0.0
    var offset = 0
    for side in sides {
      for i in side.indices.dropLast() {
        sum += 0.5 * (side[i + 1] - side[i]) * (values[offset + i] + values[offset + i + 1])
      }
      offset += side.count
    }
    return sum
  }
}
