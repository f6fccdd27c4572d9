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
func randomInputs(_ graph: Graph, seed: UInt64, classes: Int = 3) -> [String: Tensor] {
  var inputs: [String: Tensor] = [:]
  for (position, input) in graph.inputs.enumerated() {
    var stream = RandomStream(seed: seed, UInt64(position))
    let type = graph.type(of: input.value)
    switch type.kind {
    case .index:
      inputs[input.name] = Tensor(type.shape, indices: (0..<type.shape.count).map { _ in Int32(stream.index(below: classes)) })
    case .real:
      let isPositive = input.name.hasPrefix("variance") || input.name.contains("positive")
      // Filters are scaled as an initialisation would, so that signals keep their size from layer to layer.
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

/// Runs `graph` with the engine and returns its outputs in double precision.
func runEngine(
  _ graph: Graph, _ inputs: [String: Tensor], batched: [String], options: EngineOptions = EngineOptions()
) throws -> [String: [Double]] {
  let plan = try Plan(graph, batched: batched, options: options)
  for input in graph.inputs where !batched.contains(input.name) {
    guard let tensor = inputs[input.name] else { continue }
    tensor.values.map(Float.init).withUnsafeBufferPointer { plan.setInput(input.name, $0) }
  }
  let count = batched.first.flatMap { inputs[$0] }?.shape[0] ?? 0
  try plan.run(exampleCount: count, source: TensorSource(batched.compactMap { inputs[$0] }))
  var results: [String: [Double]] = [:]
  for output in graph.outputs {
    let values = plan.isPerExample(output.name) ? plan.perExampleOutput(output.name) : plan.sharedOutput(output.name)
    results[output.name] = values.map(Double.init)
  }
  return results
}
