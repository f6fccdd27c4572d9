import ThalwegEngine
import ThalwegGraphs
import ThalwegRandomness

/// Supplies rows of tensors.
final class TensorSource: BatchSource {
  private let tensors: [Tensor]

  init(_ tensors: [Tensor]) { self.tensors = tensors }

  func load(_ index: Int, rows: Range<Int>, into target: UnsafeMutableRawPointer) {
    let tensor = tensors[index]
    let width = tensor.shape.count / tensor.shape[0]
    for (offset, entry) in (rows.lowerBound * width..<rows.upperBound * width).enumerated() {
      if tensor.indices.isEmpty {
        target.storeBytes(of: Float(tensor.values[entry]), toByteOffset: 4 * offset, as: Float.self)
      } else {
        target.storeBytes(of: tensor.indices[entry], toByteOffset: 4 * offset, as: Int32.self)
      }
    }
  }
}

/// Random inputs for `graph`, rounded to single precision so that both programs start from the same numbers.
///
/// Names matter: what contains `positive` or `variance` lies in 0.5 … 1.5; filters, whose names begin with `w`, are scaled
/// as an initialisation would, so that signals keep their size from layer to layer. Indices are below 3, and below 12 in
/// tensors of positions.
func randomInputs(_ graph: Graph, seed: UInt64) -> [String: Tensor] {
  var inputs: [String: Tensor] = [:]
  for (position, input) in graph.inputs.enumerated() {
    var stream = RandomStream(seed: seed, UInt64(position))
    let type = graph.type(of: input.value)
    switch type.kind {
    case .index:
      let bound = type.shape.rank == 4 ? 12 : 3
      inputs[input.name] = Tensor(
        type.shape, indices: (0..<type.shape.count).map { _ in Int32(stream.index(below: bound)) })
    case .real:
      let isPositive = input.name.contains("variance") || input.name.contains("positive")
      let fanIn = type.shape.rank == 4 && input.name.hasPrefix("w") ? type.shape.removing(axes: [0]).count : 1
      let scale = (1 / Double(fanIn)).squareRoot()
      inputs[input.name] = Tensor(
        type.shape,
        (0..<type.shape.count).map { _ in
          Double(Float(isPositive ? 0.5 + stream.uniform() : scale * stream.normal()))
        })
    }
  }
  return inputs
}

extension Plan {
  /// Sets every shared input that `inputs` has.
  func setInputs(_ inputs: [String: Tensor]) {
    for (name, tensor) in inputs where !batchedInputs.contains(name) {
      let numbers =
        tensor.indices.isEmpty
        ? tensor.values.map(Float.init) : tensor.indices.map { Float(bitPattern: UInt32(bitPattern: $0)) }
      numbers.withUnsafeBufferPointer { setInput(name, $0) }
    }
  }

  /// The outputs of the last run, widened; indices as whole numbers.
  func results(of graph: Graph) -> [String: [Double]] {
    var results: [String: [Double]] = [:]
    for output in graph.outputs {
      let values = isPerExample(output.name) ? perExampleOutput(output.name) : sharedOutput(output.name)
      results[output.name] =
        graph.type(of: output.value).kind == .real
        ? values.map(Double.init) : values.map { Double(Int32(bitPattern: $0.bitPattern)) }
    }
    return results
  }
}

/// Runs `graph` with the engine and returns its outputs in double precision.
func runEngine(
  _ graph: Graph, _ inputs: [String: Tensor], batched: [String], options: EngineOptions = EngineOptions()
) throws -> [String: [Double]] {
  let plan = try Plan(graph, batched: batched, options: options)
  plan.setInputs(inputs)
  let count = batched.first.flatMap { inputs[$0] }?.shape[0] ?? 0
  try plan.run(exampleCount: count, source: TensorSource(batched.compactMap { inputs[$0] }))
  return plan.results(of: graph)
}

extension EngineOptions {
  /// Ways to divide a handful of examples: all at once, and with lanes and chunks of which the last is not full. One
  /// convolves directly, the others by Winograd's algorithm where they can, whatever is faster on this machine.
  static let variants = [
    EngineOptions(threadCount: 1, laneCount: 1).convolving(byWinograd: true),
    EngineOptions(threadCount: 2, laneCount: 3, rowsPerChunk: 2).convolving(byWinograd: true),
    EngineOptions(threadCount: 3, laneCount: 2, rowsPerChunk: 3).convolving(byWinograd: true),
    EngineOptions(threadCount: 2, laneCount: 8).convolving(byWinograd: false),
  ]

  private func convolving(byWinograd isOn: Bool) -> EngineOptions {
    var options = self
    options.usesWinograd = isOn
    return options
  }
}
