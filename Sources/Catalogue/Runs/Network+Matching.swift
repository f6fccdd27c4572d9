public import ThalwegCheckpoints
public import ThalwegNetworks
import ThalwegSurfaces

extension Network {
  /// The names of the zoo's networks whose tensors have exactly the names and shapes of a checkpoint's.
  ///
  /// Tensors don't tell everything: a residual network and the same without shortcuts have equal ones, and so
  /// have networks that differ in an activation. All that fit are given.
  public static func names(matching checkpoint: Checkpoint) -> [String] {
    let found = Dictionary(
      uniqueKeysWithValues: checkpoint.tensors.filter { !$0.isBatchCounter }.map { ($0.name, $0.shape) })
    let lastDense = checkpoint.tensors.last { $0.shape.count == 2 }
    guard let classCount = lastDense?.shape.first else { return [] }
    var names: [String] = []
    for candidate in candidates(for: found) {
      for shape in inputShapes(for: found) {
        guard let network = try? Network.named(candidate, inputShape: shape, classCount: classCount),
          network.space.entries.count == found.count,
          network.space.entries.allSatisfy({ found[$0.name] == $0.shape })
        else { continue }
        names.append(network.name)
        break
      }
    }
    return names
  }

  /// The names worth trying.
  private static func candidates(for tensors: [String: [Int]]) -> [String] {
    var names = catalogue.map(\.name).filter { !$0.hasPrefix("resnet") && $0 != "mlp" }
    if let width = tensors["conv1.weight"]?.first {
      let blocks = (0..<200).prefix { tensors["layer1.\($0).conv1.weight"] != nil }.count
      let depth = 6 * blocks + 2
      names += [
        "resnet\(depth):width=\(width)", "resnet\(depth):width=\(width),padding=after",
        "resnet\(depth):width=\(width),shortcut=b", "resnet\(depth)-noshort:width=\(width)",
      ]
    }
    let dense = (1...50).lazy.map { tensors["fc\($0).weight"] ?? [] }.prefix { $0.count == 2 }
    if let first = dense.first {
      let widths = ([first[1]] + dense.map { $0[0] }).map(String.init).joined(separator: "-")
      names += ["mlp:\(widths)", "mlp:\(widths),bn"]
    }
    return names
  }

  /// Shapes of examples worth trying: those of the data sets, and what the first tensor asks for.
  private static func inputShapes(for tensors: [String: [Int]]) -> [[Int]] {
    if let features = tensors["fc1.weight"]?.last, tensors["conv1.weight"] == nil { return [[features]] }
    let channels = tensors.values.first { $0.count == 4 && [1, 3].contains($0[1]) }?[1] ?? 3
    return [32, 28, 16].map { [channels, $0, $0] }
  }
}
