import ArgumentParser
import ThalwegCatalogue

/// `thalweg slice`.
struct SliceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "slice",
    abstract: "The loss along a line: a random direction, or from one checkpoint to another.",
    discussion: """
      Example: thalweg slice runs/r20 --x=-1:1:101 --out slices/r20
      Example: thalweg slice runs/a --to runs/b --x=0:1:41 --out slices/a-b
      """)

  @OptionGroup var subject: SubjectOptions

  @Option(parsing: .unconditional, help: "FIRST:LAST:COUNT. Default: -1:1:51, with --to -0.5:1.5:41.")
  var x: String?

  @Option(help: "The checkpoint at 1; the first is at 0. Running statistics are interpolated as well.")
  var to: String?

  @Option(help: "A direction as safetensors with the parameters' names, such as an eigenvector.")
  var directionFile: String?

  @OptionGroup var survey: SurveyOptions

  @Option(help: "The folder for points, figures and tables.")
  var out = "slice"

  mutating func run() throws {
    if to != nil, let option = survey.randomOption {
      throw UsageError("--to and --\(option) contradict each other: the line to a checkpoint is not random")
    }
    if to != nil && directionFile != nil {
      throw UsageError("--to and --direction-file contradict each other: there is one direction")
    }
    let axis = try OptionText.axis(x ?? (to == nil ? "-1:1:51" : "-0.5:1.5:41"), option: "x")
    let files = [directionFile].compactMap { $0 }
    let directions =
      try to.map { SurveyDirections.towards(checkpoint: $0) } ?? survey.directions(files: files, count: 1)
    var settings = SurveySettings(directions: directions, axes: [axis], isLogarithmic: survey.log)
    settings.formats = try survey.figures.settings()
    try runSurvey(try subject.settings(split: survey.split), settings, out: out)
  }
}
