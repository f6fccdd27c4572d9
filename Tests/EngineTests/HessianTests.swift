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

  @Test(
    "what doesn't depend on the direction is computed once, and any number of products follows",
    arguments: [3, 16, 24], [false, true])
  func keptValues(channels: Int, usesBatchStatistics: Bool) throws {
    var graph = blockGraph(
      channels: channels, batch: CaseBuilder.batch, size: 8, usesBatchStatistics: usesBatchStatistics)
    if !usesBatchStatistics { graph = graph.foldingAffineMaps() }
    let product = graph.hessianProduct(of: "loss", withRespectTo: blockParameters)
    let directions = blockParameters.map { "direction.\($0)" }
    var inputs = randomInputs(product, seed: UInt64(channels))
    for options in EngineOptions.variants {
      let plan = try Plan(product, batched: product.batchedNames, varying: directions, options: options)
      #expect(!plan.isStreaming)
      plan.setInputs(inputs)
      let source = TensorSource(product.batchedNames.compactMap { inputs[$0] })
      try plan.prepare(exampleCount: CaseBuilder.batch, source: source)
      var first: [String: [Double]] = [:]
      for turn in 0..<3 {
        // The third direction is the first again.
        let others = randomInputs(product, seed: UInt64(channels + 100 * (turn % 2)))
        for name in directions { inputs[name] = others[name] }
        plan.setInputs(inputs)
        try plan.runAgain()
        let actual = plan.results(of: product)
        RoundingModel(product, inputs).check(actual, "\(options), direction \(turn)")
        if turn == 0 { first = actual }
        if turn == 2 { #expect(actual == first) }
      }
    }
  }

  @Test(
    "what is not kept is computed anew, with the same products and less memory", arguments: [3, 16, 24])
  func recomputedValues(channels: Int) throws {
    let graph = blockGraph(channels: channels, batch: CaseBuilder.batch, size: 8, usesBatchStatistics: false)
      .foldingAffineMaps()
    let product = graph.hessianProduct(of: "loss", withRespectTo: blockParameters)
    let directions = blockParameters.map { "direction.\($0)" }
    let inputs = randomInputs(product, seed: UInt64(channels))
    let model = RoundingModel(product, inputs)
    for options in EngineOptions.variants {
      let count = try Plan.recomputableCount(
        product, batched: product.batchedNames, varying: directions, options: options)
      #expect(count >= 8)  // At the least each convolution's result and its adjoint.
      var bytes: [Int] = []
      for recomputed in 0...count {
        let plan = try Plan(
          product, batched: product.batchedNames, varying: directions, recomputed: recomputed, options: options)
        plan.setInputs(inputs)
        try plan.prepare(
          exampleCount: CaseBuilder.batch, source: TensorSource(product.batchedNames.compactMap { inputs[$0] }))
        try plan.runAgain()
        model.check(plan.results(of: product), "\(options), \(recomputed) recomputed")
        bytes.append(
          try Plan.predictedBytes(
            product, batched: product.batchedNames, varying: directions, recomputed: recomputed, options: options))
      }
      #expect(bytes[count] < bytes[0])
    }
  }

  @Test("memory is predicted but for packed filters")
  func prediction() throws {
    let graph = blockGraph(channels: 16, batch: 64, size: 16, usesBatchStatistics: true)
    let product = graph.hessianProduct(of: "loss", withRespectTo: blockParameters)
    let batched = ["images", "labels", "weights"]
    for varying in [[], blockParameters.map { "direction.\($0)" }] {
      let options = EngineOptions(threadCount: 2, laneCount: 2)
      let predicted = try Plan.predictedBytes(product, batched: batched, varying: varying, options: options)
      let plan = try Plan(product, batched: batched, varying: varying, options: options)
      // Four convolutions with their flipped, rounded and packed filters, directions and gradients.
      let filters = 4 * 32 * 16 * 9 * 4 * 12
      #expect(predicted <= plan.memoryBytes && plan.memoryBytes - predicted <= filters)
    }
  }
}
