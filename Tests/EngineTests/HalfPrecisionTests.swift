import Testing
import ThalwegEngine
import ThalwegGraphs

@Suite("Engine in bfloat16")
struct HalfPrecisionTests {
  /// Numbers rounded to 16 bits in 32-bit arithmetic, and stored and multiplied as 16-bit numbers where the library can:
  /// without support by the processor it computes the same slowly, down to AVX-512.
  static let arithmetics: [Bool] = {
    var options = EngineOptions(precision: .bfloat16)
    options.usesNativeBfloat16 = true
    let graph = blockGraph(channels: 16, batch: 2, size: 4, usesBatchStatistics: true)
      .gradient(of: "loss", withRespectTo: blockParameters)
    let isPossible = (try? Plan(graph, batched: ["images", "labels", "weights"], options: options)) != nil
    return isPossible ? [false, true] : [false]
  }()

  @Test("single operations err by their roundings", arguments: EngineCase.halfPrecision, arithmetics)
  func operations(_ c: EngineCase, isNative: Bool) throws {
    try check(c.graph(blocksImages: true), seed: 5, isNative)
  }

  @Test(
    "gradients of a residual network err by their roundings, under both statistics", arguments: [3, 17],
    arithmetics)
  func network(channels: Int, isNative: Bool) throws {
    for usesBatchStatistics in [false, true] {
      let graph = blockGraph(
        channels: channels, batch: CaseBuilder.batch, size: 6, usesBatchStatistics: usesBatchStatistics)
      let folded = usesBatchStatistics ? graph : graph.foldingAffineMaps()
      try check(folded.gradient(of: "loss", withRespectTo: blockParameters), seed: 6, isNative)
    }
  }

  @Test("so do Hessian products", arguments: [3, 17], arithmetics)
  func hessianProduct(channels: Int, isNative: Bool) throws {
    for usesBatchStatistics in [false, true] {
      let graph = blockGraph(
        channels: channels, batch: CaseBuilder.batch, size: 6, usesBatchStatistics: usesBatchStatistics)
      let folded = usesBatchStatistics ? graph : graph.foldingAffineMaps()
      try check(folded.hessianProduct(of: "loss", withRespectTo: blockParameters), seed: 7, isNative)
    }
  }

  private func check(_ graph: Graph, seed: UInt64, _ isNative: Bool) throws {
    let inputs = randomInputs(graph, seed: seed)
    let model = RoundingModel(graph, inputs, precision: .bfloat16, batch: CaseBuilder.batch)
    for lanes in [1, 3] {
      var options = EngineOptions(threadCount: lanes, precision: .bfloat16, laneCount: lanes, rowsPerChunk: 2)
      options.usesNativeBfloat16 = isNative
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
