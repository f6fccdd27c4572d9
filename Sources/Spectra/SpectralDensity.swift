import Foundation

/// A smoothed density of eigenvalues, `φ(t) = Σ ω f(λ; t, σ²)` with a normal kernel f, and its error from
/// draw to draw.
///
/// The kernel is `f = exp(−(t − λ)² / 2σ²) / (σ √2π)`. What the kernel puts outside the axis is lost; see
/// ``mass``.
public struct SpectralDensity: Sendable, Equatable, Codable {
  /// Where the density is given.
  public let axis: SpectralAxis
  /// The density per unit of eigenvalue at the axis's points, the mean over draws.
  public let values: [Double]
  /// The standard error of each value; `nil` with one draw, or if the density is exact.
  public let standardErrors: [Double]?
  /// The kernel's variance σ².
  public let variance: Double
  /// Number of draws; `nil` if the density is exact.
  public let drawCount: Int?
  /// The integral over the axis. Far from 1 on a linear axis: the axis is too short or too coarse.
  public var mass: Double { axis.integral(of: values) }

  /// The variance that is used unless another is given: `1e−5 · max(1, λmax − λmin)`.
  public static func defaultVariance(for extent: ClosedRange<Double>) -> Double {
    1e-5 * max(1, extent.upperBound - extent.lowerBound)
  }

  /// The density that quadrature draws estimate.
  ///
  /// - Parameters:
  ///   - draws: At least one.
  ///   - axis: By default a linear one around all nodes that resolves the kernel.
  ///   - variance: σ², above 0; ``defaultVariance(for:)`` if `nil`.
  public init(draws: [QuadratureDraw], axis: SpectralAxis? = nil, variance: Double? = nil) {
    let variance = variance ?? SpectralDensity.defaultVariance(for: draws.extent)
    let axis = axis ?? .linear(around: draws.extent, variance: variance)
    let points = axis.points
    // Sums of deviations from the running mean (Welford), so that memory does not grow with the draws.
    var mean = [Double](repeating: 0, count: points.count)
    var squares = mean
    for (index, draw) in draws.enumerated() {
      let row = SpectralDensity.smooth(draw.nodes, weights: draw.weights, at: points, variance: variance)
      for i in points.indices {
        let difference = row[i] - mean[i]
        mean[i] += difference / Double(index + 1)
        squares[i] += difference * (row[i] - mean[i])
      }
    }
    let k = Double(draws.count)
    self.axis = axis
    self.variance = variance
    values = mean
    standardErrors = draws.count > 1 ? squares.map { ($0 / (k - 1) / k).squareRoot() } : nil
    drawCount = draws.count
  }

  /// The density of known eigenvalues, each with weight 1/n.
  public init(eigenvalues: [Double], axis: SpectralAxis, variance: Double) {
    precondition(!eigenvalues.isEmpty, "no eigenvalues, no density")
    let weights = [Double](repeating: 1 / Double(eigenvalues.count), count: eigenvalues.count)
    self.axis = axis
    self.variance = variance
    values = SpectralDensity.smooth(
      eigenvalues.sorted(), weights: weights, at: axis.points, variance: variance)
    standardErrors = nil
    drawCount = nil
  }

  private init(axis: SpectralAxis, values: [Double], errors: [Double]?, variance: Double, drawCount: Int?) {
    self.axis = axis
    self.values = values
    standardErrors = errors
    self.variance = variance
    self.drawCount = drawCount
  }

  /// The density divided by its ``mass``, so that it integrates to 1 over the axis.
  public var normalised: SpectralDensity {
    let mass = mass
    guard mass > 0 else { return self }
    return SpectralDensity(
      axis: axis, values: values.map { $0 / mass }, errors: standardErrors?.map { $0 / mass },
      variance: variance,
      drawCount: drawCount)
  }

  /// The 95 % interval of each value over draws: Student's t times the standard error to both sides, not
  /// below zero.
  public var interval95: [ClosedRange<Double>]? {
    guard let standardErrors, let drawCount, drawCount > 1 else { return nil }
    let factor = studentQuantile975(degreesOfFreedom: drawCount - 1)
    return zip(values, standardErrors).map { value, error in
      max(0, value - factor * error)...(value + factor * error)
    }
  }

  /// The density per decade of magnitude, `φ(t) |t| ln 10`: what a logarithmic axis shows without distortion.
  public var valuesPerDecade: [Double] {
    zip(axis.points, values).map { abs($0) * $1 * log(10) }
  }

  /// `∫ |φ − ψ| dt` over the axis, which both must share. Between 0 and 2.
  public func distance(to other: SpectralDensity) -> Double {
    precondition(axis == other.axis, "densities on different axes")
    return axis.integral(of: zip(values, other.values).map { abs($0 - $1) })
  }

  /// The kernel sum at ascending `points`, from ascending `nodes`.
  private static func smooth(
    _ nodes: [Double], weights: [Double], at points: [Double], variance: Double
  ) -> [Double] {
    precondition(variance > 0, "a kernel of variance \(variance)")
    var values = [Double](repeating: 0, count: points.count)
    let deviation = variance.squareRoot()
    let factor = 1 / (deviation * (2 * Double.pi).squareRoot())
    let reach = 9 * deviation  // Beyond, the kernel is below 3e−18 of its peak.
    var first = 0
    for (node, weight) in zip(nodes, weights) {
      while first < points.count && points[first] < node - reach { first += 1 }
      var i = first
      while i < points.count && points[i] <= node + reach {
        let distance = points[i] - node
        values[i] += weight * factor * exp(-distance * distance / (2 * variance))
        i += 1
      }
    }
    return values
  }
}
