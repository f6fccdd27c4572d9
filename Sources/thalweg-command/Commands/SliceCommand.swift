import ArgumentParser
import ThalwegCatalogue
import ThalwegSurveys

/// `thalweg slice`.
struct SliceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "slice",
    abstract: "The loss along a line: random, of a run, or to another checkpoint.",
    discussion: """
      Example: thalweg slice runs/r20 --x=-1:1:101 --out slices/r20
      Example: thalweg slice runs/a --to runs/b --batch-norm batch,re-estimated
      """)

  @OptionGroup var subject: SubjectOptions

  @Option(parsing: .unconditional, help: "FIRST:LAST:COUNT. Default: -1:1:51, to a checkpoint -0.5:1.5:41.")
  var x: String?

  @OptionGroup var survey: SurveyOptions

  @Option(help: "The folder for points, figures and tables.")
  var out = "slice"

  mutating func run() throws {
    let axis = try x.map { try OptionText.axis($0, option: "x") }
    try SurveyCall(subject: subject, survey: survey, axes: [axis], out: out).run()
  }
}
