import Testing
import ThalwegEngine
import ThalwegGraphs
import ThalwegNetworks

@Suite("Engine against interpreter: Hessian products")
struct HessianTests {
  @Test(
    "products of a residual network agree for any number of channels, under both statistics",
    arguments: EngineCase.channelCounts, [false, true])
  func block(channels: Int, usesBatchStatistics: Bool) throws {
    var graph = blockGraph(
      channels: channels, batch: CaseBuilder.batch, size: 8, usesBatchStatistics: usesBatchStatistics)
    if !usesBatchStatistics { graph = graph.foldingAffineMaps() }
    let product = graph.hessianProduct(of: "loss", withRespectTo: blockParameters)
    let inputs = randomInputs(product, seed: UInt64(channels))
    let model = RoundingModel(product, inputs)
    for options in EngineOptions.variants {
      let actual = try runEngine(product, inputs, batched: product.batchedNames, options: options)
      model.check(actual, "\(options)")
    }
  }
}
