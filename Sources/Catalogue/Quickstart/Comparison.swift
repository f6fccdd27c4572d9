import ThalwegSpectra
public import ThalwegSurfaces

/// Two independent estimates beside each other, and what may be said of their difference.
public struct Comparison: Equatable, Sendable {
  /// What is compared, as the beginning of a sentence.
  public let quantity: String
  /// The estimate with shortcuts.
  public let first: Estimate
  /// The estimate without.
  public let second: Estimate

  /// A comparison.
  public init(quantity: String, first: Estimate, second: Estimate) {
    self.quantity = quantity
    self.first = first
    self.second = second
  }

  /// The difference, second less first, over its standard error; `nil` without errors.
  public var errorCount: Double? {
    guard let a = first.standardError, let b = second.standardError, a + b > 0 else { return nil }
    return (second.value - first.value) / (a * a + b * b).squareRoot()
  }

  /// Beyond this many standard errors a difference counts: the 97.5 % point of Student's distribution with
  /// Welch's degrees of freedom, rounded down.
  public var threshold: Double {
    let (a, b) = (first.standardError ?? 0, second.standardError ?? 0)
    let (m, n) = (Double(max(first.sampleCount - 1, 1)), Double(max(second.sampleCount - 1, 1)))
    let (u, v) = (a * a, b * b)
    let freedom = u + v > 0 ? (u + v) * (u + v) / (u * u / m + v * v / n) : 1
    return studentQuantile975(degreesOfFreedom: max(Int(freedom + 1e-9), 1))
  }

  /// One sentence. It says as well when no difference showed.
  public var sentence: String {
    let numbers =
      "\(estimateText(first.value, first.standardError, 5)) with and "
      + "\(estimateText(second.value, second.standardError, 5)) without shortcuts"
    guard let errorCount else { return "\(quantity): \(numbers); without errors nothing can be concluded." }
    let size = "\(fixed(abs(errorCount), 1)) standard errors apart"
    guard abs(errorCount) > threshold else {
      return "\(quantity) shows no clear difference: \(numbers), \(size), where more than \(fixed(threshold, 2)) "
        + "would be clear (95 %)."
    }
    return "\(quantity) is \(errorCount > 0 ? "larger" : "smaller") without shortcuts: \(numbers), \(size), "
      + "more than the \(fixed(threshold, 2)) that chance explains (95 %)."
  }
}
