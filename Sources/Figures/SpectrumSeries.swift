/// The eigenvalue density of one operator.
public struct SpectrumSeries: Equatable, Sendable {
  /// The name in the legend.
  public let label: String
  /// Eigenvalues at which the density is given, ascending.
  public let positions: [Double]
  /// The density at each position, usually per unit of eigenvalue. What is not finite is a hole.
  public let density: [Double]
  /// The lower border of the density's uncertainty, as many as ``positions``; `nil` for no band.
  public let lower: [Double]?
  /// The upper border of the density's uncertainty, as many as ``positions``; `nil` for no band.
  public let upper: [Double]?
  /// Eigenvalues to point out.
  public let marks: [SpectrumMark]
  /// The same as a line of a figure, with holes told apart from numbers.
  let line: LineSeries

  /// The density through (`positions[i]`, `density[i]`).
  ///
  /// - Parameters:
  ///   - label: The name in the legend.
  ///   - positions: Eigenvalues within ±10³⁰⁰, ascending. None at all is a series without values, which the
  ///     legend says.
  ///   - density: One per position. NaN, infinities and numbers beyond 10³⁰⁰ become holes.
  ///   - lower: The lower border of the band, for example of a 95 % interval. Both or none are
  ///     given.
  ///   - upper: The upper border of the band.
  ///   - marks: Eigenvalues to point out.
  public init(
    label: String, positions: [Double], density: [Double], lower: [Double]? = nil, upper: [Double]? = nil,
    marks: [SpectrumMark] = []
  ) {
    precondition((lower == nil) == (upper == nil), "a band needs both its borders")
    precondition(positions.allSatisfy(Axis.canShow), "eigenvalues must be finite and within ±1e300")
    self.label = label
    self.positions = positions
    self.density = density
    self.lower = lower
    self.upper = upper
    self.marks = marks
    line = LineSeries(name: label, xs: positions, values: density, lower: lower ?? [], upper: upper ?? [])
  }
}
