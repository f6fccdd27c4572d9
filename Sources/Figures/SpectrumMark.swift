/// One eigenvalue pointed out in a spectrum, usually an outlier.
public struct SpectrumMark: Equatable, Sendable {
  /// The eigenvalue.
  public let position: Double
  /// The text above the plot, for example “λ₁ = 39.1”; `nil` draws a tick only.
  public let label: String?

  /// The mark at the finite `position`.
  public init(position: Double, label: String? = nil) {
    precondition(
      Axis.canShow(position), "a mark must be finite and within ±1e300, found \(position)")
    self.position = position
    self.label = label
  }
}
