import ArgumentParser
import ThalwegCatalogue
import ThalwegDatasets
import ThalwegStores
import ThalwegSurveys

import enum ThalwegFigures.FigureFormat

/// `thalweg path`.
struct PathCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "path",
    abstract: "The losses on the straight way between checkpoints: barriers, basins, functional distance.",
    discussion: """
      Example: thalweg path runs/a runs/b --limit 5000 --out paths/a-b
      Four checkpoints also give the bilinear patch between them.
      """)

  @OptionGroup var subject: SubjectOptions

  @Argument(help: "One other checkpoint, or three.")
  var others: [String]

  @Option(parsing: .unconditional, help: "FIRST:LAST:COUNT along each line; 0 and 1 must be among the points.")
  var x = "-0.5:1.5:41"

  @Option(parsing: .unconditional, help: "The same along both edges of the patch of four. Default: -0.2:1.2:29.")
  var patch: String?

  @Option(help: "train, test or both.")
  var split = SplitChoice.both

  @OptionGroup var policies: PolicyOptions

  @Flag(inversion: .prefixedNo, help: "A logarithmic scale. Default: decided by the values.")
  var log: Bool?

  @OptionGroup var figureOptions: FigureOptions

  @Flag(help: "Print JSON; plan and progress go to standard error.")
  var json = false

  @Option(help: "The folder for points, figures and tables.")
  var out = "path"

  mutating func run() throws {
    var settings = PathSettings(to: others, splits: split.splits)
    guard [1, 3].contains(others.count) else {
      throw UsageError("path: found \(others.count + 1) checkpoints, expected 2 or 4")
    }
    settings.axis = try OptionText.axis(x, option: "x")
    if let patch {
      guard others.count == 3 else { throw UsageError("--patch: found 2 checkpoints, expected 4") }
      settings.patchAxis = try OptionText.axis(patch, option: "patch")
    }
    settings.figures = FigureSettings(formats: try figureOptions.settings(), isLogarithmic: log)
    let asked = try policies.single(subject.batchNorm)
    try settings.validate()
    let options = try subject.settings(split: settings.splits[0], policy: asked.evaluation)
    if !asked.isEmpty { settings.policy = try policies.fitted(asked, to: Subject(options))[0] }
    let run = try PathRun(options, settings)
    for subject in run.subjects { Console.warn(subject.warnings) }
    let observer = TerminalObserver(saysToErrors: json)
    let result = try run.run(in: out, commandLine: CommandLine.arguments, observer: observer)
    observer.clear()
    guard let result else { throw Interrupted(advice: "the same command goes on where it stopped") }
    guard !json else { return Console.line(try result.json().indentedText) }
    result.text.forEach(Console.line)
    let figures = run.figures
    let format = settings.figures.formats[0].rawValue
    Console.line("figures      " + figures.map { "\(out)/figures/\($0).\(format)" }.joined(separator: ", "))
    Console.line("findings     \(out)/path.json")
  }
}

/// One part of the data, or both.
enum SplitChoice: String, ExpressibleByArgument, CaseIterable {
  case train
  case test
  case both

  /// The parts.
  var splits: [DatasetSplit] {
    switch self {
    case .train: [.train]
    case .test: [.test]
    case .both: [.train, .test]
    }
  }
}
