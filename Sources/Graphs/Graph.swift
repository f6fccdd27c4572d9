/// One tensor of a graph, defined once.
public struct Value: Hashable, Sendable {
  /// Position in the graph's list of values.
  public let id: Int
}

/// What a tensor holds.
public enum ElementKind: Sendable, Hashable {
  /// Real numbers.
  case real
  /// Whole numbers: class labels, positions.
  case index
}

/// Shape and kind of a tensor.
public struct ValueType: Hashable, Sendable {
  /// Its extents.
  public let shape: Shape
  /// What it holds.
  public let kind: ElementKind

  /// A type; real unless told otherwise.
  public init(_ shape: Shape, _ kind: ElementKind = .real) {
    self.shape = shape
    self.kind = kind
  }
}

/// One operation of a graph with its operands and results.
public struct Node: Sendable {
  /// What is done.
  public let operation: Operation
  /// What it is done to.
  public let operands: [Value]
  /// What it defines. A primitive has one result.
  public let results: [Value]
}

/// A value with a name, at the border of a graph.
public struct NamedValue: Sendable, Hashable {
  /// Its name, unique among the inputs or the outputs.
  public let name: String
  /// The value.
  public let value: Value
}

/// A computation on tensors of fixed shape in single-assignment form: each node comes after its operands.
///
/// Build one by calling the methods of `Graph+Building.swift`; turn it into another with ``gradient(of:withRespectTo:)``,
/// ``tangent(along:)``, ``expanded(where:)`` and ``pruned()``; run it with ``Interpreter`` or an engine.
public struct Graph: Sendable {
  /// Nodes in an order in which they can be run.
  public private(set) var nodes: [Node] = []
  /// Type of every value, by ``Value/id``.
  public private(set) var types: [ValueType] = []
  /// Values supplied from outside, in the order of their definition.
  public private(set) var inputs: [NamedValue] = []
  /// Values asked for.
  public private(set) var outputs: [NamedValue] = []

  /// An empty graph.
  public init() {}

  /// The type of `value`.
  public func type(of value: Value) -> ValueType { types[value.id] }

  /// The shape of `value`.
  public func shape(of value: Value) -> Shape { types[value.id].shape }

  /// The input called `name`.
  public func input(named name: String) -> Value? { inputs.first { $0.name == name }?.value }

  /// The output called `name`.
  public func output(named name: String) -> Value? { outputs.first { $0.name == name }?.value }

  /// Declares an input.
  public mutating func input(_ name: String, _ shape: Shape, kind: ElementKind = .real) -> Value {
    precondition(input(named: name) == nil, "two inputs are called \(name)")
    let value = define(ValueType(shape, kind))
    nodes.append(Node(operation: .primitive(.input), operands: [], results: [value]))
    inputs.append(NamedValue(name: name, value: value))
    return value
  }

  /// Asks for `value` under `name`.
  public mutating func output(_ name: String, _ value: Value) {
    precondition(output(named: name) == nil, "two outputs are called \(name)")
    outputs.append(NamedValue(name: name, value: value))
  }

  /// Appends an operation; its result types follow from the operands.
  ///
  /// Traps on operands that the operation can't take: shapes are the builder's responsibility.
  public mutating func append(_ operation: Operation, _ operands: [Value]) -> [Value] {
    let operandTypes = operands.map { types[$0.id] }
    let resultTypes: [ValueType]
    switch operation {
    case .primitive(let primitive): resultTypes = [primitive.resultType(operandTypes)]
    case .named(let name): resultTypes = name.resultTypes(operandTypes)
    }
    let results = resultTypes.map { define($0) }
    nodes.append(Node(operation: operation, operands: operands, results: results))
    return results
  }

  /// Appends a primitive operation.
  public mutating func append(_ primitive: Primitive, _ operands: Value...) -> Value {
    append(.primitive(primitive), operands)[0]
  }

  /// A tensor of `shape` filled with `number`.
  public mutating func fill(_ number: Double, _ shape: Shape) -> Value {
    let value = define(ValueType(shape))
    nodes.append(Node(operation: .primitive(.fill(number)), operands: [], results: [value]))
    return value
  }

  private mutating func define(_ type: ValueType) -> Value {
    types.append(type)
    return Value(id: types.count - 1)
  }
}

extension Graph {
  /// Copies `node` of `source` into this graph with its operands replaced, and records what its results became.
  mutating func copy(_ node: Node, of source: Graph, into map: inout [Value: Value]) {
    switch node.operation {
    case .primitive(.input):
      guard let named = source.inputs.first(where: { $0.value == node.results[0] }) else {
        preconditionFailure("an input without a name")
      }
      map[node.results[0]] = input(named.name, source.shape(of: named.value), kind: source.type(of: named.value).kind)
    case .primitive(.fill(let number)):
      map[node.results[0]] = fill(number, source.shape(of: node.results[0]))
    default:
      let results = append(node.operation, node.operands.map { map.translated($0) })
      for (old, new) in zip(node.results, results) { map[old] = new }
    }
  }

  /// Asks for the same outputs as `source`, translated.
  mutating func copyOutputs(of source: Graph, through map: [Value: Value]) {
    for named in source.outputs { output(named.name, map.translated(named.value)) }
  }

  /// The graph without nodes on which no output depends. Inputs stay.
  public func pruned() -> Graph {
    var isNeeded = [Bool](repeating: false, count: types.count)
    for named in outputs { isNeeded[named.value.id] = true }
    for node in nodes.reversed() where node.results.contains(where: { isNeeded[$0.id] }) {
      for operand in node.operands { isNeeded[operand.id] = true }
    }
    var result = Graph()
    var map: [Value: Value] = [:]
    for node in nodes {
      if node.operation == .primitive(.input) || node.results.contains(where: { isNeeded[$0.id] }) {
        result.copy(node, of: self, into: &map)
      }
    }
    result.copyOutputs(of: self, through: map)
    return result
  }

  /// The graph that computes only the outputs called `names`. Inputs stay.
  public func keepingOutputs(_ names: [String]) -> Graph {
    var result = self
    result.outputs = outputs.filter { names.contains($0.name) }
    return result.pruned()
  }

  /// Gives outputs other names, which must differ.
  public mutating func renameOutputs(_ rename: (String) -> String) {
    let names = outputs.map { rename($0.name) }
    precondition(Set(names).count == names.count, "two outputs would have one name")
    outputs = zip(names, outputs).map { NamedValue(name: $0, value: $1.value) }
  }

  /// The graph with every named subgraph for which `isExpanded` holds replaced by its definition, repeatedly.
  public func expanded(where isExpanded: (NamedSubgraph) -> Bool = { _ in true }) -> Graph {
    var graph = self
    while graph.nodes.contains(where: { node in
      if case .named(let name) = node.operation { return isExpanded(name) }
      return false
    }) {
      var result = Graph()
      var map: [Value: Value] = [:]
      for node in graph.nodes {
        if case .named(let name) = node.operation, isExpanded(name) {
          let results = name.expand(in: &result, node.operands.map { map.translated($0) })
          for (old, new) in zip(node.results, results) { map[old] = new }
        } else {
          result.copy(node, of: graph, into: &map)
        }
      }
      result.copyOutputs(of: graph, through: map)
      graph = result
    }
    return graph
  }
}

extension [Value: Value] {
  /// The value that `value` became.
  func translated(_ value: Value) -> Value {
    guard let new = self[value] else { preconditionFailure("value \(value.id) is used before it is defined") }
    return new
  }
}
