import Foundation
public import ThalwegSpectra

/// Sums over a spectrum, each with the error that sampling leaves.
public struct TraceResult: Sendable, Equatable, Codable {
  /// The trace.
  public let trace: TraceEstimate
  /// The squared Frobenius norm, the sum of all squared eigenvalues, from the probes that the trace has anyway.
  public let squaredFrobeniusNorm: TraceEstimate

  /// The Frobenius norm, and its standard error to the first order.
  public var frobeniusNorm: (value: Double, standardError: Double?) {
    let root = squaredFrobeniusNorm.value.squareRoot()
    return (root, squaredFrobeniusNorm.standardError.map { root > 0 ? $0 / (2 * root) : 0 })
  }
}

/// A diagonal that was estimated, in numbers.
public struct DiagonalSummary: Sendable, Equatable, Codable {
  /// The sum of the entries: a trace, from other probes than the trace itself.
  public let sum: Double
  /// The smallest entry.
  public let smallest: Double
  /// The largest entry.
  public let largest: Double
  /// Share of entries below zero.
  public let negativeShare: Double
  /// The root mean square of the entries' standard errors; `nil` with one probe.
  public let typicalError: Double?
  /// SHA-256 of the file with entries and errors.
  public let hash: String
  /// Products spent.
  public let products: Int

  init(_ diagonal: DiagonalEstimate, hash: String) {
    let values = diagonal.values
    let n = Double(max(1, values.count))
    sum = values.reduce(0, +)
    smallest = values.min() ?? 0
    largest = values.max() ?? 0
    negativeShare = Double(values.count { $0 < 0 }) / n
    typicalError = diagonal.standardErrors.map { ($0.reduce(0) { $0 + $1 * $1 } / n).squareRoot() }
    self.hash = hash
    products = diagonal.products
  }
}

/// The pacGen metric at a checkpoint.
public struct MetricResult: Sendable, Equatable, Codable {
  /// The metric.
  public let value: Double
  /// How much the sampled diagonal may change it: the change if all entries erred by one standard error in the same
  /// direction. `nil` with one probe.
  public let largestError: Double?
  /// μ.
  public let relativeRadius: Double
  /// ν.
  public let absoluteRadius: Double
  /// ε, the Lipschitz constant of the Hessian.
  public let lipschitzConstant: Double
  /// The ratios whose largest is ε; empty where it was given.
  public let ratios: [Double]
  /// The length of the displacements; `nil` where ε was given.
  public let displacement: Double?
  /// What was asked for, so that other settings are seen to be others.
  public let request: [Double]

  init(
    _ settings: TraceSettings.MetricSettings, parameters: [Double], diagonal: StoredDiagonal,
    lipschitz: HessianLipschitzEstimate?, displacement: Double?
  ) {
    let constant = settings.lipschitzConstant ?? lipschitz?.value ?? 0
    let metric = PacGenMetric(
      relativeRadius: settings.relativeRadius, absoluteRadius: settings.absoluteRadius,
      hessianLipschitzConstant: constant)
    let value = metric.value(parameters: parameters, hessianDiagonal: diagonal.values)
    self.value = value
    largestError = diagonal.standardErrors.map { errors in
      // The metric rises with every entry, so that erring in one direction is the worst.
      [-1.0, 1].reduce(0) { worst, sign in
        let moved = zip(diagonal.values, errors).map { $0 + sign * $1 }
        return max(worst, abs(metric.value(parameters: parameters, hessianDiagonal: moved) - value))
      }
    }
    relativeRadius = settings.relativeRadius
    absoluteRadius = settings.absoluteRadius
    lipschitzConstant = constant
    ratios = lipschitz?.ratios ?? []
    self.displacement = displacement
    request = settings.request
  }
}

extension TraceSettings.MetricSettings {
  /// The settings as numbers; −1 stands for an estimate.
  var request: [Double] {
    [
      relativeRadius, absoluteRadius, lipschitzConstant ?? -1,
      lipschitzConstant == nil ? displacement : 0, lipschitzConstant == nil ? Double(directionCount) : 0,
    ]
  }
}
