import ThalwegFigures
import ThalwegStores
import ThalwegSurveys

/// A stored result that cannot be drawn, or not together with others.
public struct NotDrawable: Error, Equatable, Sendable, CustomStringConvertible {
  /// The result's folder.
  public let path: String
  /// What was found in it.
  public let found: String
  /// What can be drawn.
  public let expected: String

  /// One line.
  public var description: String { "\(path): found \(found), expected \(expected)" }
}

/// The points of a slice or a surface with what their figures say.
struct DrawnSurface {
  /// The name among several surfaces.
  var title = ""
  /// The coordinates along x.
  let xs: [Double]
  /// The coordinates along y; `nil` for a slice.
  let ys: [Double]?
  /// All points, x fastest.
  let points: [SurfacePoint]
  /// The text below a figure.
  let caption: String
  /// What names of figures end with, where a result has several surfaces.
  var suffix = ""
  /// What the axes are called, x first; `nil` leaves it to the figure.
  var labels: [String]?
  /// The checkpoints that lie on the line, plane or patch, in the order of their names.
  var corners: [SurveyGeometry.Corner] = []
  /// Residual of the eigenvalues over the plane; `nil` where it is not known.
  var curvatureTolerance: Double?
  /// Examples on which the eigenvalues were taken, where they are fewer than those of the losses.
  var curvatureExampleCount: Int?

  /// The surface that a survey has just measured.
  init(_ result: SurveyResult, caption: String) {
    let axes = result.settings.axes.map(\.coordinates)
    (xs, ys) = (axes[0], axes.count > 1 ? axes[1] : nil)
    points = result.points
    self.caption = caption
    title = result.settings.policies.count == 1 ? "" : result.policy.title
    suffix = result.fileSuffix
    labels = result.geometry.labels
    corners = result.geometry.corners
    curvatureTolerance = result.settings.curvature?.tolerance
    curvatureExampleCount = result.settings.curvature?.exampleLimit
  }

  /// The surface `name` in a run's folder.
  ///
  /// - Throws: ``NotDrawable`` for axes that don't ascend, and `StoreError`.
  init(named name: String, of run: RunFolder) throws {
    let store = try run.surface(named: name)
    let axes = store.grid.axes.map(\.coordinates)
    for axis in axes { try Self.check(axis, path: run.path) }
    (xs, ys) = (axes[axes.count - 1], axes.count > 1 ? axes[0] : nil)
    points = try store.allPoints()
    let options = run.runDescription.options
    if name.hasPrefix(Self.policyPrefix) {
      let policy = String(name.dropFirst(Self.policyPrefix.count))
      suffix = "-" + policy
      title = try run.facts.value(Self.titleKey + suffix, as: .circumstance)?.stringValue ?? policy
    }
    caption =
      try run.facts.value(Self.captionKey + suffix, as: .circumstance)?.stringValue ?? Self.caption(from: options)
    if case .array(let labels)? = try run.facts.value(Self.labelsKey, as: .circumstance) {
      self.labels = labels.compactMap(\.stringValue)
    }
    corners = Self.corners(try run.facts.value("corners"))
    curvatureTolerance = options["curvature"]?["tolerance"]?.doubleValue
    curvatureExampleCount = options["curvature"]?["examples"]?.doubleValue.flatMap { Int(exactly: $0) }
  }

  /// The checkpoints that the run `path` has recorded; none where the record says nothing that could be drawn.
  private static func corners(_ json: JSONValue?) -> [SurveyGeometry.Corner] {
    guard case .object(let places)? = json else { return [] }
    return places.sorted { $0.key < $1.key }.compactMap { name, place in
      guard case .array(let numbers) = place else { return nil }
      let coordinates = numbers.compactMap(\.doubleValue).filter { abs($0) <= 1e300 }
      guard (1...2).contains(numbers.count), coordinates.count == numbers.count else { return nil }
      return SurveyGeometry.Corner(name: name, coordinates: coordinates)
    }
  }

