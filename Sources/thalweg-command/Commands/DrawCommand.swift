import ArgumentParser
import ThalwegCatalogue

/// `thalweg draw`.
struct DrawCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "draw",
    abstract: "Draws stored results again, or several of a kind on one scale.",
    discussion: """
      Example: thalweg draw surfaces/r20 --log --levels 20 --formats pdf
      Example: thalweg draw surfaces/a surfaces/b --out compared
      Surfaces stand side by side; slices, training runs and spectra lie over one another.
      """)

  @Argument(help: "Folders of surfaces, slices, training runs or spectra.")
  var runs: [String]

  @Flag(inversion: .prefixedNo, help: "A logarithmic scale. Default: as at first, or decided by the values.")
  var log: Bool?

  @Option(parsing: .unconditional, help: "Contour lines aimed at. Default: 12.")
  var levels: Int?

  @Option(parsing: .unconditional, help: "Values above are not told apart.")
  var cap: Double?

  @OptionGroup var figures: FigureOptions

  @Option(help: "The folder for the figures. Default: the one result's own.")
  var out: String?

  mutating func run() throws {
    let settings = FigureSettings(
      formats: try figures.settings(), isLogarithmic: log, levelCount: levels, cap: cap)
    try settings.validate()
    if runs.count > 1 && out == nil {
      throw UsageError("--out is missing: figures of several results belong to none of them")
    }
    let paths = try StoredDrawing(runs).write(settings, to: out)
    Console.line("figures      " + (paths.isEmpty ? "none: no point has a value" : paths.joined(separator: ", ")))
  }
}
