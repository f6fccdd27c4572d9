import Foundation
import Testing
import ThalwegGraphs
import ThalwegNetworks
import ThalwegSurfaces

extension Network {
  /// The graph of the mean cross entropy `loss` and the `logits` of `batch` examples.
  func lossGraph(batch: Int, _ statistics: NormalisationStatistics) -> Graph {
    var graph = Graph()
    let images = graph.input("images", Shape([batch] + inputShape))
    let labels = graph.input("labels", [batch], kind: .index)
    let logits = build(into: &graph, images: images, statistics: statistics)
    let losses = graph.softmaxCrossEntropy(logits, labels: labels)
    graph.output("logits", logits)
    graph.output("loss", graph.mean(losses, over: [0]))
    return graph
  }
}

extension ModelState {
  /// The state's tensors by name, as inputs of a network's graph.
  var tensors: [String: Tensor] {
    var result: [String: Tensor] = [:]
    for (index, entry) in space.entries.enumerated() {
      result[entry.name] = Tensor(Shape(entry.shape), values(of: index))
    }
    return result
  }
}

extension GoldenDirection {
  /// The first `count` entries, so that their norm is 1.
  func values(count: Int) -> [Double] {
    let raw = (1...count).map { self == .sine ? sin(Double($0)) : cos(Double($0)) }
    let norm = raw.norm
    return raw.map { $0 / norm }
  }
}

extension [Double] {
  func dot(_ other: [Double]) -> Double { zip(self, other).reduce(0) { $0 + $1.0 * $1.1 } }

  var norm: Double { dot(self).squareRoot() }
}

/// Checks `|actual − expected| ≤ absolute + relative · |expected|`, and says by how much it failed.
func expectClose(
  _ actual: Double, _ expected: Double, relative: Double, absolute: Double = 0,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let error = abs(actual - expected)
  let bound = absolute + relative * abs(expected)
  if !(error <= bound) {  // Written so that NaN fails.
    Issue.record(
      "\(actual) is not \(expected): error \(error) > bound \(bound)", sourceLocation: sourceLocation)
  }
}
