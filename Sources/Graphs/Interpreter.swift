/// A tensor in `Double`, or of indices.
public struct Tensor: Sendable, Equatable {
  /// Extents.
  public let shape: Shape
  /// Entries of a real tensor, row-major; empty for indices.
  public var values: [Double]
  /// Entries of an index tensor; empty for reals.
  public var indices: [Int32]

  /// A real tensor.
  public init(_ shape: Shape, _ values: [Double]) {
    precondition(values.count == shape.count, "\(values.count) values for shape \(shape)")
    self.shape = shape
    self.values = values
    indices = []
  }

  /// A tensor of indices.
  public init(_ shape: Shape, indices: [Int32]) {
    precondition(indices.count == shape.count, "\(indices.count) indices for shape \(shape)")
    self.shape = shape
    values = []
    self.indices = indices
  }

  /// A scalar.
  public init(_ value: Double) { self.init(.scalar, [value]) }
}

/// Runs graphs in `Double` by plain loops. Slow and obvious: the oracle for derivatives and for every engine.
public enum Interpreter {
  /// Computes the outputs of `graph`.
  ///
  /// - Parameters:
  ///   - graph: Named subgraphs are run by their definitions.
  ///   - inputs: One tensor of the declared shape and kind for every input.
  /// - Returns: The outputs by name.
  /// - Complexity: A value is freed after its last use.
  public static func run(_ graph: Graph, _ inputs: [String: Tensor]) -> [String: Tensor] {
    let graph = graph.expanded().pruned()
    var remaining = [Int](repeating: 0, count: graph.types.count)
    for node in graph.nodes { for operand in node.operands { remaining[operand.id] += 1 } }
    for output in graph.outputs { remaining[output.value.id] += 1 }

    var memory = [Storage?](repeating: nil, count: graph.types.count)
    for node in graph.nodes {
      guard case .primitive(let primitive) = node.operation else { continue }
      let result = node.results[0]
      let storage = Storage(graph.type(of: result))
      if primitive == .input {
        guard let name = graph.inputs.first(where: { $0.value == result })?.name, let tensor = inputs[name] else {
          preconditionFailure("an input has no tensor: \(graph.inputs.map(\.name)) asked, \(inputs.keys) given")
        }
        storage.assign(tensor, name: name)
      } else {
        let operands = node.operands.map { operand -> PlainBuffer<Double> in
          guard let storage = memory[operand.id] else { preconditionFailure("value \(operand.id) was freed too early") }
          return storage.buffer
        }
        runPrimitive(primitive, operands, storage.buffer)
      }
      memory[result.id] = storage
      for operand in node.operands {
        remaining[operand.id] -= 1
        if remaining[operand.id] == 0 { memory[operand.id] = nil }
      }
    }
    var results: [String: Tensor] = [:]
    for output in graph.outputs { results[output.name] = memory[output.value.id]?.tensor }
    return results
  }

  /// Memory of one value.
  private final class Storage {
    let type: ValueType
    private let raw: UnsafeMutableRawPointer

    init(_ type: ValueType) {
      self.type = type
      let bytes = type.shape.count * MemoryLayout<Double>.stride
      raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    }

    deinit { raw.deallocate() }

    var buffer: PlainBuffer<Double> {
      switch type.kind {
      case .real: PlainBuffer(type.shape, reals: raw.bindMemory(to: Double.self, capacity: type.shape.count))
      case .index: PlainBuffer(type.shape, indices: raw.bindMemory(to: Int32.self, capacity: type.shape.count))
      }
    }

    func assign(_ tensor: Tensor, name: String) {
      precondition(tensor.shape == type.shape, "input \(name) has shape \(tensor.shape), expected \(type.shape)")
      switch type.kind {
      case .real: tensor.values.withUnsafeBufferPointer { copy($0, to: buffer.real) }
      case .index: tensor.indices.withUnsafeBufferPointer { copy($0, to: buffer.index) }
      }
    }

    private func copy<Element>(
      _ source: UnsafeBufferPointer<Element>, to target: UnsafeMutablePointer<Element>
    ) {
      precondition(source.count == type.shape.count, "an input has the wrong kind of entries")
      if let base = source.baseAddress { target.update(from: base, count: source.count) }
    }

    var tensor: Tensor {
      switch type.kind {
      case .real: Tensor(type.shape, Array(UnsafeBufferPointer(start: buffer.real, count: type.shape.count)))
      case .index:
        Tensor(type.shape, indices: Array(UnsafeBufferPointer(start: buffer.index, count: type.shape.count)))
      }
    }
  }
}
