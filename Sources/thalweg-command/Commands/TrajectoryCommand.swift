import ArgumentParser
import ThalwegCatalogue
import ThalwegDatasets
import ThalwegStores
import ThalwegSurveys

import enum ThalwegFigures.FigureFormat

/// `thalweg trajectory`.
struct TrajectoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trajectory",
    abstract: "A training run's checkpoints on their principal plane, over the plane's loss.",
    discussion: """
      Example: thalweg trajectory runs/r20 --limit 2000 --out trajectories/r20
      The plane is that of the checkpoints of epochs; those of --checkpoint-at and a mean of points are projected to it.
      The same command again goes on where it stopped.
      """)

  @OptionGroup var subject: SubjectOptions

  @Option(help: "mean or last: from which state the principal components are taken.")
  var origin = PrincipalOrigin.mean

  @Option(parsing: .unconditional, help: "FIRST:LAST:COUNT. Default: room around all checkpoints.")
  var x: String?

  @Option(parsing: .unconditional, help: "The same along the second component.")
  var y: String?

  @Option(help: "train or test.")
  var split = DatasetSplit.train

  @OptionGroup var policies: PolicyOptions

  @Flag(inversion: .prefixedNo, help: "A logarithmic scale. Default: decided by the values.")
  var log: Bool?

  @OptionGroup var figureOptions: FigureOptions

  @Flag(help: "Print JSON; plan and progress go to standard error.")
  var json = false

  @Option(help: "The folder for points, figures and tables.")
  var out = "trajectory"

  mutating func run() throws {
    var settings = TrajectorySettings()
    settings.origin = origin
    settings.xAxis = try x.map { try OptionText.axis($0, option: "x") }
    settings.yAxis = try y.map { try OptionText.axis($0, option: "y") }
    settings.figures = FigureSettings(formats: try figureOptions.settings(), isLogarithmic: log)
    let asked = try policies.single(subject.batchNorm)
    let subject = try Subject(subject.settings(split: split, policy: asked.evaluation))
    settings.policy = try policies.fitted(asked, to: subject).first
    let run = try TrajectoryRun(subject, settings)
    Console.warn(subject.warnings)
    let observer = TerminalObserver(saysToErrors: json)
    let result = try run.run(in: out, commandLine: CommandLine.arguments, observer: observer)
    observer.clear()
    guard let result else { throw Interrupted(advice: "the same command goes on where it stopped") }
    guard !json else { return Console.line(result.json.indentedText) }
    result.text.forEach(Console.line)
    let figures = ["trajectory", "trajectory-surface", "course"]
    let format = settings.figures.formats[0].rawValue
    Console.line("figures      " + figures.map { "\(out)/figures/\($0).\(format)" }.joined(separator: ", "))
    Console.line("tables       \(out)/trajectory.csv, \(out)/plane.csv")
  }
}
