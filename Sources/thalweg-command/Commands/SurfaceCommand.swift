import ArgumentParser
import ThalwegCatalogue

/// `thalweg surface`.
struct SurfaceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "surface",
    abstract: "The loss over a plane through a checkpoint along two random directions.",
    discussion: """
      Example: thalweg surface runs/r20 --x=-1:1:51 --y=-1:1:51 --limit 1024 --out surfaces/r20
      The same command again goes on where it stopped.
      """)

  @OptionGroup var subject: SubjectOptions

  @Option(parsing: .unconditional, help: "FIRST:LAST:COUNT, both ends included.")
  var x = "-1:1:51"

  @Option(parsing: .unconditional, help: "FIRST:LAST:COUNT, both ends included.")
  var y = "-1:1:51"

  @Option(parsing: .upToNextOption, help: "Directions x and y as safetensors with the parameters' names.")
  var directionFile: [String] = []

  @Flag(help: "Also the Hessian's largest and smallest eigenvalue at every point, some dozen products each.")
  var curvature = false

  @Option(parsing: .unconditional, help: "Examples for --curvature: the first N. Default: all of the survey's.")
  var curvatureLimit: Int?

  @OptionGroup var survey: SurveyOptions

  @Option(help: "The folder for points, figures and tables.")
  var out = "surface"

  mutating func run() throws {
    if let limit = curvatureLimit, !curvature || limit < 1 {
      throw UsageError("--curvature-limit: found \(limit), expected a number of at least 1 beside --curvature")
    }
    var settings = SurveySettings(
      directions: try survey.directions(files: directionFile, count: 2),
      axes: [try OptionText.axis(x, option: "x"), try OptionText.axis(y, option: "y")],
      isLogarithmic: survey.log, curvature: curvature ? CurvatureMap(exampleLimit: curvatureLimit) : nil)
    settings.formats = try survey.figures.settings()
    guard settings.pointCount <= 10_000_000 else {
      throw UsageError("--x and --y: found \(settings.pointCount) points, expected at most 10000000")
    }
    try runSurvey(try subject.settings(split: survey.split), settings, out: out)
  }
}
