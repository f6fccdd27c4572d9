import ThalwegDatasets
import ThalwegSurveys
public import ThalwegTraining

public import enum ThalwegFigures.FigureFormat

/// How large the quick start is.
public struct QuickstartSettings: Sendable {
  /// Number of layers with weights. Depth is what the experiment is about, so it is the same at every size.
  public static let depth = 44

  /// Whether everything is smaller, for a first look or an automatic check.
  public var isShort: Bool
  /// Number of threads.
  public var threadCount = Machine.coreCount
  /// Channels of the networks' first stage.
  public var width: Int
  /// Examples to train on.
  public var trainCount: Int
  /// Examples held back.
  public var testCount: Int
  /// Epochs of training.
  public var epochCount: Int
  /// Examples of a minibatch.
  public var batchSize: Int
  /// The learning rate of each step.
  public var schedule: any Schedule
  /// Points along each axis of the surfaces.
  public var surfacePoints: Int
  /// Points of each slice.
  public var slicePoints: Int
  /// Examples over which losses are averaged.
  public var exampleCount: Int
  /// Draws of a spectrum.
  public var spectrumDraws: Int
  /// Products for each of them.
  public var spectrumSteps: Int
  /// Seeds of the slices' directions; the surfaces use the first.
  public var directionSeeds: [UInt64] = [1, 2, 3]
  /// The formats of the figures.
  public var formats = FigureFormat.usual

  /// The format of the report's pictures.
  var pictureFormat: FigureFormat { [.png, .svg].first { formats.contains($0) } ?? formats.first ?? .png }

  /// The quick start, or the short one.
  public init(isShort: Bool = false) {
    self.isShort = isShort
    width = 8
    trainCount = isShort ? 1600 : 4000
    testCount = isShort ? 500 : 1000
    epochCount = isShort ? 9 : 14
    batchSize = 32
    schedule = CosineSchedule(isShort ? 0.05 : 0.02)
    surfacePoints = isShort ? 9 : 19
    slicePoints = isShort ? 15 : 31
    exampleCount = isShort ? 100 : 256
    spectrumDraws = isShort ? 1 : 2
    spectrumSteps = isShort ? 20 : 40
  }

  /// The data.
  var data: DatasetSource {
    var shapes = Dataset.Shapes()
    shapes.count = trainCount
    shapes.testCount = testCount
    return .shapes(shapes)
  }

  /// The network of an arm.
  func network(_ arm: QuickstartArm) -> String {
    "resnet\(Self.depth)\(arm == .withShortcuts ? "" : "-noshort"):width=\(width)"
  }

  /// How an arm's network is trained.
  func training(_ arm: QuickstartArm) -> TrainingSettings {
    var settings = TrainingSettings(network: network(arm), data: data, epochCount: epochCount)
    settings.batchSize = batchSize
    settings.schedule = schedule
    settings.optimiser = StochasticGradientDescent(momentum: 0.9, isNesterov: true, weightDecay: 5e-4)
    settings.threadCount = threadCount
    settings.checkpointEvery = 1
    return settings
  }

  /// The coordinates of every axis.
  func axis(count: Int) -> Axis { Axis(lower: -1, upper: 1, count: count) }
}

/// One of the two networks.
public enum QuickstartArm: String, Sendable, CaseIterable {
  /// A residual network.
  case withShortcuts = "with-shortcuts"
  /// The same network without its skip connections.
  case withoutShortcuts = "without-shortcuts"

  /// The name for people.
  public var title: String { self == .withShortcuts ? "with shortcuts" : "without shortcuts" }
}
