import Testing
import ThalwegEngine
import ThalwegGraphs
import ThalwegRandomness

@Suite("Runs of a plan")
struct RunTests {
  /// A loss without sums that later examples need: images of 3 channels, one convolution and one dense layer.
  private func streamingGraph(batch: Int) -> Graph {
    var graph = Graph()
    let images = graph.input("images", [batch, 3, 8, 8])
    let labels = graph.input("labels", [batch], kind: .index)
    let filters = graph.input("w", [10, 3, 3, 3])
    let x = graph.convolution(images, filters, Window(size: 3, padding: 1))
    let biased = graph.addBias(x, graph.input("bias", [10]))
    let pooled = graph.named(.maxPool(Window(size: 2, stride: 2)), graph.relu(biased))
    let logits = graph.matrixProduct(graph.globalAveragePool(pooled), graph.input("dense", [10, 3]))
    let losses = graph.softmaxCrossEntropy(logits, labels: labels)
    graph.output("losses", losses)
    graph.output("loss", graph.sum(losses))
    return graph.gradient(of: "loss", withRespectTo: ["w", "bias", "dense"])
  }

  private static let batched = ["images", "labels"]

  @Test("a streaming plan takes any number of examples, one after the other")
  func anyLength() throws {
    let plan = try Plan(streamingGraph(batch: 16), batched: Self.batched, options: EngineOptions(threadCount: 2))
    #expect(plan.isStreaming)
    for count in [1, 40, 7, 16, 130] {
      let graph = streamingGraph(batch: count)
      let inputs = randomInputs(graph, seed: UInt64(count))
      plan.setInputs(inputs)
      try plan.run(exampleCount: count, source: TensorSource(Self.batched.compactMap { inputs[$0] }))
      RoundingModel(graph, inputs).check(plan.results(of: graph), "\(count) examples")
    }
  }

