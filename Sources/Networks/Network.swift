public import ThalwegGraphs
import ThalwegRandomness
public import ThalwegSurfaces

/// A network: a table of layers for inputs of one shape, with the layout of its state.
public struct Network: Sendable {
  /// What it is called; ``named(_:inputShape:classCount:)`` understands the names of the zoo's networks.
  public let name: String
  /// Extents of one example: `[channels, height, width]` or `[features]`.
  public let inputShape: [Int]
  /// Number of logits.
  public let classCount: Int
  /// The layout of its state. Names, shapes and order are those of PyTorch's `state_dict` for the same architecture,
  /// without counters of batches.
  public let space: StateSpace
  /// The layers in order.
  public let layers: [any Layer]
  private let initialisers: [Initialiser]

  /// Makes a network and checks that its layers fit together.
  ///
  /// - Parameters:
  ///   - name: What it is called.
  ///   - inputShape: `[channels, height, width]` or `[features]`, each at least 1.
  ///   - classCount: Number of logits that the layers give, at least 1.
  ///   - layers: The layers in order.
  /// - Throws: ``NetworkError``.
  public init(
    name: String, inputShape: [Int], classCount: Int, layers: [any Layer]
  ) throws(NetworkError) {
    guard inputShape.count == 1 || inputShape.count == 3 else {
      throw NetworkError.unsuitableInput(
        layer: name, expected: "examples [channels, height, width] or [features]", found: inputShape)
    }
    var count = 1
    for extent in inputShape {
      guard extent > 0 else { throw NetworkError.notPositive(what: "an extent of the input", value: extent) }
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow && product <= NetworkBuilder.parameterLimit else {
        throw NetworkError.tooLarge(name: "input")
      }
      count = product
    }
    guard classCount > 0 else {
      throw NetworkError.notPositive(what: "the number of classes", value: classCount)
    }

    var builder = NetworkBuilder(graph: Graph(), statistics: .batch)
    let images = builder.graph.input("images", Shape([1] + inputShape))
    let logits = try Module(layers).apply(to: images, in: &builder)
    let result = builder.shape(of: logits)
    guard result == [classCount] else { throw NetworkError.wrongResult(expected: classCount, found: result) }

    self.name = name
    self.inputShape = inputShape
    self.classCount = classCount
    self.layers = layers
    space = builder.makeSpace()
    initialisers = builder.initialisers
  }

  /// A state as training begins with it, in single precision.
  ///
  /// Every tensor has a random stream of its own, so networks that share their first tensors share those numbers too.
  ///
  /// - Parameter seed: The same seed gives the same bits.
  public func initialState(seed: UInt64) -> ModelState {
    var (parameters, buffers): ([Float], [Float]) = ([], [])
    parameters.reserveCapacity(space.parameterCount)
    buffers.reserveCapacity(space.bufferCount)
    let purpose: UInt64 = 0x696E_6974  // "init": keeps these streams apart from others of the same seed.
    for (index, entry) in space.entries.enumerated() {
      let stream = RandomStream(seed: seed, purpose, UInt64(index))
      let numbers = initialisers[index].numbers(count: entry.count, from: stream)
      if entry.role.isTrainable { parameters += numbers } else { buffers += numbers }
    }
    return ModelState(space: space, parameters: ModelVector(parameters), buffers: ModelVector(buffers))
  }

  /// Appends the network to `graph`.
  ///
  /// Each tensor of the state becomes a graph input of the entry's name, in state order; under
  /// ``NormalisationStatistics/batch`` running statistics do not. Then every normalisation NAME, such as `layer1.0.bn1`,
  /// also asks for the graph outputs `batchMean.NAME` and `batchVariance.NAME` (biased).
  ///
  /// - Parameters:
  ///   - graph: Must have no inputs with names of the state.
  ///   - images: `[batch] + inputShape`.
  ///   - statistics: Whose statistics normalisations use.
  /// - Returns: The logits `[batch, classCount]`.
  public func build(
    into graph: inout Graph, images: Value, statistics: NormalisationStatistics
  ) -> Value {
    let found = Array(graph.shape(of: images).extents.dropFirst())
    precondition(found == inputShape, "\(name) takes examples \(inputShape), found \(found)")
    var builder = NetworkBuilder(graph: graph, statistics: statistics)
    graph = Graph()  // The builder is now the graph's only owner, so nodes are appended in place.
    do {
      let logits = try Module(layers).apply(to: images, in: &builder)
      graph = builder.graph
      return logits
    } catch {
      fatalError("\(name) was checked when it was made, yet: \(error)")
    }
  }
}
