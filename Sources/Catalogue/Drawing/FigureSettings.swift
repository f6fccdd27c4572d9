public import ThalwegFigures

/// How figures look and in what formats they are written. None of it changes a result.
public struct FigureSettings: Sendable, Equatable {
  /// The formats, at least one; each figure is written once for each.
  public var formats: [FigureFormat]
  /// Whether the scale of the values is logarithmic; `nil` decides by the values.
  public var isLogarithmic: Bool?
  /// Number of contour lines aimed at; `nil` takes the usual one.
  public var levelCount: Int?
  /// Values above are not told apart; `nil` shows all.
  public var cap: Double?

  /// Figures as SVG and PNG, everything else by the values.
  public init(
    formats: [FigureFormat] = FigureFormat.usual, isLogarithmic: Bool? = nil, levelCount: Int? = nil,
    cap: Double? = nil
  ) {
    self.formats = formats
    self.isLogarithmic = isLogarithmic
    self.levelCount = levelCount
    self.cap = cap
  }

  /// Checks the settings.
  ///
  /// - Throws: ``SettingError``.
  public func validate() throws(SettingError) {
    guard !formats.isEmpty else {
      throw SettingError("formats", found: "none", expected: "a list of svg, png and pdf")
    }
    if let levelCount, !(2...200).contains(levelCount) {
      throw SettingError("levels", found: "\(levelCount)", expected: "2 to 200")
    }
    if let cap, !(abs(cap) <= 1e300) || isLogarithmic == true && cap <= 0 {
      let expected = isLogarithmic == true ? "a positive number on a logarithmic scale" : "a number up to 1e300"
      throw SettingError("cap", found: "\(cap)", expected: expected)
    }
  }

  /// Checks that the cap leaves something to see of `values`.
  ///
  /// - Throws: ``SettingError``.
  func checkCap(of values: some Sequence<Double?>) throws(SettingError) {
    guard let cap, let lowest = values.lazy.compactMap({ $0 }).min(), cap <= lowest else { return }
    throw SettingError("cap", found: shortText(cap), expected: "more than the lowest loss, \(shortText(lowest))")
  }

  /// What a caption says of the cap.
  var capText: String { cap.map { " Losses above \(shortText($0)) are not told apart." } ?? "" }

  /// The axis of losses, or of other `values`; a logarithm of none of them is no reason to lose the figure.
  func axis(_ label: String, of values: some Sequence<Double?>) -> ValueAxis {
    let hasPositive = values.contains { $0.map { $0 > 0 } ?? false }
    let spacing = (hasPositive ? isLogarithmic : nil).map { $0 ? ValueAxis.Spacing.logarithmic : .linear }
    return ValueAxis(label: label, spacing: spacing ?? .automatic, upper: cap)
  }

  /// How contours are drawn.
  var contourStyle: ContourFigure.Style {
    levelCount.map { ContourFigure.Style(levelCount: $0) } ?? ContourFigure.Style()
  }
}

extension FigureFormat {
  /// The formats of figures where nothing else is asked for.
  public static let usual: [FigureFormat] = [.svg, .png]
}
