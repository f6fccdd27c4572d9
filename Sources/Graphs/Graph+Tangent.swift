extension Graph {
  /// The graph that computes, besides this one's outputs, their directional derivatives.
  ///
  /// Forward mode: each node's differential right after it. Applied to a gradient graph it gives exact
  /// Hessian-vector products. Named subgraphs that are linear keep their name; the others are expanded.
  ///
  /// - Parameters:
  ///   - inputNames: Real inputs that move. Each gets a new input `direction.NAME` of its shape.
  ///   - outputNames: Outputs whose derivatives are wanted; all real ones by default.
  /// - Returns: A graph with the old outputs and one `tangent.NAME` for each chosen output.
  public func tangent(along inputNames: [String], of outputNames: [String]? = nil) -> Graph {
    let source = expanded { !$0.hasTangent }
    var result = Graph()
    var map: [Value: Value] = [:]
    var tangents: [Value: Value] = [:]  // From values of the source to values of the result.
    for node in source.nodes {
      result.copy(node, of: source, into: &map)
      let y = node.results.map { map.translated($0) }
      switch node.operation {
      case .primitive(.input):
        if let named = source.inputs.first(where: { $0.value == node.results[0] }), inputNames.contains(named.name) {
          tangents[node.results[0]] = result.input("direction.\(named.name)", source.shape(of: named.value))
        }
      case .primitive(let primitive):
        let dx = node.operands.map { tangents[$0] }
        guard dx.contains(where: { $0 != nil }) else { continue }
        let x = node.operands.map { map.translated($0) }
        tangents[node.results[0]] = result.differential(of: primitive, x, y[0], dx)
      case .named(let name):
        let dx = node.operands.map { tangents[$0] }
        guard dx.contains(where: { $0 != nil }) else { continue }
        let x = node.operands.map { map.translated($0) }
        for (value, change) in zip(node.results, name.differential(in: &result, x, y, dx)) {
          tangents[value] = change
        }
      }
    }
    result.copyOutputs(of: source, through: map)
    for named in source.outputs where outputNames?.contains(named.name) ?? true {
      guard source.type(of: named.value).kind == .real else { continue }
      let value = tangents[named.value] ?? result.fill(0, source.shape(of: named.value))
      result.output("tangent.\(named.name)", value)
    }
    return result.pruned()
  }

  /// The graph that computes the product of the Hessian of a scalar output with a direction: the tangent of the gradient.
  ///
  /// - Parameters:
  ///   - name: A real output of rank 0.
  ///   - inputNames: Real inputs; the direction has a new input `direction.NAME` for each.
  /// - Returns: A graph with one output `tangent.gradient.NAME` for each input, and no others.
  public func hessianProduct(of name: String, withRespectTo inputNames: [String]) -> Graph {
    let gradients = inputNames.map { "gradient.\($0)" }
    return gradient(of: name, withRespectTo: inputNames).tangent(along: inputNames, of: gradients)
      .keepingOutputs(gradients.map { "tangent.\($0)" })
  }

  /// The differential of a primitive: `dy = Σᵢ (∂y/∂xᵢ) dxᵢ`; `nil` where it is zero.
  private mutating func differential(
    of primitive: Primitive, _ x: [Value], _ y: Value, _ dx: [Value?]
  ) -> Value? {
    switch primitive {
    case .input, .fill, .step, .stopGradient, .windowMaximumIndex, .argumentMaximum, .indicesEqual, .oneHot:
      return nil
    case .reduceMaximum:
      preconditionFailure("the largest entry is not differentiable here; hold its operand constant")
    case .add:
      return sum(dx[0], dx[1])
    case .subtract:
      guard let second = dx[1] else { return dx[0] }
      return dx[0].map { subtract($0, second) } ?? scale(second, by: -1)
    case .multiply, .matrixProduct, .convolution, .convolutionInputGradient, .convolutionFilterGradient:
      // Bilinear: each factor's change beside the other factor.
      let first = dx[0].map { append(primitive, $0, x[1]) }
      let second = dx[1].map { append(primitive, x[0], $0) }
      return sum(first, second)
    case .affine(let factor, _):
      return dx[0].map { scale($0, by: factor) }
    case .power, .exponential, .logarithm, .hyperbolicTangent, .logistic:
      guard let dx = dx[0], let slope = derivative(of: primitive, x[0], y) else { return nil }
      return multiply(dx, slope)
    case .gatherPlane, .scatterPlane:
      return dx[0].map { append(primitive, $0, x[1]) }
    case .concatenate(let axis):
      let parts = zip(x, dx).map { value, change in change ?? fill(0, shape(of: value)) }
      return append(.primitive(.concatenate(axis: axis)), parts)[0]
    case .windowSum, .windowSumAdjoint, .slice, .pad, .reduceSum, .broadcast, .reshape, .transpose:
      return dx[0].map { append(primitive, $0) }
    }
  }

  /// The sum of what is there.
  fileprivate mutating func sum(_ x: Value?, _ y: Value?) -> Value? {
    guard let x else { return y }
    guard let y else { return x }
    return add(x, y)
  }
}
