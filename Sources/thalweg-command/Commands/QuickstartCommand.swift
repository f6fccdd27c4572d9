import ArgumentParser
import ThalwegCatalogue

/// `thalweg quickstart`.
struct QuickstartCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quickstart",
    abstract: "Trains two deep networks, with and without shortcuts, and draws their loss surfaces.",
    discussion: """
      Example: thalweg quickstart --out quickstart
      Needs no data: it draws pictures of shapes. The same command again goes on where it stopped.
      """)

  @Option(help: "The folder for everything.")
  var out = "quickstart"

  @Option(parsing: .unconditional, help: "Default: all cores.")
  var threads: Int?

  @OptionGroup var figures: FigureOptions

  @Flag(help: "Everything smaller, for a first look.")
  var short = false

  mutating func run() throws {
    if let threads, !(1...1024).contains(threads) {
      throw UsageError("--threads: found \(threads), expected 1 to 1024")
    }
    var settings = QuickstartSettings(isShort: short)
    settings.threadCount = threads ?? Machine.coreCount
    settings.formats = try figures.settings()
    let observer = TerminalObserver(hasOwnLines: true)
    let outcome = try Quickstart(settings).run(
      in: out, commandLine: CommandLine.arguments, saysPlan: true, observer: observer)
    observer.clear()
    guard let outcome else { throw Interrupted(advice: "the same command goes on where it stopped") }
    Console.line("open         " + outcome.files.map { "\(out)/\($0)" }.joined(separator: "  "))
  }
}
