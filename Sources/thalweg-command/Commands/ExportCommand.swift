import ArgumentParser
import ThalwegCatalogue
import ThalwegExchange
import ThalwegStores

/// `thalweg export`.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes a stored surface or slice for other programs.",
    discussion: """
      Example: thalweg export surfaces/r20 --to r20.h5
      By the extension: .h5 (loss-landscape's plot_2D.py and h52vtp.py), .vtp and .vti (ParaView), .npz (numpy),
      .csv, .json. Holes stay holes.
      """)

  @Argument(help: "The folder of a surface or a slice.")
  var folder: String

  @Option(help: "The file; it is replaced.")
  var to: String

  @Option(help: "The surface's name, where a folder has several.")
  var surface: String?

  @Flag(help: "For .vtp: heights are ln(loss + 0.1).")
  var log = false

  mutating func run() throws {
    let format = try format()
    guard !log || format == .vtp else {
      throw UsageError("--log: found a .\(format.rawValue) file, expected a .vtp file, which has heights")
    }
    let export = try SurfaceExport(folder, surface: surface)
    try export.write(to: to, hasLogarithmicHeight: log)
    let shape = export.surface.grid.shape.reversed().map(String.init).joined(separator: "×")
    let holes = export.surface.states.count { $0 == .diverged }
    Console.line("written      \(to): \(shape) points" + (holes > 0 ? ", \(holes) of them holes" : ""))
  }

  private func format() throws -> ExchangeFormat {
    do { return try ExchangeFormat(path: to, forReading: false) } catch { throw UsageError("--to: \(error)") }
  }
}
