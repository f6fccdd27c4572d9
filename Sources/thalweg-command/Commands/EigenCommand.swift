import ArgumentParser
import ThalwegCatalogue
import ThalwegStores

/// `thalweg eigen`.
struct EigenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eigen",
    abstract: "The largest and smallest eigenvalues of a checkpoint's curvature.",
    discussion: """
      Example: thalweg eigen runs/r20 --largest 10 --smallest 5 --out eigen/r20
      The same command again goes on where it stopped.
      """)

  @OptionGroup var subject: SubjectOptions

  @OptionGroup var curvature: CurvatureOptions

  @Option(parsing: .unconditional, help: "Number of largest eigenvalues.")
  var largest = 10

  @Option(parsing: .unconditional, help: "Number of smallest eigenvalues.")
  var smallest = 5

  @Option(parsing: .unconditional, help: "Residual over the largest magnitude. Default: 1e-4.")
  var tolerance: Double?

  @Option(parsing: .unconditional, help: "Products at most. Default: 1000.")
  var products: Int?

  @Option(help: "Bound on the search's own memory. Default: 2G.")
  var basisMemory: String?

  @Flag(help: "Write the eigenvectors, which slice and surface take.")
  var storeVectors = false

  @Flag(help: "All eigenvalues from the dense matrix, up to 20000 parameters.")
  var exact = false

  @Option(help: "The folder for results.")
  var out = "eigen"

  mutating func run() throws {
    let settings = try settings()
    let matrix = try curvature.settings()
    let run = try EigenRun(try curvature.subject(subject, matrix), settings)
    let observer = TerminalObserver(saysToErrors: curvature.json)
    let outcome = try run.run(in: out, commandLine: CommandLine.arguments, observer: observer)
    observer.clear()
    guard let outcome else {
      throw Interrupted(
        advice: exact ? "the same command begins the matrix anew" : "the same command goes on where it stopped")
    }
    guard !curvature.json else { return Console.line(try outcome.json.indentedText) }
    outcome.lines.forEach(Console.line)
    if storeVectors { Console.line("vectors      \(outcome.vectorFiles.count) files in \(out)/vectors") }
    Console.line("tables       \(out)/eigen.csv, \(out)/eigen.json" + (exact ? ", \(out)/eigenvalues.csv" : ""))
  }

  private func settings() throws -> EigenSettings {
    if exact {
      for (name, isGiven) in [
        ("tolerance", tolerance != nil), ("products", products != nil), ("basis-memory", basisMemory != nil),
        ("store-vectors", storeVectors),
      ] where isGiven {
        throw UsageError("--exact and --\(name) contradict each other: a dense matrix is not searched")
      }
    }
    var settings = EigenSettings()
    settings.largestCount = largest
    settings.smallestCount = smallest
    if let tolerance { settings.tolerance = tolerance }
    if let products { settings.maximumProducts = products }
    if let basisMemory { settings.basisBytes = try OptionText.bytes(basisMemory, option: "basis-memory") }
    settings.storesVectors = storeVectors
    settings.isExact = exact
    try settings.validate()
    return settings
  }
}
