/// One density of a ``RidgeFigure``, for example the spectrum at one checkpoint of a run.
public struct RidgeRow: Equatable, Sendable {
  /// The text at the left of the row, for example the epoch.
  public let label: String
  /// Eigenvalues at which the density is given, ascending.
  public let positions: [Double]
  /// The density at each position. What is not finite is a hole.
  public let density: [Double]
  /// Eigenvalues to point out, as ticks on the row's ground line.
  public let marks: [Double]
  /// The same as a line of a figure, with holes told apart from numbers.
  let line: LineSeries

  /// The density through (`positions[i]`, `density[i]`).
  ///
  /// - Parameters:
  ///   - label: The text at the left of the row.
  ///   - positions: Eigenvalues within ±10³⁰⁰, ascending. None at all is a row without values, which the row
  ///     says.
  ///   - density: One per position. NaN, infinities and numbers beyond 10³⁰⁰ become holes.
  ///   - marks: Finite eigenvalues to point out.
  public init(label: String, positions: [Double], density: [Double], marks: [Double] = []) {
    precondition(positions.allSatisfy(Axis.canShow), "eigenvalues must be finite and within ±1e300")
    precondition(marks.allSatisfy(Axis.canShow), "marks must be finite and within ±1e300, found \(marks)")
    self.label = label
    self.positions = positions
    self.density = density
    self.marks = marks
    line = LineSeries(name: label, xs: positions, values: density)
  }
}
