import ArgumentParser
import ThalwegCatalogue
import ThalwegStores

/// `thalweg compare`.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Trains arms that differ in some settings with the same seeds, and says what differs.",
    discussion: """
      Example: thalweg compare Examples/comparisons/identity-le-ap.json --data cifar10:PATH --out runs/le
      The same command again goes on where it stopped. Each cell, such as runs/le/cells/le-seed2, is a training run.

      The file is JSON: {"title": "…", "settings": {"network": "resnet20", "data": "cifar10:PATH", "epochs": 12},
      "seeds": [1, 2, 3], "arms": [{"name": "plain"}, {"name": "le", "deform": "LE(1, 0.9)"}], "baseline": "plain"}.
      Settings and arms take network, epochs, batch, schedule, optimiser, then, deform, augment and normalisation,
      settings also data, precision and threads. Optional are
      "measures": {"examples": 1000, "of": ["eigenvalue()", "trace(products: 20)", "bnsharpness(radius: 0.01)",
      "perturbation(radius: 0.25, draws: 5)", "norm()"]}, "grid" (lists of arms that multiply), and for the report
      "question", "checked" and "paper": {"finding": "…", "citation": "…"}. Arms, seeds and measures can be added later.
      """)

  @Argument(help: "The comparison's file; Examples/comparisons has some.")
  var spec: String

  @Option(help: "The folder for runs, tables and figures.")
  var out: String

  @Option(help: "The data in place of the file's, such as cifar10:PATH.")
  var data: String?

  @Option(help: "Seeds in place of the file's: 1,2,3 or 1-5.")
  var seeds: String?

  @Option(parsing: .unconditional, help: "Epochs in place of the file's.")
  var epochs: Int?

  @Option(parsing: .unconditional, help: "Threads in place of the file's; the result depends on them.")
  var threads: Int?

  @Option(help: "Work on these arms only: names separated by commas.")
  var only: String?

  @Flag(help: "Say how far every run has come, and what is known, without working.")
  var status = false

  @Flag(help: "Print JSON; plan and progress go to standard error.")
  var json = false

  @OptionGroup var figures: FigureOptions

  mutating func run() throws {
    let plan = try ComparisonPlan(path: spec, choices: choices())
    guard !status else {
      let report = ComparisonReport(try ComparisonResult(plan, in: out))
      guard !json else { return Console.line(report.json.indentedText) }
      return (report.statusLines + report.lines).forEach(Console.line)
    }
    let arms = only.map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    let observer = TerminalObserver(hasOwnLines: true, saysToErrors: json)
    let (result, ending) = try ComparisonRun(plan).run(
      in: out, onlyArms: arms, commandLine: CommandLine.arguments, observer: observer)
    observer.clear()
    if ending == .interrupted { throw Interrupted(advice: "the same command goes on where it stopped") }
    let report = ComparisonReport(result)
    guard !json else { return Console.line(report.json.indentedText) }
    report.lines.forEach(Console.line)
    Console.line("report       \(out)/report.html, \(out)/compare.csv; figures in \(out)/figures")
  }

  private func choices() throws -> ComparisonChoices {
    var choices = ComparisonChoices()
    choices.data = try data.map(OptionText.data)
    choices.seeds = try seeds.map(OptionText.seeds)
    choices.epochCount = epochs
    choices.threadCount = threads
    choices.formats = try figures.settings()
    return choices
  }
}

extension OptionText {
  /// Seeds such as `1,2,3` or `1-5`.
  static func seeds(_ text: String) throws -> [UInt64] {
    try text.split(separator: ",", omittingEmptySubsequences: false).flatMap { piece -> [UInt64] in
      let ends = piece.split(separator: "-", omittingEmptySubsequences: false).map { UInt64($0) }
      if ends.count == 1, let seed = ends[0] { return [seed] }
      guard ends.count == 2, let first = ends[0], let last = ends[1], first <= last, last - first < 1000 else {
        throw UsageError("--seeds: found \(text), expected numbers and at most 1000 in a row, such as 1,2,3 or 1-5")
      }
      return Array(first...last)
    }
  }
}
