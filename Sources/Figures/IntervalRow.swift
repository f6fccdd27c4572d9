/// One row of a panel of an ``IntervalFigure``: samples, their mean, and an interval around it.
public struct IntervalRow: Equatable, Sendable {
  /// The name at the left.
  public let name: String
  /// The single values.
  public let dots: [Double]
  /// The value in the middle; `nil` for none.
  public let mean: Double?
  /// The interval around the mean; `nil` where nothing is known of it.
  public let interval: ClosedRange<Double>?
  /// The index of the row's colour; `nil` takes the row's own in its panel.
  public let colourIndex: Int?

  /// A row. Numbers that are not finite are left out.
  public init(
    name: String, dots: [Double], mean: Double? = nil, interval: ClosedRange<Double>? = nil, colourIndex: Int? = nil
  ) {
    self.name = name
    self.colourIndex = colourIndex
    self.dots = dots.filter(Axis.canShow)
    self.mean = mean.flatMap { Axis.canShow($0) ? $0 : nil }
    self.interval = interval.flatMap { Axis.canShow($0.lowerBound) && Axis.canShow($0.upperBound) ? $0 : nil }
  }

  /// Every number that must lie within the axis.
  var extent: [Double] { dots + [mean, interval?.lowerBound, interval?.upperBound].compactMap { $0 } }
}

/// A panel of an ``IntervalFigure``: one quantity of all rows.
public struct IntervalPanel: Equatable, Sendable {
  /// The line above the panel.
  public let title: String
  /// The rows from the top down.
  public let rows: [IntervalRow]
  /// A value marked by a vertical line, such as 0 for differences; `nil` for none.
  public let reference: Double?

  /// A panel of at least one row.
  public init(title: String, rows: [IntervalRow], reference: Double? = nil) {
    precondition(!rows.isEmpty, "a panel needs at least one row")
    self.title = title
    self.rows = rows
    self.reference = reference
  }

  /// Whether rows lie wholly beyond the axis, so that only an arrow with a number tells of them.
  package var hasRowsBeyond: Bool {
    guard let axis else { return false }
    return rows.contains { row in
      !row.extent.isEmpty && !row.extent.contains { (axis.lower...axis.upper).contains($0) }
    }
  }

  /// The horizontal axis; `nil` where no row has a number.
  ///
  /// It passes over rows that would press all others together; they are drawn at its ends.
  var axis: Axis? {
    let shown = rows.filter { !$0.extent.isEmpty }
    guard !shown.isEmpty else { return nil }
    let values = usual(of: shown).flatMap(\.extent) + [reference].compactMap { $0 }
    return try? Axis.covering(values, request: ValueAxis(spacing: .linear), tickCount: 4)
  }

  /// The rows without the few that lie farther off than twenty times the range of the others and the reference.
  private func usual(of all: [IntervalRow]) -> [IntervalRow] {
    let centres = all.map { $0.mean ?? $0.extent[0] }.sorted()
    let centre = centres[centres.count / 2]
    // By how far a row reaches from the middle one.
    let byReach = all.sorted { $0.reach(from: centre) < $1.reach(from: centre) }
    for count in stride(from: byReach.count - 1, through: max(2, byReach.count / 2 + 1), by: -1) {
      let inner = max(byReach[count - 1].reach(from: centre), reference.map { abs($0 - centre) } ?? 0)
      if inner > 0, byReach[count].reach(from: centre) > 20 * inner { return Array(byReach[..<count]) }
    }
    return all
  }
}

extension IntervalRow {
  /// The largest distance of its numbers from a value.
  fileprivate func reach(from centre: Double) -> Double { extent.map { abs($0 - centre) }.max() ?? 0 }
}