  @Test("sums over no examples are zero, whatever ran before")
  func noExamples() throws {
    let graph = streamingGraph(batch: 5)
    let plan = try Plan(graph, batched: Self.batched)
    let inputs = randomInputs(graph, seed: 1)
    let source = TensorSource(Self.batched.compactMap { inputs[$0] })
    plan.setInputs(inputs)
    try plan.run(exampleCount: 5, source: source)
    try plan.run(exampleCount: 0, source: source)
    for (name, values) in plan.results(of: graph) { #expect(values.allSatisfy { $0 == 0 }, "\(name)") }
  }

  @Test("threads change no bit, streaming or not", arguments: [false, true])
  func threads(usesBatchStatistics: Bool) throws {
    let graph = blockGraph(channels: 10, batch: 13, size: 8, usesBatchStatistics: usesBatchStatistics)
      .gradient(of: "loss", withRespectTo: blockParameters)
    let inputs = randomInputs(graph, seed: 9)
    let results = try (1...4).map { threads in
      try runEngine(
        graph, inputs, batched: ["images", "labels", "weights"],
        options: EngineOptions(threadCount: threads, laneCount: 4))
    }
    for other in results.dropFirst() { #expect(other == results[0]) }
  }

  @Test("a plan gives the same bits again, whatever it computed in between", arguments: [false, true])
  func repeats(usesBatchStatistics: Bool) throws {
    let graph = blockGraph(channels: 17, batch: 11, size: 8, usesBatchStatistics: usesBatchStatistics)
      .gradient(of: "loss", withRespectTo: blockParameters)
    let names = ["images", "labels", "weights"]
    let plan = try Plan(graph, batched: names, options: EngineOptions(threadCount: 2, laneCount: 3))
    func run(_ inputs: [String: Tensor]) throws -> [String: [Double]] {
      plan.setInputs(inputs)
      try plan.run(exampleCount: 11, source: TensorSource(names.compactMap { inputs[$0] }))
      return plan.results(of: graph)
    }
    let inputs = randomInputs(graph, seed: 1)
    let first = try run(inputs)
    // Whatever is left in memory beyond the last example must not come back.
    _ = try run(inputs.mapValues { $0.indices.isEmpty ? Tensor($0.shape, $0.values.map { $0 / 0 }) : $0 })
    #expect(try run(inputs) == first)
  }

  @Test("positions that a later stage reads are never followed beyond the last example", arguments: [false, true])
  func positionsAcrossStages(isExpanded: Bool) throws {
    let examples = 3
    var b = CaseBuilder(blocksImages: false)
    func convolution(_ x: Value, _ c: Int, _ name: String) -> Value {
      let y = b.graph.convolution(
        x, b.input("w\(name)", [c, b.graph.shape(of: x)[1], 3, 3]), Window(size: 3, padding: 1))
      return b.graph.addBias(y, b.input("bias\(name)", [c]))
    }
    func normalise(_ x: Value) -> Value {
      let ones = b.graph.fill(1, [b.graph.shape(of: x)[1]])
      return b.graph.append(.named(.batchNormalisation(epsilon: 1e-5)), [x, ones, ones])[0]
    }
    // Two stages whose stored images die, with something other than zero beyond the last example; then positions in the
    // same memory, from a stage of wide images and short chunks to one of narrow images and long chunks.
    let first = convolution(b.input("x", [examples, 3, 16, 16]), 8, "1")
    let second = convolution(normalise(first), 8, "2")
    let wide = b.graph.relu(convolution(normalise(second), 64, "3"))
    let narrow = b.graph.relu(convolution(wide, 8, "4"))
    let pooled = b.graph.named(.maxPool(Window(size: 2, stride: 2)), narrow)
    let last = normalise(pooled)
    b.graph.output("loss", b.graph.sum(b.graph.multiply(last, b.graph.square(last))))
    let graph = (isExpanded ? b.graph.expanded() : b.graph).gradient(of: "loss", withRespectTo: ["bias4"])

    let inputs = randomInputs(graph, seed: 2)
    let plan = try Plan(graph, batched: ["x"], options: EngineOptions(threadCount: 1, laneCount: 1))
    #expect(Set(plan.rowsPerChunk).count > 1, "stages must differ in the rows of a chunk, or nothing is tested")
    let model = RoundingModel(graph, inputs)
    plan.setInputs(inputs)
    for _ in 0..<2 {
      try plan.run(exampleCount: examples, source: TensorSource(["x"].compactMap { inputs[$0] }))
      model.check(plan.results(of: graph), "\(plan.rowsPerChunk)")
    }
  }

  @Test("infinite numbers beyond the last example don't reach a filter's gradient")
  func infinitePadding() throws {
    var b = CaseBuilder(blocksImages: false)
    let logarithms = b.graph.append(.logarithm, b.rows("positive", 8, 4, 4))
    b.apply(.convolutionFilterGradient(Window(size: 3, padding: 1), groups: 1), logarithms, b.rows("dy", 10, 4, 4))
    let inputs = randomInputs(b.graph, seed: 8)
    let model = RoundingModel(b.graph, inputs)
    for options in EngineOptions.variants {
      model.check(try runEngine(b.graph, inputs, batched: b.graph.batchedNames, options: options), "\(options)")
    }
  }

  @Test("what is not a number stays so through every kernel", arguments: EngineCase.divergent, [false, true])
  func notANumber(_ c: EngineCase, blocksImages: Bool) throws {
    for precision in ComputePrecision.allCases {
      let graph = c.graph(blocksImages: blocksImages)
      var inputs = randomInputs(graph, seed: 4)
      for name in ["x", "bias"] { inputs[name]?.values[0] = .nan }
      // A whole filter, as a single tap may meet nothing but padding.
      if let filters = inputs["w"] {
        let size = filters.shape.count / filters.shape[0]
        inputs["w"]?.values.replaceSubrange(0..<size, with: Array(repeating: .nan, count: size))
      }
      let expected = Interpreter.run(graph, inputs)
      let actual = try runEngine(
        graph, inputs, batched: graph.batchedNames, options: EngineOptions(precision: precision))
      for output in graph.outputs where graph.type(of: output.value).kind == .real {
        let pairs = zip(actual[output.name] ?? [], expected[output.name]?.values ?? [])
        let lost = pairs.filter { !$0.isNaN && $1.isNaN }.count
        let made = pairs.filter { $0.isNaN && !$1.isNaN }.count
        #expect(lost == 0 && made == 0, "\(output.name) in \(precision): \(lost) lost, \(made) made")
      }
    }
  }
}

extension EngineCase {
  /// Cases in which a number that isn't one is easily lost: those with a relu.
  fileprivate static let divergent = (namedSubgraphs + fusions).filter { $0.name.contains("relu") }
}
