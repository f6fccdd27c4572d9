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

  /// The horizontal axis; `nil` where no row has a number.
  var axis: Axis? {
    let values = rows.flatMap(\.extent) + [reference].compactMap { $0 }
    guard rows.contains(where: { !$0.extent.isEmpty }) else { return nil }
    return try? Axis.covering(values, request: ValueAxis(spacing: .linear), tickCount: 4)
  }
}
