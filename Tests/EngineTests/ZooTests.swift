import Testing
import ThalwegEngine
import ThalwegGraphs
import ThalwegNetworks
import ThalwegRandomness
import ThalwegSurfaces

@Suite("Engine against interpreter: the networks of the zoo")
struct ZooTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let text: String
    var inputShape = [3, 32, 32]
    var batch = 3
    var statistics = NormalisationStatistics.allCases
    /// Whether the gradient is taken in the first and last layers only, and few runs of the rounding model have to do:
    /// for networks with millions of parameters.
    var isHuge = false
    var testDescription: String { text }
  }

  /// Every family, with every layer and option; deep networks are narrow, and images no larger than needed. Networks
  /// without normalisation are the same under both statistics.
  static let cases = [
    Case(text: "mlp:12-9-8-4", inputShape: [3, 2, 2], batch: 5),
    Case(text: "mlp:6-33-4,tanh", inputShape: [6], batch: 5),
    Case(text: "mlp:6-5-4,logistic,bn", inputShape: [6], batch: 5),
    Case(text: "lenet", inputShape: [1, 28, 28]),
    Case(text: "lenet-bn", inputShape: [3, 16, 16], batch: 5),
    Case(text: "vgg11", batch: 1, statistics: [.running], isHuge: true),
    Case(text: "vgg11-bn", batch: 2, isHuge: true),
    Case(text: "vgg16:head=8-8", batch: 1, statistics: [.running], isHuge: true),
    Case(text: "vgg16-bn:bias=false", batch: 2, statistics: [.batch], isHuge: true),
    Case(text: "resnet20", inputShape: [3, 12, 12]),
    Case(text: "resnet20-noshort", inputShape: [3, 12, 12]),
    Case(text: "resnet8:width=3,padding=after", inputShape: [1, 16, 16]),
    Case(text: "resnet14:width=5,shortcut=b", inputShape: [1, 9, 7], batch: 5),
    Case(text: "resnet32:width=4", inputShape: [3, 8, 8]),
    Case(text: "resnet44:width=4", inputShape: [3, 8, 8]),
    Case(text: "resnet56:width=4", inputShape: [3, 8, 8]),
    Case(text: "resnet110:width=4", inputShape: [3, 8, 8]),
  ]

  /// The interpreter would need many minutes for the huge ones where it is not optimised.
  static let feasibleCases: [Case] = {
    #if DEBUG
      cases.filter { !$0.isHuge }
    #else
      cases
    #endif
  }()

  @Test("the table has every network of the catalogue")
  func tableIsComplete() {
    let found = Set(Self.cases.map { String($0.text.prefix { $0 != ":" }) })
    #expect(Network.catalogue.allSatisfy { found.contains($0.name) })
  }

  @Test("losses and gradients agree", arguments: feasibleCases)
  func gradients(_ c: Case) throws {
    for statistics in c.statistics { try check(c, statistics) }
  }

  private func check(_ c: Case, _ statistics: NormalisationStatistics) throws {
    let network = try Network.named(c.text, inputShape: c.inputShape, classCount: 4)
    var graph = Graph()
    let images = graph.input("images", Shape([c.batch] + c.inputShape))
    let labels = graph.input("labels", [c.batch], kind: .index)
    let logits = network.build(into: &graph, images: images, statistics: statistics)
    let losses = graph.softmaxCrossEntropy(logits, labels: labels)
    graph.output("losses", losses)
    graph.output("loss", graph.mean(losses, over: [0]))
    if statistics == .running { graph = graph.foldingAffineMaps() }
    let names = network.space.parameters.map(\.entry.name)
    let gradient = graph.gradient(
      of: "loss", withRespectTo: c.isHuge ? Array(names.prefix(4) + names.suffix(2)) : names)

    var inputs = randomInputs(gradient, seed: 1)
    let state = network.initialState(seed: 2)
    for (index, entry) in network.space.entries.enumerated() {
      inputs[entry.name] = Tensor(Shape(entry.shape), state.values(of: index))
    }
    let model = RoundingModel(gradient, inputs, runs: c.isHuge ? 2 : 8)
    let actual = try runEngine(
      gradient, inputs, batched: ["images", "labels"], options: EngineOptions(threadCount: 2, laneCount: 2))
    model.check(actual, "\(statistics)")
  }
}
