import ThalwegCatalogue
import ThalwegSurveys

import enum ThalwegFigures.FigureFormat

/// A survey as it was asked for, run and accounted for on the terminal.
struct SurveyCall {
  let subject: SubjectOptions
  let survey: SurveyOptions
  /// The axes, x first; `nil` takes what suits the directions.
  let axes: [Axis?]
  var curvature: CurvatureMap?
  let out: String

  /// Runs it.
  func run() throws {
    let budget = try survey.budget.map { SurveyBudget(seconds: try OptionText.seconds($0, option: "budget")) }
    let formats = try survey.figures.settings()
    let directions = try survey.directions(count: axes.count)
    let policies = try survey.policies.policies(subject.batchNorm)
    let subject = try Subject(subject.settings(split: survey.split, policy: policies.evaluation))
    let geometry = try SurveyGeometry(
      directions, dimension: axes.count, isOrthogonalised: survey.orthogonalise, at: subject)
    var settings = SurveySettings(
      directions: directions, axes: zip(axes, geometry.axes).map { $0 ?? $1 }, isLogarithmic: survey.log,
      curvature: curvature)
    settings.isOrthogonalised = survey.orthogonalise
    settings.formats = formats
    settings.budget = budget
    settings.target = survey.errors
    settings.policies = try survey.policies.fitted(policies, to: subject)
    let run = try SurveyRun(subject, settings, geometry)
    Console.warn(subject.warnings)
    let observer = TerminalObserver()
    let results = try run.run(in: out, commandLine: CommandLine.arguments, observer: observer)
    observer.clear()
    if results.contains(where: { $0.ending == .interrupted }) {
      throw Interrupted(advice: "the same command goes on where it stopped")
    }
    for result in results { result.lines.forEach(Console.line) }
    account(results, settings.formats[0].rawValue)
  }

  private func account(_ results: [SurveyResult], _ format: String) {
    let drawn = results.filter { $0.losses.contains { $0 != nil } }
    let isSlice = axes.count == 1
    var figures = drawn.flatMap { result in
      (isSlice ? ["slice"] : ["contour", "surface"]).map { $0 + result.fileSuffix }
    }
    if results.count > 1 && !drawn.isEmpty { figures.insert(isSlice ? "slices" : "contours", at: 0) }
    Console.line(
      "figures      "
        + (figures.isEmpty
          ? "none: the loss is not a number at any point"
          : figures.map { "\(out)/figures/\($0).\(format)" }.joined(separator: ", ")))
    let tables = results.map { (isSlice ? "slice" : "surface") + $0.fileSuffix }
    Console.line(
      "tables       " + tables.flatMap { ["\(out)/\($0).csv", "\(out)/\($0).json"] }.joined(separator: ", "))
  }
}
