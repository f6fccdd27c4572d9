import ArgumentParser
import ThalwegCatalogue
import ThalwegFigures
import ThalwegStores
import ThalwegTraining

/// `thalweg schedule`.
struct ScheduleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schedule",
    abstract: "The learning rates of one or several schedules, as numbers and as a figure.",
    discussion: """
      Example: thalweg schedule 'cosine(0.1)' 'gaussian(start: 0.01, max: 0.03, min: 3e-6)' --plot rates.svg
      Known: constant, cosine, exponential, gaussian, htd, laplacian, multistep, product, rational, restarts,
      sequence, warmup.
      """)

  @Argument(help: "The schedules, such as 'warmup(cosine(0.1), epochs: 5)'.")
  var schedules: [String]

  @Option(parsing: .unconditional, help: "Number of epochs.")
  var epochs = 10

  @Option(parsing: .unconditional, help: "Steps of an epoch.")
  var stepsPerEpoch = 100

  @Option(help: "The figure's file: svg, png or pdf.")
  var plot: String?

  @Flag(help: "A logarithmic scale in the figure.")
  var log = false

  @Flag(help: "Print JSON.")
  var json = false

  mutating func run() throws {
    for (name, count) in [("epochs", epochs), ("steps-per-epoch", stepsPerEpoch)]
    where !(1...1_000_000).contains(count) {
      throw UsageError("--\(name): found \(count), expected 1 to 1000000")
    }
    guard epochs * stepsPerEpoch <= 10_000_000 else {
      throw UsageError("--steps-per-epoch: found \(epochs * stepsPerEpoch) steps in all, expected at most 10000000")
    }
    if let plot { try OptionText.figurePath(plot, option: "plot") }
    let horizon = Horizon(epochCount: epochs, iterationsPerEpoch: stepsPerEpoch)
    let tables = try schedules.map { try ScheduleTable(try OptionText.schedule($0), over: horizon) }
    if json {
      Console.line(JSONValue.array(tables.map(\.json)).indentedText)
    } else {
      ScheduleTable.lines(tables).forEach(Console.line)
    }
    guard let plot else { return }
    try ScheduleTable.figure(tables, isLogarithmic: log).write(to: plot)
    if !json { Console.line("figure       \(plot)") }
  }
}

extension OptionText {
  /// Checks that a figure can be written in the format that `path` names.
  static func figurePath(_ path: String, option: String) throws {
    do { _ = try FigureFormat(path: path) } catch { throw UsageError("--\(option): \(error)") }
  }
}
