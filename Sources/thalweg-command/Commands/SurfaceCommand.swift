import ArgumentParser
import ThalwegCatalogue
import ThalwegSurveys

/// `thalweg surface`.
struct SurfaceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "surface",
    abstract: "The loss over a plane: random, of a run, or through checkpoints.",
    discussion: """
      Example: thalweg surface runs/r20 --x=-1:1:51 --y=-1:1:51 --limit 1024
      Example: thalweg surface runs/a --through runs/b runs/c --out abc
      """)

  @OptionGroup var subject: SubjectOptions

  @Option(parsing: .unconditional, help: "FIRST:LAST:COUNT. Default: room for everything.")
  var x: String?

  @Option(parsing: .unconditional, help: "The same for the second direction.")
  var y: String?

  @Flag(help: "Also the Hessian's extreme eigenvalues.")
  var curvature = false

  @Option(parsing: .unconditional, help: "Examples for it: the first N. Default: all.")
  var curvatureLimit: Int?

  @OptionGroup var survey: SurveyOptions

  @Option(help: "The folder for points, figures and tables.")
  var out = "surface"

  mutating func run() throws {
    if let limit = curvatureLimit, !curvature || limit < 1 {
      throw UsageError("--curvature-limit: found \(limit), expected a number of at least 1 beside --curvature")
    }
    let axes = [
      try x.map { try OptionText.axis($0, option: "x") }, try y.map { try OptionText.axis($0, option: "y") },
    ]
    let count = axes.reduce(1) { $0 * ($1?.count ?? 51) }
    guard count <= 10_000_000 else {
      throw UsageError("--x and --y: found \(count) points, expected at most 10000000")
    }
    try SurveyCall(
      subject: subject, survey: survey, axes: axes,
      curvature: curvature ? CurvatureMap(exampleLimit: curvatureLimit) : nil, out: out
    ).run()
  }
}
