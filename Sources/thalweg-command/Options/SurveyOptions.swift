import ArgumentParser
import ThalwegCatalogue
import ThalwegDatasets
import ThalwegSurveys

import enum ThalwegFigures.FigureFormat

/// The options of directions and output, common to slices and surfaces.
struct SurveyOptions: ParsableArguments {
  @Option(help: "filter, layer or none: what a direction's parts are as long as. Default: filter.")
  var normalise: DirectionNormalisation?

  @Option(help: "zero or random: biases, and scales and shifts of batch norm. Default: zero.")
  var smallTensors: SmallTensorTreatment?

  @Option(parsing: .unconditional, help: "Seed of the directions. Default: 1.")
  var seed: UInt64?

  @Option(help: "train or test.")
  var split = DatasetSplit.train

  @Flag(inversion: .prefixedNo, help: "A logarithmic scale. Default: decided by the values.")
  var log: Bool?

  @OptionGroup var figures: FigureOptions

  /// Directions that lie in `files`, or random ones where there are none.
  func directions(files: [String], count: Int) throws -> SurveyDirections {
    guard !files.isEmpty else { return .random(family) }
    guard files.count == count else {
      throw UsageError("--direction-file: found \(files.count) files, expected \(count)")
    }
    if let option = seed != nil ? "seed" : smallTensors != nil ? "small-tensors" : nil {
      throw UsageError(
        "--direction-file and --\(option) contradict each other: a direction from a file is not random")
    }
    return .stored(paths: files, normalisation: normalise ?? .none)
  }

  /// The family of directions.
  var family: RandomDirection {
    RandomDirection(
      seed: seed ?? 1, normalisation: normalise ?? .filter, smallTensors: smallTensors ?? .zero)
  }

  /// The first option that speaks of random directions.
  var randomOption: String? {
    if normalise != nil { return "normalise" }
    if smallTensors != nil { return "small-tensors" }
    return seed != nil ? "seed" : nil
  }
}

/// Runs a survey and prints its account.
func runSurvey(_ subject: SubjectSettings, _ settings: SurveySettings, out: String) throws {
  let subject = try Subject(subject)
  let run = try SurveyRun(subject, settings)
  Console.warn(subject.warnings)
  let observer = TerminalObserver()
  let result = try run.run(in: out, commandLine: CommandLine.arguments, observer: observer)
  observer.clear()
  if result.ending == .interrupted {
    throw Interrupted(advice: "the same command goes on where it stopped")
  }
  result.lines.forEach(Console.line)
  let kind = settings.kind
  let figures = kind == "slice" ? ["slice"] : ["contour", "surface"]
  if result.losses.contains(where: { $0 != nil }) {
    Console.line(
      "figures      " + figures.map { "\(out)/figures/\($0).\(settings.formats[0].rawValue)" }.joined(separator: ", "))
  } else {
    Console.line("figures      none: the loss is not a number at any point")
  }
  Console.line("tables       \(out)/\(kind).csv, \(out)/\(kind).json")
}
