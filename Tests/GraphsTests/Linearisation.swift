import Testing
import ThalwegGraphs
import ThalwegRandomness

/// A graph near one point: its values and derivatives along the line `x + t d`, `d` the direction 1.
struct Linearisation {
  let graph: Graph
  /// Inputs that move.
  let names: [String]
  let inputs: [String: Tensor]

  init(_ graph: Graph, _ names: [String], _ inputs: [String: Tensor]) {
    self.graph = graph
    self.names = names
    self.inputs = inputs
  }

  /// Random direction number `index`, one tensor for each input that moves.
  func direction(_ index: UInt64) -> [Tensor?] {
    names.enumerated().map { position, name in
      guard let x = inputs[name] else { return nil }
      var stream = RandomStream(seed: 1234, index, UInt64(position))
      return Tensor(x.shape, x.values.map { _ in 2 * stream.uniform() - 1 })
    }
  }

  /// The inputs at `x + t d`.
  private func moved(_ t: Double) -> [String: Tensor] {
    var result = inputs
    guard t != 0 else { return result }
    for (name, d) in zip(names, direction(1)) {
      guard let x = inputs[name], let d else { continue }
      result[name] = Tensor(x.shape, zip(x.values, d.values).map { $0 + t * $1 })
    }
    return result
  }

  /// The inputs and a direction as `direction.NAME`.
  private func withDirection(_ index: UInt64, _ prefix: String = "direction") -> [String: Tensor] {
    var result = inputs
    for (name, d) in zip(names, direction(index)) { result["\(prefix).\(name)"] = d }
    return result
  }

  func run(at t: Double) -> [String: Tensor] { Interpreter.run(graph, moved(t)) }

  func scalar(_ name: String, at t: Double) -> Double { run(at: t)[name]?.values.first ?? .nan }

  func quotient(_ f: (Double) -> Double) -> Double {
    (f(DerivativeTests.step) - f(-DerivativeTests.step)) / (2 * DerivativeTests.step)
  }

  func gradient(of name: String, at t: Double) -> [Tensor?] {
    let results = Interpreter.run(graph.gradient(of: name, withRespectTo: names), moved(t))
    return names.map { results["gradient.\($0)"] }
  }

  /// The tangents of all outputs.
  func tangent(direction index: UInt64) -> [String: Tensor] {
    let results = Interpreter.run(graph.tangent(along: names), withDirection(index))
    var tangents: [String: Tensor] = [:]
    for output in graph.outputs { tangents[output.name] = results["tangent.\(output.name)"] }
    return tangents
  }

  /// `H d` as the tangent of the gradient of `loss`.
  func hessianProductForward(direction index: UInt64) -> [Tensor?] {
    let product = graph.gradient(of: "loss", withRespectTo: names).tangent(along: names)
    let results = Interpreter.run(product, withDirection(index))
    return names.map { results["tangent.gradient.\($0)"] }
  }

  /// `H d` as the gradient of `⟨gradient of loss, d⟩`.
  func hessianProductReverse(direction index: UInt64) -> [Tensor?] {
    var graph = graph.gradient(of: "loss", withRespectTo: names)
    graph.outputInnerProduct("slope", names.map { "gradient.\($0)" }, with: names.map { "d.\($0)" })
    let onlySlope = graph.keepingOutputs(["slope"]).gradient(of: "slope", withRespectTo: names)
    let results = Interpreter.run(onlySlope, withDirection(index, "d"))
    return names.map { results["gradient.\($0)"] }
  }

  /// A graph with the output `curvature = dᵀ H d`, and its inputs.
  func curvature(direction index: UInt64) -> (graph: Graph, inputs: [String: Tensor]) {
    var product = graph.gradient(of: "loss", withRespectTo: names).tangent(along: names)
    product.outputInnerProduct(
      "curvature", names.map { "tangent.gradient.\($0)" }, with: names.map { "direction.\($0)" })
    return (product.keepingOutputs(["curvature"]), withDirection(index))
  }

  /// Size of what is differentiated: 1 and the largest entry of any real input or output.
  var scale: Double {
    let results = Interpreter.run(graph, inputs)
    return (Array(inputs.values) + Array(results.values)).reduce(1) { size, tensor in
      tensor.values.reduce(size) { max($0, abs($1)) }
    }
  }

  func flat(_ tensors: [Tensor?]) -> [Double] {
    tensors.flatMap { tensor in
      if tensor == nil { Issue.record("a derivative is missing") }
      return tensor?.values ?? []
    }
  }

  func dot(_ a: [Tensor?], _ b: [Tensor?]) -> Double { zip(flat(a), flat(b)).reduce(0) { $0 + $1.0 * $1.1 } }

  func norm(_ a: [Tensor?]) -> Double { dot(a, a).squareRoot() }
}

extension Graph {
  /// Asks for the inner product of some outputs with inputs, which are declared if there are none of that name.
  fileprivate mutating func outputInnerProduct(_ name: String, _ outputs: [String], with inputs: [String]) {
    var total = fill(0, .scalar)
    for (output, input) in zip(outputs, inputs) {
      guard let value = self.output(named: output) else { continue }
      let factor = self.input(named: input) ?? self.input(input, shape(of: value))
      let product = multiply(value, factor)
      total = add(total, sum(product))
    }
    output(name, total)
  }
}

/// Checks `|actual − expected| ≤ absolute + relative · |expected|`, and says by how much it failed.
func expectClose(
  _ actual: Double, _ expected: Double, relative: Double, absolute: Double = 0,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let error = abs(actual - expected)
  let bound = absolute + relative * abs(expected)
  if !(error <= bound) {  // Written so that NaN fails.
    Issue.record(
      "\(actual) is not \(expected): error \(error) > bound \(bound)", sourceLocation: sourceLocation)
  }
}
