import ArgumentParser
import ThalwegNetworks
import ThalwegSurfaces

/// `thalweg networks`.
struct NetworksCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "networks",
    abstract: "The networks there are, with their numbers of parameters.",
    discussion: """
      Example: thalweg networks --input 1x28x28 --classes 10
      """)

  @Option(help: "Extents of an example: CHANNELSxHEIGHTxWIDTH, or FEATURES.")
  var input = "3x32x32"

  @Option(parsing: .unconditional, help: "Number of classes.")
  var classes = 10

  mutating func run() throws {
    let extents = input.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard [1, 3].contains(extents.count), extents.allSatisfy({ (1...100_000).contains($0) }) else {
      throw UsageError("--input: found \(input), expected CHANNELSxHEIGHTxWIDTH or FEATURES, such as 3x32x32")
    }
    guard (1...100_000).contains(classes) else {
      throw UsageError("--classes: found \(classes), expected 1 to 100000")
    }
    let width = Network.catalogue.map(\.name.count).max() ?? 0
    let shape = extents.map(String.init).joined(separator: "×")
    Console.line("parameters for examples \(shape), \(classes) classes")
    for listing in Network.catalogue {
      let network = try? Network.named(listing.name, inputShape: extents, classCount: classes)
      let count = network.map { "\($0.space.parameterCount)" } ?? "–"
      let name = listing.name + String(repeating: " ", count: width - listing.name.count)
      let space = String(repeating: " ", count: max(0, 9 - count.count))
      Console.line("\(name)  \(space)\(count)  \(listing.summary)")
    }
    if Network.catalogue.contains(where: {
      (try? Network.named($0.name, inputShape: extents, classCount: classes)) == nil
    }) {
      Console.line("–: takes no examples of this shape")
    }
  }
}
