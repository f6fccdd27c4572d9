/// What a sampled number speaks of.
public enum EstimateTarget: String, Sendable, Codable, CaseIterable {
  /// The data set at hand: its own mean has no error when all of it was seen.
  case dataSet
  /// The population from which the data set was drawn.
  case population
}

/// A number obtained by averaging samples, with the uncertainty that sampling leaves.
public struct Estimate: Sendable, Equatable, Codable {
  /// Mean over the samples.
  public let value: Double
  /// Standard error of ``value`` in the same unit; `nil` with one sample.
  public let standardError: Double?
  /// Number of independent samples.
  public let sampleCount: Int
  /// What the error refers to.
  public let target: EstimateTarget

  /// An estimate with a known error.
  public init(value: Double, standardError: Double?, sampleCount: Int, target: EstimateTarget) {
    self.value = value
    self.standardError = standardError
    self.sampleCount = sampleCount
    self.target = target
  }

  /// The mean of `samples` as an estimate of the population's mean: standard error `s / √n`.
  public init(meanOf samples: [Double]) {
    precondition(!samples.isEmpty, "no samples, no mean")
    let n = Double(samples.count)
    let mean = samples.reduce(0, +) / n
    let squares = samples.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.init(
      value: mean, standardError: samples.count > 1 ? (squares / (n - 1) / n).squareRoot() : nil,
      sampleCount: samples.count, target: .population)
  }

  /// The share `successes / trials` of the population: standard error `√(p (1 − p) / n)`.
  public init(share successes: Int, of trials: Int) {
    precondition(trials > 0 && (0...trials).contains(successes), "\(successes) successes of \(trials)")
    let p = Double(successes) / Double(trials)
    self.init(
      value: p, standardError: (p * (1 - p) / Double(trials)).squareRoot(), sampleCount: trials,
      target: .population)
  }
}
