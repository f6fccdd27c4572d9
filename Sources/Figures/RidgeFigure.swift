/// Densities one above another on a common eigenvalue axis: how a spectrum changes over a run.
///
/// The first row is at the top and later ones stand before it, so time runs downwards as in a list. All rows
/// share one density scale, which is drawn beside the last.
///
/// ```swift
/// let rows = checkpoints.map { RidgeRow(label: "\($0.epoch)", positions: $0.places, density: $0.density) }
/// try RidgeFigure(title: "Hessian spectrum", rows: rows, rowHeading: "epoch").write(to: "ridge.svg")
/// ```
public struct RidgeFigure: Figure {
  /// The line above everything, if not empty.
  public var title: String
  /// The text below everything, broken into lines where needed.
  public var caption: String
  /// The densities, from the top row down.
  public var rows: [RidgeRow]
  /// What the rows' labels are, for example “epoch”; it stands above them with an arrow downwards.
  public var rowHeading: String
  /// Whether equal steps of a row's height are equal ratios of density.
  public var isLogarithmicDensity: Bool
  /// Whether the eigenvalue axis is logarithmic in the magnitude, with the two signs apart.
  public var isSymmetricLogarithmicAxis: Bool
  /// The density at the rows' ground lines. `nil` takes 0 on a linear scale and about 10⁻⁶ of the highest
  /// density of all rows on a logarithmic one.
  public var lowestDensity: Double?
  /// The label of the horizontal axis.
  public var xLabel: String
  /// The label of the density scale.
  public var densityLabel: String
  /// The extent of the page.
  public var size: Size

  /// The figure of `rows`, at least one; `lowestDensity` must be positive on a logarithmic scale.
  ///
  /// `size` defaults to one that gives every row about half an inch.
  public init(
    title: String, caption: String = "", rows: [RidgeRow], rowHeading: String = "checkpoint",
    isLogarithmicDensity: Bool = true, isSymmetricLogarithmicAxis: Bool = false,
    lowestDensity: Double? = nil, xLabel: String = "eigenvalue λ", densityLabel: String = "density",
    size: Size? = nil
  ) {
    precondition(!rows.isEmpty, "a figure needs at least one row")
    if let lowestDensity {
      precondition(Axis.canShow(lowestDensity), "the lowest density must be finite, found \(lowestDensity)")
      precondition(
        !isLogarithmicDensity || lowestDensity >= 1e-300,
        "the lowest density of a logarithmic scale must be positive, found \(lowestDensity)")
    }
    self.title = title
    self.caption = caption
    self.rows = rows
    self.rowHeading = rowHeading
    self.isLogarithmicDensity = isLogarithmicDensity
    self.isSymmetricLogarithmicAxis = isSymmetricLogarithmicAxis
    self.lowestDensity = lowestDensity
    self.xLabel = xLabel
    self.densityLabel = densityLabel
    self.size = size ?? Size(width: 480, height: min(140 + 36 * Double(max(rows.count, 4)), 900))
  }

  /// Draws the figure.
  ///
  /// - Throws: ``FigureError/noFiniteValue`` if no row has a value, ``FigureError/noPositiveValue`` if a
  ///   logarithmic axis has nothing to show. A row without values beside others says so.
  public func draw(on canvas: Canvas) throws(FigureError) {
    let x = try EigenvalueAxis(
      positions: rows.map(\.positions), marks: rows.flatMap(\.marks),
      isSymmetricLogarithmic: isSymmetricLogarithmicAxis)
    let density = try Axis.density(
      rows.flatMap(\.line.values).compactMap { $0 }, isLogarithmic: isLogarithmicDensity,
      lowest: lowestDensity)
    let page = PageLayout(headline: title, caption: caption, size: size, canvas: canvas)
    let painter = RidgePainter(
      figure: self, x: x, density: density, in: page.content, on: canvas)
    painter.draw(on: canvas)
  }
}
