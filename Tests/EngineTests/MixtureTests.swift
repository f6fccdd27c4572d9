import Testing
import ThalwegEngine
import ThalwegGraphs

@Suite("Engine against interpreter: several operations")
struct MixtureTests {
  @Test("random graphs agree", arguments: 0..<120 as Range<UInt64>)
  func randomGraphs(seed: UInt64) throws {
    try check(RandomGraph.make(seed: seed, layers: 6 + Int(seed % 9)), seed: seed)
  }

  @Test("plain and blocked layouts meet in every order")
  func layouts() throws {
    var b = CaseBuilder(blocksImages: false)
    let window = Window(size: 3, padding: 1)
    let x = b.graph.convolution(b.rows("x", 3, 6, 6), b.input("w1", [17, 3, 3, 3]), window)
    let plain = b.graph.append(.logistic, x)
    let product = b.graph.multiply(plain, x)
    let turned = b.graph.append(.transpose([0, 1, 3, 2]), product)
    let again = b.graph.convolution(turned, b.input("w2", [10, 17, 3, 3]), window)
    let cut = b.graph.append(.slice(start: [0, 2, 0, 0], limit: [7, 9, 6, 6], stride: [1, 3, 1, 2]), again)
    let joined = b.graph.append(.primitive(.concatenate(axis: 1)), [cut, cut])[0]
    let last = b.graph.relu(b.graph.convolution(joined, b.input("w3", [8, 6, 1, 1]), Window(size: 1)))
    let flat = b.graph.append(.reshape([7, 144]), last)
    b.graph.output("plain", plain)
    b.graph.output("product", product)
    b.graph.output("last", last)
    b.graph.output("y", b.graph.matrixProduct(flat, b.input("dense", [144, 4])))
    b.graph.output("loss", b.graph.sum(b.graph.square(last)))
    try check(b.graph.gradient(of: "loss", withRespectTo: ["w1", "w2", "w3"]), seed: 1)
  }

  @Test("a value that a kernel could overwrite survives where it is asked for or used later")
  func survivors() throws {
    var b = CaseBuilder(blocksImages: true)
    let x = b.rows("x", 10, 4, 4)
    let y = b.graph.relu(x)
    let sum = b.graph.add(y, x)
    let normalised = b.graph.append(
      .named(.batchNormalisation(epsilon: 1e-5)), [sum, b.input("gamma", [10]), b.input("beta", [10])])
    let rectified = b.graph.relu(normalised[0])
    // Both stages still need what the first one made.
    let both = b.graph.add(b.graph.multiply(rectified, y), sum)
    let second = b.graph.append(.named(.channelMoments), [both])
    b.graph.output("x", x)
    b.graph.output("relu", y)
    b.graph.output("sum", sum)
    b.graph.output("normalised", normalised[0])
    b.graph.output("again", normalised[0])
    b.graph.output("both", both)
    b.graph.output("mean", second[0])
    b.graph.output("shifted", b.graph.addBias(y, second[1]))
    try check(b.graph, seed: 2)
  }

  @Test("an input may be asked for, and an output may have several names")
  func trivialOutputs() throws {
    var b = CaseBuilder(blocksImages: false)
    let x = b.rows("x", 3, 4, 4)
    let v = b.input("v", [5])
    b.graph.output("x", x)
    b.graph.output("v", v)
    b.graph.output("v again", v)
    b.graph.output("two", b.graph.fill(2, [3]))
    b.graph.output("squares", b.graph.square(v))
    try check(b.graph, seed: 3)
  }

  @Test("second derivatives agree: a tangent of a gradient through pooling, normalisation and shortcuts")
  func hessianProduct() throws {
    let graph = blockGraph(channels: 10, batch: CaseBuilder.batch, size: 6, usesBatchStatistics: true)
    let product = graph.gradient(of: "loss", withRespectTo: blockParameters)
      .tangent(along: blockParameters, of: blockParameters.map { "gradient.\($0)" })
    try check(product, seed: 4)
  }

  private func check(_ graph: Graph, seed: UInt64) throws {
    let inputs = randomInputs(graph, seed: seed)
    let model = RoundingModel(graph, inputs)
    for options in EngineOptions.variants {
      model.check(try runEngine(graph, inputs, batched: graph.batchedNames, options: options), "\(options)")
    }
  }
}
