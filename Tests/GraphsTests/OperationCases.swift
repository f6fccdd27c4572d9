import Testing
import ThalwegGraphs
import ThalwegRandomness

/// One operation applied to operands of small shapes.
struct OperationCase: Sendable, CustomTestStringConvertible {
  /// What the entries of a real operand are.
  enum Entries: Sendable {
    /// Of either sign, between 0.2 and 1.2 in size: no step of a difference quotient changes a sign.
    case signed
    /// Between 0.5 and 1.5.
    case positive
    /// All different by 0.1 at least: no step of a difference quotient changes which is the largest.
    case distinct
  }

  let name: String
  /// Shapes of the real operands.
  let shapes: [Shape]
  let entries: [Entries]
  /// Index operands, which stand after the real ones.
  var indices: [Tensor] = []
  let apply: @Sendable (inout Graph, _ reals: [Value], _ indices: [Value]) -> [Value]

  var testDescription: String { name }

  init(
    _ name: String, _ shapes: [Shape], _ entries: [Entries]? = nil, indices: [Tensor] = [],
    apply: @escaping @Sendable (inout Graph, [Value], [Value]) -> [Value]
  ) {
    self.name = name
    self.shapes = shapes
    self.entries = entries ?? shapes.map { _ in .signed }
    self.indices = indices
    self.apply = apply
  }

  /// A case of one primitive whose operands are the reals, then the indices.
  static func primitive(
    _ primitive: Primitive, _ shapes: [Shape], _ entries: [Entries]? = nil, indices: [Tensor] = [],
    remark: String = ""
  ) -> OperationCase {
    OperationCase("\(primitive)\(remark.isEmpty ? "" : ", \(remark)")", shapes, entries, indices: indices) {
      $0.append(.primitive(primitive), $1 + $2)
    }
  }

  /// A case of one named subgraph whose operands are the reals, with the indices at the given position.
  static func named(
    _ subgraph: NamedSubgraph, _ shapes: [Shape], _ entries: [Entries]? = nil, indices: [Tensor] = [],
    at position: Int = 0
  ) -> OperationCase {
    OperationCase("\(subgraph)", shapes, entries, indices: indices) { graph, reals, whole in
      var operands = reals
      operands.insert(contentsOf: whole, at: position)
      return graph.append(.named(subgraph), operands)
    }
  }

  /// The entries of all operands: the reals are called `x0`, `x1`, …, the indices `i0`, `i1`, ….
  func inputs(seed: UInt64 = 1) -> [String: Tensor] {
    var inputs: [String: Tensor] = [:]
    for (position, shape) in shapes.enumerated() {
      var stream = RandomStream(seed: seed, UInt64(position))
      let order = stream.permutation(of: shape.count)
      let values = (0..<shape.count).map { i in
        switch entries[position] {
        case .signed: (stream.uniform() < 0.5 ? -1 : 1) * (0.2 + stream.uniform())
        case .positive: 0.5 + stream.uniform()
        case .distinct: 0.2 * Double(order[i] - shape.count / 2) + 0.1 * stream.uniform() + 0.05
        }
      }
      inputs["x\(position)"] = Tensor(shape, values)
    }
    for (position, tensor) in indices.enumerated() { inputs["i\(position)"] = tensor }
    return inputs
  }

  /// The names of the real operands.
  var names: [String] { shapes.indices.map { "x\($0)" } }

  /// A graph with the operation's real results as outputs `y0`, `y1`, ….
  func graph() -> Graph {
    var graph = Graph()
    let results = append(to: &graph)
    for (position, result) in results.enumerated() { graph.output("y\(position)", result) }
    return graph
  }

  /// A graph with the scalar output `loss = Σ (u + ½ y) y` over all real results `y`, for random constants `u`.
  ///
  /// The square makes second derivatives of linear operations differ from zero.
  func lossGraph() -> Graph {
    var graph = Graph()
    var loss = graph.fill(0, .scalar)
    for (position, result) in append(to: &graph).enumerated() {
      let shape = graph.shape(of: result)
      let weights = graph.constant(RandomStream(seed: 77, UInt64(position)), shape)
      let half = graph.scale(result, by: 0.5)
      let factor = graph.add(weights, half)
      let term = graph.multiply(factor, result)
      loss = graph.add(loss, graph.sum(term))
    }
    graph.output("loss", loss)
    return graph
  }

  private func append(to graph: inout Graph) -> [Value] {
    let reals = shapes.enumerated().map { graph.input("x\($0.offset)", $0.element) }
    let whole = indices.enumerated().map { graph.input("i\($0.offset)", $0.element.shape, kind: .index) }
    let results = apply(&graph, reals, whole)
    return results.filter { graph.type(of: $0).kind == .real }
  }
}

extension Graph {
  /// Fixed entries between −1 and 1, made of single numbers because graphs have no constants of many entries.
  fileprivate mutating func constant(_ stream: RandomStream, _ shape: Shape) -> Value {
    var stream = stream
    var parts: [Value] = []
    for _ in 0..<min(shape.count, 7) { parts.append(fill(2 * stream.uniform() - 1, [1])) }
    let row = append(.primitive(.concatenate(axis: 0)), parts)[0]
    let copies = (shape.count + parts.count - 1) / parts.count
    let table = append(.broadcast(axes: [0], extents: [copies]), row)
    let flat = reshape(table, to: [copies * parts.count])
    let cut = append(.slice(start: [0], limit: [shape.count], stride: [1]), flat)
    return reshape(cut, to: shape)
  }
}
