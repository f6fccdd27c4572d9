public import ThalwegSpectra

/// By how much an arm differs from the baseline, seed by seed: what the seeds have in common cancels.
public struct PairedDifference: Sendable, Equatable {
  /// What an interval says of the sign.
  public enum Verdict: String, Sendable {
    /// The whole interval is above 0.
    case higher
    /// The whole interval is below 0.
    case lower
    /// The interval holds 0.
    case notConfirmed = "not confirmed"
    /// One pair has no interval.
    case onePair = "one pair tells nothing"
  }

  /// The difference of each seed, by ascending seed.
  public let differences: [Double]
  /// Their mean, with the interval of 95 % by Student's t.
  public let mean: DrawMean

  /// The differences of `values` from `baseline` for the seeds that both have; `nil` without any.
  public init?(of values: [UInt64: Double], from baseline: [UInt64: Double]) {
    differences = values.keys.sorted().compactMap { seed in
      values[seed].flatMap { value in baseline[seed].map { value - $0 } }
    }
    guard !differences.isEmpty else { return nil }
    mean = DrawMean(of: differences)
  }

  /// What can be said of the sign.
  public var verdict: Verdict {
    guard let interval = mean.interval95 else { return .onePair }
    if interval.contains(0) { return .notConfirmed }
    return mean.value > 0 ? .higher : .lower
  }
}
