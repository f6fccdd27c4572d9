import ArgumentParser
import ThalwegCatalogue

/// `thalweg import`.
struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Makes a result's folder of another program's surface.",
    discussion: """
      Example: thalweg import resnet56_surface.h5 --out surfaces/theirs
      By the extension: .h5 of loss-landscape, .npz of numpy (xs, ys, loss), .csv (x, y, loss).
      """)

  @Argument(help: "The file.")
  var file: String

  @OptionGroup var figures: FigureOptions

  @Flag(inversion: .prefixedNo, help: "A logarithmic scale. Default: decided by the values.")
  var log: Bool?

  @Option(help: "The folder for points, figures and tables.")
  var out: String

  mutating func run() throws {
    let look = FigureSettings(formats: try figures.settings(), isLogarithmic: log)
    let surface = try SurfaceImport(file)
    let paths = try surface.store(in: out, commandLine: CommandLine.arguments, figures: look)
    surface.lines.forEach(Console.line)
    Console.line("figures      " + (paths.isEmpty ? "none" : paths.joined(separator: ", ")))
  }
}
