import ThalwegDatasets
public import ThalwegEngine
import ThalwegGraphs
import ThalwegNetworks

/// How networks are run.
public struct ComputeOptions: Sendable, Hashable {
  /// Threads that work together on one evaluation.
  public var threadCount: Int
  /// Number format inside the network.
  public var precision: ComputePrecision
  /// Most bytes of first-order values that products of second order may keep between them; beyond, they are computed
  /// again for every product.
  public var keptBytes: Int
  /// Directions that products of second order will mostly be asked for at once. First-order values that cannot be kept
  /// are then shared among them; it takes ``keptBytes`` of memory at most.
  public var directionsAtOnce: Int

  /// Options; single precision, and two gigabytes of kept values.
  public init(
    threadCount: Int, precision: ComputePrecision = .float32, keptBytes: Int = 2 << 30, directionsAtOnce: Int = 1
  ) {
    precondition(threadCount > 0, "\(threadCount) threads can do no work")
    precondition(directionsAtOnce > 0, "\(directionsAtOnce) directions make no block")
    self.directionsAtOnce = directionsAtOnce
    self.threadCount = threadCount
    self.precision = precision
    self.keptBytes = keptBytes
  }
}

/// A network does not fit a data set.
public enum NeuralSurfaceError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The examples have another shape than the network takes.
  case exampleShape(network: String, expected: [Int], dataset: String, found: [Int])
  /// The data set has more classes than the network tells apart.
  case classCount(network: String, expected: Int, dataset: String, found: Int)
  /// There are no examples.
  case noExamples(dataset: String)
  /// Batch statistics of a single number are undefined.
  case batchTooSmall(Int)

  /// One line.
  public var description: String {
    switch self {
    case .exampleShape(let network, let expected, let dataset, let found):
      "\(network) takes examples of shape \(expected), \(dataset) has \(found)"
    case .classCount(let network, let expected, let dataset, let found):
      "\(network) tells \(expected) classes apart, \(dataset) has \(found)"
    case .noExamples(let dataset): "\(dataset) has no examples"
    case .batchTooSmall(let size): "a batch of \(size) is too small for batch statistics; take at least 2"
    }
  }
}

/// A network, and the data on which its loss is measured: what surfaces and streams of them have in common.
struct NeuralProblem: Sendable {
  let network: Network
  let dataset: Dataset
  let normalisation: Normalisation
  let compute: ComputeOptions

  init(
    _ network: Network, _ dataset: Dataset, _ normalisation: Normalisation, _ compute: ComputeOptions
  ) throws {
    guard dataset.count > 0 else { throw NeuralSurfaceError.noExamples(dataset: dataset.name) }
    // A dense network takes an image as the list of its pixels.
    let size = dataset.exampleShape.reduce(1, *)
    guard network.inputShape == dataset.exampleShape || network.inputShape == [size] else {
      throw NeuralSurfaceError.exampleShape(
        network: network.name, expected: network.inputShape, dataset: dataset.name, found: dataset.exampleShape)
    }
    guard dataset.classCount <= network.classCount else {
      throw NeuralSurfaceError.classCount(
        network: network.name, expected: network.classCount, dataset: dataset.name, found: dataset.classCount)
    }
    _ = try normalisation.constants(channelCount: dataset.channelCount)
    self.network = network
    self.dataset = dataset
    self.normalisation = normalisation
    self.compute = compute
  }

  /// Names of the batched inputs, in the order in which ``ExampleSource`` knows them.
  static let batchedInputs = ["images", "labels", "weights"]

  /// The weighted sum of the losses of `batch` examples: output `loss`, with per-example outputs `losses` and `correct`,
  /// and on request `logits`.
  func lossGraph(batch: Int, statistics: NormalisationStatistics, hasLogits: Bool = false) -> Graph {
    var graph = Graph()
    let images = graph.input("images", Shape([batch] + network.inputShape))
    let labels = graph.input("labels", [batch], kind: .index)
    let weights = graph.input("weights", [batch])
    let logits = network.build(into: &graph, images: images, statistics: statistics)
    let losses = graph.softmaxCrossEntropy(logits, labels: labels)
    graph.output("losses", losses)
    graph.output("correct", graph.named(.isCorrect, logits, labels))
    graph.output("loss", graph.sum(graph.multiply(losses, weights)))
    if hasLogits { graph.output("logits", logits) }
    return statistics == .running ? graph.foldingAffineMaps() : graph
  }
}
