import Testing
import ThalwegGraphs
import ThalwegNetworks
import ThalwegRandomness
import ThalwegSurfaces

@Suite("The graph of a network")
struct NetworkGraphTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let text: String
    let inputShape: [Int]
    var testDescription: String { "\(text) on \(inputShape)" }
  }

  static let cases = [
    Case(text: "mlp:12-7-5-4", inputShape: [3, 2, 2]),
    Case(text: "mlp:6-5-4,tanh", inputShape: [6]),
    Case(text: "mlp:6-5-4,logistic,bn", inputShape: [6]),
    Case(text: "lenet", inputShape: [1, 28, 28]),
    Case(text: "lenet-bn", inputShape: [3, 32, 32]),
    Case(text: "vgg11", inputShape: [3, 32, 32]),
    Case(text: "vgg11-bn", inputShape: [3, 32, 32]),
    Case(text: "vgg16-bn:head=8-8,bias=false", inputShape: [1, 32, 32]),
    Case(text: "resnet20", inputShape: [3, 32, 32]),
    Case(text: "resnet20-noshort", inputShape: [3, 32, 32]),
    Case(text: "resnet8:width=3,padding=after", inputShape: [1, 16, 16]),
    Case(text: "resnet14:width=5,shortcut=b", inputShape: [1, 9, 7]),
  ]

  static let batch = 3

  static func inputs(_ network: Network) -> [String: Tensor] {
    var inputs = network.initialState(seed: 5).tensors
    var stream = RandomStream(seed: 11)
    let shape = Shape([batch] + network.inputShape)
    inputs["images"] = Tensor(shape, (0..<shape.count).map { _ in stream.normal() })
    inputs["labels"] = Tensor(
      [batch], indices: (0..<batch).map { _ in Int32(stream.index(below: network.classCount)) })
    return inputs
  }

  @Test("logits are finite and differ between examples", arguments: cases, NormalisationStatistics.allCases)
  func logitsAreFinite(_ c: Case, _ statistics: NormalisationStatistics) throws {
    let network = try Network.named(c.text, inputShape: c.inputShape, classCount: 4)
    let results = Interpreter.run(
      network.lossGraph(batch: Self.batch, statistics), Self.inputs(network))
    let logits = try #require(results["logits"])
    #expect(logits.shape == [Self.batch, 4])
    #expect(logits.values.allSatisfy { $0.isFinite })
    #expect(logits.values.prefix(4) != logits.values.suffix(4))
  }

  @Test("graph inputs are the state's entries in order, and images and labels", arguments: cases)
  func inputsAreEntries(_ c: Case) throws {
    let network = try Network.named(c.text, inputShape: c.inputShape, classCount: 4)
    let running = network.lossGraph(batch: 2, .running).inputs.map(\.name)
    #expect(running == ["images", "labels"] + network.space.entries.map(\.name))
    let batch = network.lossGraph(batch: 2, .batch).inputs.map(\.name)
    #expect(batch == ["images", "labels"] + network.space.parameters.map(\.entry.name))
  }

  @Test("running statistics equal to the batch's own give the batch's logits", arguments: cases)
  func policiesAgree(_ c: Case) throws {
    let network = try Network.named(c.text, inputShape: c.inputShape, classCount: 4)
    var inputs = Self.inputs(network)
    let own = Interpreter.run(network.lossGraph(batch: Self.batch, .batch), inputs)
    for (entry, _) in network.space.buffers {
      let (suffix, output) =
        entry.role == .runningMean ? (".running_mean", "batchMean") : (".running_var", "batchVariance")
      inputs[entry.name] = own["\(output).\(entry.name.dropLast(suffix.count))"]
    }
    let given = Interpreter.run(network.lossGraph(batch: Self.batch, .running), inputs)
    let (a, b) = (try #require(own["logits"]?.values), try #require(given["logits"]?.values))
    // Rounding of each layer, some 10⁴ ulp of the largest logit, is enlarged by at most the inverse deviations.
    let scale = a.map { abs($0) }.max() ?? 0
    for (x, y) in zip(a, b) { expectClose(x, y, relative: 0, absolute: 1e-10 * scale) }
  }

  @Test("the gradient of the loss along a direction is the difference quotient", arguments: cases)
  func gradientIsSlope(_ c: Case) throws {
    let network = try Network.named(c.text, inputShape: c.inputShape, classCount: 4)
    var inputs = Self.inputs(network)
    let graph = network.lossGraph(batch: Self.batch, .batch)
    // The last layer is smooth everywhere, so that no kink of ReLU or pooling disturbs the quotient.
    let weight = try #require(network.space.entries.last { $0.role == .denseWeight })
    let gradient = Interpreter.run(
      graph.gradient(of: "loss", withRespectTo: [weight.name]), inputs)["gradient.\(weight.name)"]
    let start = try #require(inputs[weight.name])
    let step = 1e-5
    func loss(_ t: Double) -> Double {
      var stream = RandomStream(seed: 2)
      inputs[weight.name] = Tensor(start.shape, start.values.map { $0 + t * stream.normal() })
      return Interpreter.run(graph, inputs)["loss"]?.values[0] ?? .nan
    }
    let quotient = (loss(step) - loss(-step)) / (2 * step)
    var stream = RandomStream(seed: 2)
    let slope = (gradient?.values ?? []).reduce(0) { $0 + $1 * stream.normal() }
    // Cut-off h²|f‴| and rounding ε|f|/h, both near 10⁻¹⁰ for losses and slopes near 1; logits of VGG are larger.
    expectClose(quotient, slope, relative: 1e-6, absolute: 1e-8)
  }
}
