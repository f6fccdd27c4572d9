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
  /// Whether x leads from one checkpoint, at 0, to another, at 1.
  var leadsToCheckpoint = false
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
    if case .towards = result.settings.directions { leadsToCheckpoint = true }
    curvatureTolerance = result.settings.curvature?.tolerance
    curvatureExampleCount = result.settings.curvature?.exampleLimit
  }

  /// The surface in a run's folder.
  ///
  /// - Throws: ``NotDrawable`` for axes that don't ascend, and `StoreError`.
  init(_ store: SurfaceStore, of run: RunFolder) throws {
    let axes = store.grid.axes.map(\.coordinates)
    for axis in axes { try Self.check(axis, path: run.path) }
    (xs, ys) = (axes[axes.count - 1], axes.count > 1 ? axes[0] : nil)
    points = try store.allPoints()
    let options = run.runDescription.options
    caption = try run.facts.value(Self.captionKey, as: .circumstance)?.stringValue ?? Self.caption(from: options)
    leadsToCheckpoint = options["towards"] != nil
    curvatureTolerance = options["curvature"]?["tolerance"]?.doubleValue
    curvatureExampleCount = options["curvature"]?["examples"]?.doubleValue.flatMap { Int(exactly: $0) }
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

  /// Under which a run keeps the caption of its figures.
  static let captionKey = "caption"
  /// Under which a run keeps whether its figures were asked to be logarithmic.
  static let logarithmKey = "logarithmic"

  /// What can be said of a result that does not say it itself.
  private static func caption(from options: JSONValue) -> String {
    guard let network = options["network"]?.stringValue, let data = options["data"]?.stringValue else { return "" }
    let count = options["examples"]?.doubleValue.map { "\(fixed($0, 0)) examples of " } ?? ""
    return "\(network), \(count)\(data)."
  }

  /// The losses, x fastest; `nil` where a point has diverged or is pending.
  var losses: [Double?] { values { $0.loss } }

  /// A number of each point that has a result.
  func values(_ number: (SurfacePoint) -> Double?) -> [Double?] {
    points.map { $0.state == .measured || $0.state == .interpolated ? number($0) : nil }
  }

  /// The share of correct examples of each point, counted or taken from a file of another program.
  var accuracies: [Double?] {
    values { point in
      if let correct = point.correctCount, let count = point.exampleCount {
        return count > 0 ? Double(correct) / Double(count) : nil
      }
      return point.extra["accuracy"] ?? (point.extra["train_acc"] ?? point.extra["test_acc"]).map { $0 / 100 }
    }
  }

  /// A surface as one panel of a figure.
  func panel(_ values: [Double?]) -> SurfacePanel {
    SurfacePanel(
      title: title, grid: ThalwegFigures.SurfaceGrid(xs: xs, ys: ys ?? [0], values: values), centre: Point(0, 0))
  }

  /// The losses of a slice, with a band of one standard error.
  func lossLine(name: String) -> LineSeries {
    func border(_ sign: Double) -> [Double?] {
      values { point in
        point.loss.flatMap { loss in point.standardError.map { max(loss + sign * $0, loss / 1e3) } }
      }
    }
    return LineSeries(name: name, xs: xs, values: losses, lower: border(-1), upper: border(1))
  }

  /// The accuracies of a slice.
  func accuracyLine(name: String) -> LineSeries {
    LineSeries(name: name, xs: xs, values: accuracies, side: .right)
  }
}

extension SurveyResult {
  /// The surface as one panel of a figure.
  func panel(title: String) -> SurfacePanel {
    var surface = DrawnSurface(self, caption: "")
    surface.title = title
    return surface.panel(surface.losses)
  }

  /// The losses of a slice, with a band of one standard error.
  func lossLine(name: String) -> LineSeries { DrawnSurface(self, caption: "").lossLine(name: name) }
}
