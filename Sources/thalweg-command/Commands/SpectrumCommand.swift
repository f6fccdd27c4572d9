import ArgumentParser
import ThalwegCatalogue
import ThalwegStores

import enum ThalwegFigures.FigureFormat

/// `thalweg spectrum`.
struct SpectrumCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "spectrum",
    abstract: "The density of the eigenvalues of a checkpoint's curvature.",
    discussion: """
      Example: thalweg spectrum runs/r20 --draws 5 --limit 1000 --out spectra/r20
      A run's folder means all its checkpoints. The same command again goes on where it stopped.
      """)

  @OptionGroup var subject: SubjectOptions

  @OptionGroup var curvature: CurvatureOptions

  @Option(parsing: .unconditional, help: "Random vectors; more can be added later.")
  var draws = 10

  @Option(parsing: .unconditional, help: "Products of a draw.")
  var steps = 90

  @Option(parsing: .unconditional, help: "The kernel's, in units of max(1, λmax − λmin).")
  var variance = 1e-5

  @Option(parsing: .unconditional, help: "Points of the density. Default: 1000, more where needed.")
  var grid: Int?

  @Flag(help: "A logarithmic axis on both sides of zero.")
  var log = false

  @Option(parsing: .unconditional, help: "Gradient energy in the top so many eigenvectors.")
  var energy: Int?

  @Option(parsing: .unconditional, help: "Overlap of the top spaces of covariance and matrix.")
  var overlap: Int?

  @Option(parsing: .unconditional, help: "Learning rate, for the limit of stability. Default: the run's.")
  var rate: Double?

  @Option(parsing: .unconditional, help: "Default: the run's, or 0.")
  var momentum: Double?

  @Flag(inversion: .prefixedNo, help: "Whether momentum is Nesterov's.")
  var nesterov: Bool?

  @Flag(help: "Of a run's folder the last checkpoint only.")
  var last = false

  @OptionGroup var figures: FigureOptions

  @Option(help: "The folder for results.")
  var out = "spectrum"

  mutating func run() throws {
    let settings = try settings()
    let matrix = try curvature.settings()
    let run = try SpectrumRun(try curvature.subject(subject, matrix), settings)
    let observer = TerminalObserver(saysToErrors: curvature.json)
    let outcome = try run.run(in: out, commandLine: CommandLine.arguments, observer: observer)
    observer.clear()
    guard let outcome else {
      throw Interrupted(advice: "finished draws are stored; the same command goes on with the next")
    }
    guard !curvature.json else { return Console.line(try outcome.json.indentedText) }
    outcome.lines.forEach(Console.line)
    let format = settings.formats[0].rawValue
    let figures = outcome.spectra.count > 1 ? ["ridges.\(format)", "film.html"] : ["spectrum.\(format)"]
    Console.line("figures      " + figures.map { "\(out)/figures/\($0)" }.joined(separator: ", "))
    Console.line("tables       \(out)/density.csv, \(out)/spectrum.json")
  }

  private func settings() throws -> SpectrumSettings {
    if nesterov == true && momentum == 0 {
      throw UsageError("--nesterov and --momentum 0 contradict each other: nothing to look ahead with")
    }
    for (name, isGiven) in [("rate", rate != nil), ("momentum", momentum != nil), ("nesterov", nesterov != nil)]
    where isGiven && curvature.matrix != .hessian {
      throw UsageError(
        "--\(name) and --operator \(curvature.matrix.rawValue) contradict each other: stability is the Hessian's")
    }
    for (name, count) in [("overlap", overlap)] where count != nil {
      guard [.hessian, .gaussNewton, .fisher].contains(curvature.matrix) else {
        throw UsageError(
          "--\(name) and --operator \(curvature.matrix.rawValue) contradict each other: that is the covariance itself")
      }
    }
    var settings = SpectrumSettings()
    settings.drawCount = draws
    settings.stepCount = steps
    settings.relativeVariance = variance
    settings.gridCount = grid
    settings.isLogarithmic = log
    settings.energyCount = energy
    settings.overlapCount = overlap
    settings.step.rate = rate
    settings.step.momentum = momentum
    settings.step.isNesterov = nesterov
    settings.usesLastOnly = last
    settings.formats = try figures.settings()
    try settings.validate()
    return settings
  }
}
