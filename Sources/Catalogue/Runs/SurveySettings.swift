import ThalwegDatasets
import ThalwegEngine
import ThalwegNetworks
import ThalwegNeuralSurfaces
import ThalwegStores
public import ThalwegSurfaces
public import ThalwegSurveys

public import enum ThalwegFigures.FigureFormat

/// Along what a survey moves a network.
public enum SurveyDirections: Sendable, Equatable {
  /// Random directions of a family: number 0 along x, number 1 along y.
  case random(RandomDirection)
  /// Between checkpoints: a line to one other, the plane through two others, or the bilinear patch of three others.
  case through([String])
  /// The principal components of the checkpoints of the run to which the checkpoint belongs, of length 1.
  case principal(PrincipalOrigin)
  /// Directions that lie in files, x first; see ``StoredDirection``.
  case stored(paths: [String], normalisation: DirectionNormalisation)
}

/// A time within which a survey ends.
public struct SurveyBudget: Sendable, Equatable {
  /// Seconds from ``start`` to the finished result.
  public let seconds: Double
  /// When the time starts.
  public let start: ContinuousClock.Instant

  /// A budget from now on, or from an earlier moment.
  public init(seconds: Double, start: ContinuousClock.Instant = ContinuousClock().now) {
    precondition(seconds > 0, "a budget of \(seconds) s")
    self.seconds = seconds
    self.start = start
  }
}

/// A grid of points around a checkpoint.
public struct SurveySettings: Sendable, Equatable {
  /// Along what the network moves.
  public var directions: SurveyDirections
  /// The coordinates: one axis for a slice, two for a surface, x first.
  public var axes: [Axis]
  /// Whether the second direction is made perpendicular to the first; for random and stored ones.
  public var isOrthogonalised = false
  /// Whose statistics batch normalisations use, each a series of its own; none stands for the usual one, which is
  /// interpolated between checkpoints and else the subject's.
  public var policies: [StatisticsPolicy] = []
  /// What errors of losses speak of.
  public var target = EstimateTarget.population
  /// The time in which to find the best picture; `nil` measures every point on all examples.
  public var budget: SurveyBudget?
  /// Whether figures have a logarithmic scale; `nil` decides by the values.
  public var isLogarithmic: Bool?
  /// The formats of the figures.
  public var formats = FigureFormat.usual
  /// Whether the Hessian's extreme eigenvalues are measured at every point of a surface as well.
  public var curvature: CurvatureMap?

  /// A survey.
  public init(
    directions: SurveyDirections, axes: [Axis], isLogarithmic: Bool? = nil, curvature: CurvatureMap? = nil
  ) {
    precondition((1...2).contains(axes.count), "a survey has one axis or two, not \(axes.count)")
    self.directions = directions
    self.axes = axes
    self.isLogarithmic = isLogarithmic
    self.curvature = curvature
  }

  /// `slice` or `surface`.
  public var kind: String { axes.count == 1 ? "slice" : "surface" }

  /// Number of points.
  public var pointCount: Int { axes.reduce(1) { $0 * $1.count } }

  /// The axes in the order in which a store counts its points: the last one fastest, and that is x.
  var storedAxes: [SurfaceAxis] { Self.storedAxes(axes) }

  static func storedAxes(_ axes: [Axis]) -> [SurfaceAxis] {
    Array(zip(["x", "y"], axes).map { SurfaceAxis(name: $0, coordinates: $1.coordinates) }.reversed())
  }

  /// The options that determine the result.
  func options(of subject: Subject) throws(StoreError) -> JSONValue {
    var options = subject.options(policies)
    if let curvature { options["curvature"] = curvature.options }
    options["axes"] = .array(try axes.map { axis throws(StoreError) in try JSONValue(encoding: axis) })
    if isOrthogonalised { options["orthogonalise"] = true }
    if target != .population { options["errors"] = .string(target.rawValue) }
    if budget != nil { options["budget"] = true }
    switch directions {
    case .random(let family):
      options["normalise"] = .string(family.normalisation.rawValue)
      options["smallTensors"] = .string(family.smallTensors.rawValue)
    case .through(let others):
      options["through"] = .integer(Int128(others.count))  // The other checkpoints are known by their hashes.
    case .principal(let origin):
      options["directions"] = .string("principal components from the \(origin.rawValue)")
    case .stored(_, let normalisation):
      options["directions"] = "files"  // Known by their hashes.
      options["normalise"] = .string(normalisation.rawValue)
    }
    return .object(options)
  }
}

extension Subject {
  /// The options of a run's record that say what is measured under which policies.
  func options(_ policies: [StatisticsPolicy]) -> [String: JSONValue] {
    var options = self.options
    options["threads"] = nil
    let texts = policies.map { JSONValue.string($0.identity) }
    options["batchNorm"] = texts.count == 1 ? texts[0] : .array(texts)
    if policies.contains(where: \.dependsOnThreads) {
      options["threads"] = .integer(Int128(settings.threadCount))
    }
    return options
  }
}
