import ThalwegDatasets
import ThalwegEngine
import ThalwegNetworks
import ThalwegNeuralSurfaces
import ThalwegStores
public import ThalwegSurveys

public import enum ThalwegFigures.FigureFormat

/// Along what a survey moves a network.
public enum SurveyDirections: Sendable, Equatable {
  /// Random directions of a family: number 0 along x, number 1 along y.
  case random(RandomDirection)
  /// From the checkpoint, at 0, to another one, at 1; running statistics are interpolated as well.
  case towards(checkpoint: String)
  /// Directions that lie in files, x first; see ``StoredDirection``.
  case stored(paths: [String], normalisation: DirectionNormalisation)
}

/// A grid of points around a checkpoint.
public struct SurveySettings: Sendable, Equatable {
  /// Along what the network moves.
  public var directions: SurveyDirections
  /// The coordinates: one axis for a slice, two for a surface, x first.
  public var axes: [Axis]
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
  var storedAxes: [SurfaceAxis] {
    Array(zip(["x", "y"], axes).map { SurfaceAxis(name: $0, coordinates: $1.coordinates) }.reversed())
  }

  /// The options that determine the result.
  func options(of subject: Subject) throws(StoreError) -> JSONValue {
    var options = subject.options
    if let curvature { options["curvature"] = curvature.options }
    options["axes"] = .array(try axes.map { axis throws(StoreError) in try JSONValue(encoding: axis) })
    switch directions {
    case .random(let family):
      options["normalise"] = .string(family.normalisation.rawValue)
      options["smallTensors"] = .string(family.smallTensors.rawValue)
    case .towards:
      options["towards"] = "states"  // The other checkpoint is known by its hash.
    case .stored(_, let normalisation):
      options["directions"] = "files"  // Known by their hashes.
      options["normalise"] = .string(normalisation.rawValue)
    }
    return .object(options)
  }
}
