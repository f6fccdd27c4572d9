import Testing
import ThalwegEngine
import ThalwegGraphs

@Suite("Engine in bfloat16")
struct HalfPrecisionTests {
  @Test("single operations err by their roundings", arguments: EngineCase.halfPrecision)
  func operations(_ c: EngineCase) throws { try check(c.graph(blocksImages: true), seed: 5) }

  @Test("a residual network errs by its roundings, under both statistics", arguments: [3, 17], [false, true])
  func network(channels: Int, usesBatchStatistics: Bool) throws {
    let graph = blockGraph(
      channels: channels, batch: CaseBuilder.batch, size: 6, usesBatchStatistics: usesBatchStatistics)
    let folded = usesBatchStatistics ? graph : graph.foldingAffineMaps()
    try check(folded.gradient(of: "loss", withRespectTo: blockParameters), seed: 6)
  }

  private func check(_ graph: Graph, seed: UInt64) throws {
    let inputs = randomInputs(graph, seed: seed)
    let model = RoundingModel(graph, inputs, precision: .bfloat16, batch: CaseBuilder.batch)
    for lanes in [1, 3] {
      let options = EngineOptions(threadCount: lanes, precision: .bfloat16, laneCount: lanes, rowsPerChunk: 2)
      model.check(try runEngine(graph, inputs, batched: graph.batchedNames, options: options), "\(options)")
    }
  }
}

extension EngineCase {
  /// Cases with images of 3, 17 and 32 channels.
  fileprivate static let halfPrecision =
    [3, 17, 32].flatMap { c in (namedSubgraphs + fusions).filter { $0.name.hasSuffix(" \(c)") } }
    + primitives.filter { c in ["convolution", "sum over", "gather", "scatter"].contains { c.name.hasPrefix($0) } }
}
