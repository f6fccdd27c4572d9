/// One line of a figure over a single variable.
public struct LineSeries: Equatable, Sendable {
  /// The vertical axis that a line belongs to.
  public enum Side: String, Equatable, Sendable, CaseIterable {
    /// The axis at the left.
    case left
    /// The axis at the right, with its own scale.
    case right
  }

  /// The name in the legend.
  public let name: String
  /// The places along the horizontal axis, ascending.
  public let xs: [Double]
  /// The values; a hole (`nil`) breaks the line.
  public let values: [Double?]
  /// The lower border of the band around the line, as many as ``values``, or empty for no band.
  public let lower: [Double?]
  /// The upper border of the band around the line, as many as ``values``, or empty for no band.
  public let upper: [Double?]
  /// The vertical axis that the line belongs to.
  public let side: Side

  /// The line through (`xs[i]`, `values[i]`).
  ///
  /// - Parameters:
  ///   - name: The name in the legend.
  ///   - xs: Finite places, ascending.
  ///   - values: One per place. NaN, infinities and numbers beyond 10³⁰⁰ become holes.
  ///   - lower: The lower border of the band, for example the value less one standard error. Empty for none.
  ///   - upper: The upper border of the band.
  ///   - side: The vertical axis that the line belongs to.
  public init(
    name: String, xs: [Double], values: [Double?], lower: [Double?] = [], upper: [Double?] = [],
    side: Side = .left
  ) {
    precondition(xs.count == values.count, "\(values.count) values for \(xs.count) places")
    precondition(
      lower.count == upper.count, "a band of \(lower.count) lower and \(upper.count) upper borders")
    precondition(
      lower.isEmpty || lower.count == xs.count, "\(lower.count) band borders for \(xs.count) places")
    precondition(xs.allSatisfy(\.isFinite), "places must be finite, found \(xs)")
    precondition(zip(xs, xs.dropFirst()).allSatisfy { $0 <= $1 }, "places must ascend, found \(xs)")
    let finite = { (values: [Double?]) in values.map { $0.flatMap { Axis.canShow($0) ? $0 : nil } } }
    self.name = name
    self.xs = xs
    self.values = finite(values)
    self.lower = finite(lower)
    self.upper = finite(upper)
    self.side = side
  }

  /// Every number that must lie within the vertical axis.
  var extent: [Double] { (values + lower + upper).compactMap { $0 } }

  /// The points between holes: each run is drawn as one line.
  package var runs: [[Point]] {
    LineSeries.runs(xs, values.map { [$0] }).map { run in run.map { Point($0.x, $0.ys[0]) } }
  }

  /// The band between holes, each run as (lower, upper) borders from left to right.
  package var bandRuns: [(lower: [Point], upper: [Point])] {
    LineSeries.runs(xs, zip(lower, upper).map { [$0, $1] }).map { run in
      (run.map { Point($0.x, $0.ys[0]) }, run.map { Point($0.x, $0.ys[1]) })
    }
  }

  private static func runs(_ xs: [Double], _ values: [[Double?]]) -> [[(x: Double, ys: [Double])]] {
    var runs: [[(x: Double, ys: [Double])]] = []
    var isOpen = false
    for (x, candidates) in zip(xs, values) {
      let known = candidates.compactMap { $0 }
      guard known.count == candidates.count else {
        isOpen = false
        continue
      }
      if isOpen { runs[runs.count - 1].append((x, known)) } else { runs.append([(x, known)]) }
      isOpen = true
    }
    return runs
  }
}
