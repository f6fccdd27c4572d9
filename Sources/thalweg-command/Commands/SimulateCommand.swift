import ArgumentParser
import Foundation
import ThalwegCatalogue
import ThalwegStores
import ThalwegSurveys

/// `thalweg simulate`.
struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Walks down a formula, with and without a deformation, and draws both walks.",
    discussion: """
      Example: thalweg simulate fig1 --out simulations/fig1
      Example: thalweg simulate 'x^2 + 3*y^2 + cos(5*x) + 1 in x, y' --start 2,1 --deform 'LE(1, 0.9)'
      --optimiser also takes methods that see the whole surface and choose their own steps: lbfgs(), pbil(range: -5 5),
      pbilc(deviation: 1), mixture(deviation: 1).
      Published surfaces: fig1, fig5, cosine, wells; what is left out is as published.
      """)

  @Argument(help: "fig1, fig5, cosine, wells, or 'FORMULA in VARIABLES'.")
  var surface: String

  @Option(parsing: .unconditional, help: "The first point: numbers separated by commas.")
  var start: String?

  @Option(parsing: .unconditional, help: "Number of steps, each of them an epoch of the schedule.")
  var steps: Int?

  @OptionGroup var descent: DescentOptions

  @Option(parsing: .unconditional, help: "What is drawn: FIRST:LAST:COUNT. Default: around the walks.")
  var x: String?

  @Option(parsing: .unconditional, help: "The same for the second variable.")
  var y: String?

  @Option(parsing: .unconditional, help: "Seed of deformations that draw at random.")
  var seed: UInt64 = 1

  @Flag(help: "Print JSON.")
  var json = false

  @Option(help: "The folder for figures and tables.")
  var out = "simulation"

  mutating func run() throws {
    let run = try SimulationRun(try settings())
    if !json { run.plan.forEach(Console.line) }
    let outcome = try run.run(in: out, commandLine: CommandLine.arguments)
    guard !json else { return Console.line(outcome.json.indentedText) }
    outcome.lines.forEach(Console.line)
    // A surface that is nowhere finite around the walks has no figure.
    let figures = ["surface", "loss"].map { "\(out)/figures/\($0).svg" }.filter(FileManager.default.fileExists)
    Console.line("figures      " + figures.joined(separator: ", "))
    Console.line("tables       \(out)/walks.csv, \(out)/walks.json; report in \(out)/report.html")
  }

  /// The settings, checked before any work.
  private func settings() throws -> SimulationSettings {
    try descent.check()
    let surface: SimulationSurface
    do { surface = try SimulationSurface(self.surface) } catch { throw UsageError("\(error)") }
    var settings = try SimulationSettings(surface, start: try start.map(OptionText.numbers))
    if let steps { settings.stepCount = steps }
    if let schedule = try descent.chosenSchedule() { settings.schedule = schedule }
    if let minimiser = try descent.chosenMinimiser() {
      settings.minimiser = minimiser
    } else {
      settings.optimiser = try descent.chosenOptimiser(from: settings.optimiser)
    }
    if let deformation = try descent.chosenDeformation() { settings.deformation = deformation }
    settings.seed = seed
    settings.axes = try axes(of: surface)
    try settings.validate()
    return settings
  }

  private func axes(of surface: SimulationSurface) throws -> [Axis]? {
    let given = [x, y].compactMap { $0 }
    guard !given.isEmpty else { return nil }
    guard given.count == surface.variables.count, x != nil else {
      throw UsageError(
        "--x and --y: found \(given.count) of them, expected \(surface.variables.count == 1 ? "--x" : "both") for "
          + "\(surface.variables.count) variables")
    }
    let axes = try zip(["x", "y"], given).map { try OptionText.axis($1, option: $0) }
    guard axes.reduce(1, { $0 * $1.count }) <= 1_000_000 else {
      throw UsageError("--x and --y: found \(axes[0].count * axes[1].count) points, expected at most 1000000")
    }
    return axes
  }
}

extension OptionText {
  /// Numbers separated by commas.
  static func numbers(_ text: String) throws -> [Double] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { piece in
      guard let number = Double(piece.filter { $0 != " " }), number.isFinite else {
        throw UsageError("--start: found \(text), expected numbers separated by commas, such as 2,1")
      }
      return number
    }
  }
}
