import ThalwegLinearAlgebra

/// Hutchinson's estimates from independent probes: trace, squared Frobenius norm, diagonal.
///
/// The number of products is fixed in advance. Nothing stops early: a rule that stops when the estimate looks
/// steady stops on lucky streaks.
///
/// For ±1 probes the variance of one sample of the trace is `2 (‖A‖²_F − Σ Aᵢᵢ²)`, for normal ones `2
/// ‖A‖²_F`. Where a few eigenvalues dominate, ``HutchPlusPlus`` and ``XTrace`` need far fewer products.
///
/// Source: Hutchinson (1990), Communications in Statistics 19(2), 433–450; Bekas, Kokiopoulou & Saad (2007)
/// for the diagonal.
public struct HutchinsonTrace: Sendable, Codable, Equatable {
  /// Products spent, each a sample; at least 1.
  public var productCount: Int
  /// Distribution of the probes' entries.
  public var probe = ProbeKind.rademacher
  /// Seed of the probes. The same seed gives the same estimate.
  public var seed: UInt64 = 0

  /// An estimate from `productCount` probes.
  public init(productCount: Int) {
    precondition(productCount > 0, "\(productCount) products for a trace")
    self.productCount = productCount
  }

  /// Bytes that an estimate takes.
  public static func requiredBytes(dimension: Int) -> Int { probeBytes(dimension: dimension) }

  /// `tr A`, the mean of `zᵀ A z`. Unbiased.
  ///
  /// - Throws: ``OperatorError``, `CancellationError`, and what the operator throws.
  public func trace(of a: some SymmetricOperator) throws -> TraceEstimate {
    try mean(of: a) { VectorKernel.dot($0, $1) }
  }

  /// `‖A‖²_F = tr A²`, the mean of `‖A z‖²`. Unbiased.
  ///
  /// - Throws: ``OperatorError``, `CancellationError`, and what the operator throws.
  public func squaredFrobeniusNorm(of a: some SymmetricOperator) throws -> TraceEstimate {
    try mean(of: a) { VectorKernel.dot($1, $1) }
  }

  /// The diagonal of A, the mean of `z ∘ A z`, entry by entry. Unbiased; entry i has the variance
  /// `Σ_{j≠i} Aᵢⱼ²` per sample of ±1 probes.
  ///
  /// - Throws: ``OperatorError``, `CancellationError`, and what the operator throws.
  public func diagonal(of a: some SymmetricOperator) throws -> DiagonalEstimate {
    var mean = [Double](repeating: 0, count: a.dimension)
    var squares = mean
    try withProbes(0..<productCount, of: a, probe, seed: seed) { number, z, az in
      for i in z.indices {
        let difference = z[i] * az[i] - mean[i]
        mean[i] += difference / Double(number + 1)
        squares[i] += difference * (z[i] * az[i] - mean[i])
      }
    }
    let k = Double(productCount)
    return DiagonalEstimate(
      values: mean, standardErrors: productCount > 1 ? squares.map { ($0 / (k - 1) / k).squareRoot() } : nil,
      products: productCount)
  }

  private func mean(
    of a: some SymmetricOperator, _ sample: ([Double], [Double]) -> Double
  ) throws -> TraceEstimate {
    var samples: [Double] = []
    try withProbes(0..<productCount, of: a, probe, seed: seed) { samples.append(sample($1, $2)) }
    return TraceEstimate(meanOf: samples, products: productCount)
  }
}

/// A sampled diagonal, with an error for every entry.
public struct DiagonalEstimate: Sendable, Equatable {
  /// The estimates.
  public let values: [Double]
  /// Their standard errors; `nil` with one probe.
  public let standardErrors: [Double]?
  /// Products spent.
  public let products: Int
}
