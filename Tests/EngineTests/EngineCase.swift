import ThalwegEngine
import ThalwegGraphs

/// One graph that engine and interpreter run.
struct EngineCase: Sendable {
  /// What is special about it.
  let name: String
  /// Whether examples meet otherwise than in sums, so that the engine must refuse to divide the batch.
  var mixesExamples = false
  /// Appends the graph and its outputs.
  let build: @Sendable (inout CaseBuilder) -> Void

  init(_ name: String, mixesExamples: Bool = false, _ build: @escaping @Sendable (inout CaseBuilder) -> Void) {
    self.name = name
    self.mixesExamples = mixesExamples
    self.build = build
  }

  /// The graph, with images passed through a layer that leaves them blocked if asked.
  func graph(blocksImages: Bool = false) -> Graph {
    var builder = CaseBuilder(blocksImages: blocksImages)
    build(&builder)
    return builder.graph
  }
}

extension EngineCase: CustomStringConvertible {
  var description: String { name }
}

/// Where a case's inputs live.
enum Placement: String, CaseIterable, Sendable {
  /// Those with examples have a row for each; everything is plain.
  case batched
  /// The same, and images are blocked.
  case blocked
  /// All are shared: the whole is computed once.
  case shared
}

/// A graph under construction. Inputs whose first extent is ``batch`` have rows of examples; no others have that extent.
struct CaseBuilder {
  /// Examples of a case: not a multiple of any chunk but 1.
  static let batch = 7

  var graph = Graph()
  private let blocksImages: Bool

  init(blocksImages: Bool) { self.blocksImages = blocksImages }

  /// An input; images are followed by a bias, whose kernel leaves them blocked, where that is wanted.
  mutating func input(_ name: String, _ shape: Shape, kind: ElementKind = .real) -> Value {
    let value = graph.input(name, shape, kind: kind)
    guard blocksImages && kind == .real && shape.rank == 4 && shape[0] == CaseBuilder.batch else { return value }
    let shift = graph.input("\(name).shift", [shape[1]])
    return graph.addBias(value, shift)
  }

  /// An input with rows `[batch] + extents`.
  mutating func rows(_ name: String, _ extents: Int..., kind: ElementKind = .real) -> Value {
    input(name, Shape([CaseBuilder.batch] + extents), kind: kind)
  }

  /// Asks for one primitive of `operands` as output `y`.
  mutating func apply(_ primitive: Primitive, _ operands: Value...) {
    graph.output("y", graph.append(.primitive(primitive), operands)[0])
  }

  /// Asks for all results of a named subgraph.
  mutating func apply(_ name: NamedSubgraph, _ operands: Value...) {
    for (index, value) in graph.append(.named(name), operands).enumerated() { graph.output("y\(index)", value) }
  }
}

extension Graph {
  /// Names of the inputs with rows of examples.
  var batchedNames: [String] {
    inputs.filter { shape(of: $0.value).extents.first == CaseBuilder.batch }.map(\.name)
  }
}
