import ArgumentParser
import ThalwegCatalogue
import ThalwegDatasets
import ThalwegSurfaces
import ThalwegSurveys

/// Where the directions of a survey come from.
enum DirectionChoice: String, ExpressibleByArgument, CaseIterable {
  case random
  case pca
  case pcaLast = "pca-last"
  case checkpoints
  case files
}

/// The options of directions and output, common to slices and surfaces.
struct SurveyOptions: ParsableArguments {
  @Option(help: "pca, pca-last: the run's components, from mean or last.")
  var directions: DirectionChoice?

  @Option(
    name: [.long, .customLong("to")], parsing: .upToNextOption,
    help: "Checkpoints: 1 for a line, 2 a plane, 3 a patch.")
  var through: [String] = []

  @Option(parsing: .upToNextOption, help: "Directions as safetensors, x first.")
  var directionFile: [String] = []

  @Option(help: "What a direction's parts are as long as. Default: filter.")
  var normalise: DirectionNormalisation?

  @Option(help: "Biases, and batch norm's scales and shifts. Default: zero.")
  var smallTensors: SmallTensorTreatment?

  @Option(parsing: .unconditional, help: "Seed of the directions. Default: 1.")
  var seed: UInt64?

  @Flag(help: "Make the second direction perpendicular to the first.")
  var orthogonalise = false

  @OptionGroup var policies: PolicyOptions

  @Option(help: "train or test.")
  var split = DatasetSplit.train

  @Option(help: "The best picture within a time, such as 90s, 10m, 1h.")
  var budget: String?

  @Option(help: "What errors speak of: population or dataSet.")
  var errors = EstimateTarget.population

  @Flag(inversion: .prefixedNo, help: "A logarithmic scale. Default: decided by the values.")
  var log: Bool?

  @OptionGroup var figures: FigureOptions

  /// The directions of a survey with `count` axes, after every contradiction was refused.
  func directions(count: Int) throws -> SurveyDirections {
    let choice = directions ?? (!through.isEmpty ? .checkpoints : !directionFile.isEmpty ? .files : .random)
    try refuse(choice, unless: .checkpoints, "through", isGiven: !through.isEmpty)
    try refuse(choice, unless: .files, "direction-file", isGiven: !directionFile.isEmpty)
    switch choice {
    case .random: break
    case .files:
      for (name, isGiven) in [("seed", seed != nil), ("small-tensors", smallTensors != nil)] where isGiven {
        throw UsageError(
          "--direction-file and --\(name) contradict each other: a direction from a file is not random")
      }
    case .pca, .pcaLast, .checkpoints:
      let option = choice == .checkpoints ? "through" : "directions \(choice.rawValue)"
      if let name = randomOption {
        throw UsageError("--\(option) and --\(name) contradict each other: the directions are those of checkpoints")
      }
    }
    if orthogonalise && count == 1 {
      throw UsageError("--orthogonalise: found one direction, expected two")
    }
    return try made(choice, count: count)
  }

  private func made(_ choice: DirectionChoice, count: Int) throws -> SurveyDirections {
    switch choice {
    case .random:
      return .random(
        RandomDirection(
          seed: seed ?? 1, normalisation: normalise ?? .filter, smallTensors: smallTensors ?? .zero))
    case .pca: return .principal(.mean)
    case .pcaLast: return .principal(.last)
    case .checkpoints:
      guard count == 1 ? through.count == 1 : (2...3).contains(through.count) else {
        throw UsageError(
          "--through: found \(through.count) checkpoint\(through.count == 1 ? "" : "s"), expected "
            + (count == 1 ? "1 for a line" : "2 for a plane or 3 for a bilinear patch"))
      }
      return .through(through)
    case .files:
      guard directionFile.count == count else {
        throw UsageError("--direction-file: found \(directionFile.count) files, expected \(count)")
      }
      return .stored(paths: directionFile, normalisation: normalise ?? .none)
    }
  }

  private func refuse(
    _ choice: DirectionChoice, unless owner: DirectionChoice, _ option: String, isGiven: Bool
  ) throws {
    if isGiven && choice != owner {
      let other = directions.map { "directions \($0.rawValue)" } ?? "through"
      throw UsageError("--\(option) and --\(other) contradict each other: directions have one origin")
    }
    if !isGiven && choice == owner { throw UsageError("--directions \(owner.rawValue) needs --\(option)") }
  }

  /// The first option that speaks of directions that can be made in several ways.
  private var randomOption: String? {
    if normalise != nil { return "normalise" }
    if smallTensors != nil { return "small-tensors" }
    if orthogonalise { return "orthogonalise" }
    return seed != nil ? "seed" : nil
  }
}
