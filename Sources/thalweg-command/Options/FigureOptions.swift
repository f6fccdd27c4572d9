import ArgumentParser
import ThalwegFigures

/// The option of the formats of figures, common to all commands that draw.
struct FigureOptions: ParsableArguments {
  @Option(help: "Of figures: svg, png, pdf.")
  var formats = "svg,png"

  /// The formats in the order given.
  func settings() throws -> [FigureFormat] {
    let names = formats.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let found = names.compactMap { FigureFormat(rawValue: $0) }
    guard found.count == names.count, Set(names).count == names.count else {
      throw UsageError("--formats: found \(formats), expected a list such as svg,png,pdf without repetitions")
    }
    return found
  }
}
