import ArgumentParser
import ThalwegCatalogue
import ThalwegStores

/// `thalweg trace`.
struct TraceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Trace, Frobenius norm and diagonal of a checkpoint's curvature, with standard errors.",
    discussion: """
      Example: thalweg trace runs/r20 --method hutchinson --diagonal --out traces/r20
      """)

  @OptionGroup var subject: SubjectOptions

  @OptionGroup var curvature: CurvatureOptions

  @Option(help: "hutchinson, hutch++ or xtrace.")
  var method = TraceMethod.xtrace

  @Option(parsing: .unconditional, help: "Products for the trace, and again for the diagonal.")
  var products = 60

  @Flag(help: "Write the diagonal with standard errors.")
  var diagonal = false

  @Flag(help: "The pacGen metric of flatness, from diagonal and Lipschitz constant.")
  var pacgen = false

  @Option(parsing: .unconditional, help: "pacGen's relative radius μ. Default: 0.1.")
  var mu: Double?

  @Option(parsing: .unconditional, help: "pacGen's absolute radius ν. Default: 0.05.")
  var nu: Double?

  @Option(parsing: .unconditional, help: "pacGen's ε. Default: estimated.")
  var lipschitz: Double?

  @Option(parsing: .unconditional, help: "Displacements for ε, over the parameters' length. Default: 0.01.")
  var displacement: Double?

  @Option(parsing: .unconditional, help: "Number of displacements for ε. Default: 8.")
  var directions: Int?

  @Option(help: "The folder for results.")
  var out = "trace"

  mutating func run() throws {
    let settings = try settings()
    let matrix = try curvature.settings()
    let run = try TraceRun(try curvature.subject(subject, matrix), settings)
    let observer = TerminalObserver(saysToErrors: curvature.json)
    let outcome = try run.run(in: out, commandLine: CommandLine.arguments, observer: observer)
    observer.clear()
    guard let outcome else {
      throw Interrupted(advice: "the same command goes on with the first result that is missing")
    }
    guard !curvature.json else { return Console.line(try outcome.json.indentedText) }
    outcome.lines.forEach(Console.line)
    let files = ["\(out)/trace.json"] + (outcome.diagonalFile.map { ["\(out)/\($0)"] } ?? [])
    Console.line("files        " + files.joined(separator: ", "))
  }

  private func settings() throws -> TraceSettings {
    for (name, isGiven) in [
      ("mu", mu != nil), ("nu", nu != nil), ("lipschitz", lipschitz != nil), ("displacement", displacement != nil),
      ("directions", directions != nil),
    ] where isGiven && !pacgen {
      throw UsageError("--\(name) is pacGen's; add --pacgen")
    }
    for (name, isGiven) in [("displacement", displacement != nil), ("directions", directions != nil)]
    where isGiven && lipschitz != nil {
      throw UsageError("--lipschitz and --\(name) contradict each other: a given constant is not estimated")
    }
    if pacgen && curvature.matrix != .hessian {
      throw UsageError(
        "--pacgen and --operator \(curvature.matrix.rawValue) contradict each other: the metric is the Hessian's")
    }
    var settings = TraceSettings()
    settings.method = method
    settings.productCount = products
    settings.hasDiagonal = diagonal
    if pacgen {
      var metric = TraceSettings.MetricSettings()
      if let mu { metric.relativeRadius = mu }
      if let nu { metric.absoluteRadius = nu }
      metric.lipschitzConstant = lipschitz
      if let displacement { metric.displacement = displacement }
      if let directions { metric.directionCount = directions }
      settings.metric = metric
    }
    try settings.validate()
    return settings
  }
}