  /// Refuses coordinates through which no axis can be laid.
  private static func check(_ axis: [Double], path: String) throws(NotDrawable) {
    guard zip(axis, axis.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw NotDrawable(path: path, found: "coordinates that do not ascend", expected: "a surface to draw")
    }
    guard let first = axis.first, let last = axis.last, axis.count > 1 else { return }
    guard abs(first) <= 1e300, abs(last) <= 1e300, last - first >= 1e-290 else {
      throw NotDrawable(
        path: path, found: "coordinates from \(first) to \(last)", expected: "ones up to 1e300 that can be told apart")
    }
  }

  /// Keeps in a run's folder what the figures say and the points don't.
  func keep(in run: RunFolder) throws {
    try run.facts.set(
      [
        Self.captionKey + suffix: .string(caption), Self.titleKey + suffix: .string(title),
        Self.labelsKey: .array((labels ?? []).map { .string($0) }),
      ], as: .circumstance)
  }

  /// Keeps what the figures of a surface without more to say have below them.
  static func keep(caption: String, in run: RunFolder) throws {
    try run.facts.set(captionKey, to: .string(caption), as: .circumstance)
  }

  /// With what the names of a run's surfaces start where there is one for each policy of statistics.
  static let policyPrefix = "loss "
  private static let captionKey = "caption"
  private static let titleKey = "title"
  private static let labelsKey = "axisLabels"
  /// Under which a run keeps whether its figures were asked to be logarithmic.
  static let logarithmKey = "logarithmic"

  /// What can be said of a result that does not say it itself.
  private static func caption(from options: JSONValue) -> String {
    guard let network = options["network"]?.stringValue, let data = options["data"]?.stringValue else { return "" }
    let count = options["examples"]?.doubleValue.map { "\(fixed($0, 0)) examples of " } ?? ""
    return "\(network), \(count)\(data)."
  }

  /// The losses, x fastest; `nil` where a point has diverged or is pending.
  var losses: [Double?] { points.losses }

  /// A surface as one panel of a figure. Checkpoints are marked by their names, a lone one by a cross.
  func panel(_ values: [Double?]) -> SurfacePanel {
    var panel = SurfacePanel(
      title: title, grid: ThalwegFigures.SurfaceGrid(xs: xs, ys: ys ?? [0], values: values),
      centre: corners.isEmpty ? Point(0, 0) : nil)
    panel.marks = corners.map { SurfaceMark($0.name, at: Point($0.coordinates[0], $0.coordinates[1])) }
    func places(_ state: PointState) -> [Point] {
      points.filter { $0.state == state }.map { point in
        Point(xs[point.position % xs.count], (ys ?? [0])[point.position / xs.count])
      }
    }
    if isInterpolated { panel.dots = places(.measured) }
    panel.unmeasured = places(.pending)
    return panel
  }

  /// Whether some points are estimated from others.
  var isInterpolated: Bool { points.contains { $0.state == .interpolated } }

  /// What the axes of contours are called, x first.
  var contourLabels: [String] { labels?.count == 2 ? labels ?? [] : ["first direction", "second direction"] }

  /// The same without what stands in brackets, for drawings with little room.
  var shortLabels: [String] { contourLabels.map(SurveyGeometry.short) }

  /// The losses of a slice, with their 95 % band.
  func lossLine(name: String) -> LineSeries { points.lossLine(name: name, xs: xs) }
}

extension SurveyResult {
  /// The surface as one panel of a figure.
  func panel(title: String) -> SurfacePanel {
    var surface = DrawnSurface(self, caption: "")
    surface.title = title
    return surface.panel(surface.losses)
  }

  /// The losses of a slice, with their 95 % band.
  func lossLine(name: String) -> LineSeries { points.lossLine(name: name, xs: settings.axes[0].coordinates) }
}
