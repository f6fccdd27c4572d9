/// How the values of a figure are laid along its colours or its vertical axis.
public struct ValueAxis: Equatable, Sendable {
  /// The spacing of the values.
  public enum Spacing: String, Equatable, Sendable, CaseIterable {
    /// Logarithmic where every value is positive and the largest is at least 100 times the smallest; 10 times are
    /// enough where a few high values would leave more than half of all in the lowest tenth of a linear axis.
    case automatic
    /// Equal steps are equal differences.
    case linear
    /// Equal steps are equal ratios. Values that are not positive are drawn at the lower end.
    case logarithmic
  }

  /// What the values are, for example “loss (nats)”.
  public var label: String
  /// The spacing of the values.
  public var spacing: Spacing
  /// The lower end; values below are drawn as this one. `nil` takes the smallest value.
  public var lower: Double?
  /// The cap: contours draw values above in the last colour, lit surfaces are cut open there, and both say
  /// so.
  public var upper: Double?
  /// The value in the middle of a linear axis, for differences with a diverging colour map. `nil` for none.
  public var middle: Double?

  /// The axis with these settings; `lower` must be less than `upper` where both are given.
  public init(
    label: String = "loss", spacing: Spacing = .automatic, lower: Double? = nil, upper: Double? = nil,
    middle: Double? = nil
  ) {
    if let lower, let upper {
      precondition(lower < upper, "the axis ends \(lower) and \(upper) must ascend")
    }
    self.label = label
    self.spacing = spacing
    self.lower = lower
    self.upper = upper
    self.middle = middle
  }
}
