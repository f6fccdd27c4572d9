import ThalwegDatasets
import ThalwegEngine
import ThalwegNetworks
import ThalwegNeuralSurfaces
import ThalwegStores
public import ThalwegSurveys

/// Along what a survey moves a network.
public enum SurveyDirections: Sendable, Equatable {
  /// Random directions of a family: number 0 along x, number 1 along y.
  case random(RandomDirection)
  /// From the checkpoint, at 0, to another one, at 1; running statistics are interpolated as well.
  case towards(checkpoint: String)
}

/// A grid of points around a checkpoint.
public struct SurveySettings: Sendable, Equatable {
  /// Along what the network moves.
  public var directions: SurveyDirections
  /// The coordinates: one axis for a slice, two for a surface, x first.
  public var axes: [Axis]
  /// Whether figures have a logarithmic scale; `nil` decides by the values.
  public var isLogarithmic: Bool?

  /// A survey.
  public init(directions: SurveyDirections, axes: [Axis], isLogarithmic: Bool? = nil) {
    precondition((1...2).contains(axes.count), "a survey has one axis or two, not \(axes.count)")
    self.directions = directions
    self.axes = axes
    self.isLogarithmic = isLogarithmic
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
    var options: [String: JSONValue] = [
      "network": .string(subject.network.name), "data": .string(subject.source.description),
      "split": .string(subject.settings.split.rawValue), "examples": .integer(Int128(subject.exampleCount)),
      "normalisation": .string(subject.normalisation.description),
      "batchNorm": .string(subject.settings.policy.description),
      "precision": .string(subject.settings.precision.rawValue),
      "axes": .array(try axes.map { axis throws(StoreError) in try JSONValue(encoding: axis) }),
    ]
    if subject.settings.policy != .running {
      // Sums over a batch are formed thread by thread.
      options["threads"] = .integer(Int128(subject.settings.threadCount))
    }
    switch directions {
    case .random(let family):
      options["normalise"] = .string(family.normalisation.rawValue)
      options["smallTensors"] = .string(family.smallTensors.rawValue)
    case .towards:
      options["towards"] = "states"  // The other checkpoint is known by its hash.
    }
    return .object(options)
  }
}
