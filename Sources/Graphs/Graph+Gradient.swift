extension Graph {
  /// The graph that computes, besides this one's outputs, the gradient of the scalar output `name` with respect to
  /// inputs.
  ///
  /// Reverse mode: one node's adjoint after another, from the scalar back. Named subgraphs with a named gradient keep
  /// their name; the others are expanded first. Because adjoints are graphs of the same operations, the result can be
  /// differentiated again.
  ///
  /// - Parameters:
  ///   - name: A real output of rank 0.
  ///   - inputNames: Real inputs. An input on which the scalar does not depend gets a zero gradient.
  /// - Returns: A graph with the old outputs and one `gradient.NAME` of the input's shape for each input.
  public func gradient(of name: String, withRespectTo inputNames: [String]) -> Graph {
    guard let scalar = output(named: name) else { preconditionFailure("no output is called \(name)") }
    precondition(
      shape(of: scalar) == .scalar, "\(name) has shape \(shape(of: scalar)); a gradient needs a scalar")
    return pullback(
      of: [(name: name, cotangent: nil)], withRespectTo: inputNames, resultName: { "gradient.\($0)" })
  }

  /// The graph that computes, besides this one's outputs, `Jᵀ c`: the transposed Jacobian of some outputs times
  /// cotangents.
  ///
  /// - Parameters:
  ///   - cotangents: For each output the name of the new input that holds its cotangent; `nil` stands for 1.
  ///   - inputNames: Inputs with respect to which the Jacobian is taken.
  ///   - resultName: Name of the output for an input.
  public func pullback(
    of cotangents: [(name: String, cotangent: String?)], withRespectTo inputNames: [String],
    resultName: (String) -> String
  ) -> Graph {
    var result = expanded { !$0.hasPullback }
    var adjoints = Adjoints()
    for (name, cotangent) in cotangents {
      guard let value = result.output(named: name) else { preconditionFailure("no output is called \(name)") }
      let shape = result.shape(of: value)
      let seed = cotangent.map { result.input($0, shape) } ?? result.fill(1, shape)
      adjoints.add(seed, to: value, in: &result)
    }
    let targets = inputNames.map { name in
      guard let value = result.input(named: name) else { preconditionFailure("no input is called \(name)") }
      return value
    }
    // Only values that depend on a target need an adjoint.
    var matters = [Bool](repeating: false, count: result.types.count)
    for target in targets { matters[target.id] = true }
    let primal = result.nodes
    for node in primal where !node.isConstant && node.operands.contains(where: { matters[$0.id] }) {
      for value in node.results { matters[value.id] = true }
    }
    for node in primal.reversed() {
      let upstream = node.results.map { adjoints.values[$0] }
      guard !node.operands.isEmpty, upstream.contains(where: { $0 != nil }) else { continue }
      let wanted = node.operands.map { matters[$0.id] && result.type(of: $0).kind == .real }
      guard wanted.contains(true) else { continue }
      let downstream = result.pullback(of: node, upstream, wanted: wanted)
      for (operand, adjoint) in zip(node.operands, downstream) {
        if let adjoint, matters[operand.id] { adjoints.add(adjoint, to: operand, in: &result) }
      }
    }
    for (name, target) in zip(inputNames, targets) {
      let value = adjoints.values[target] ?? result.fill(0, result.shape(of: target))
      result.output(resultName(name), value)
    }
    return result.pruned()
  }

  /// Adjoints of a node's operands from those of its results; `nil` where zero or not wanted.
  private mutating func pullback(of node: Node, _ upstream: [Value?], wanted: [Bool]) -> [Value?] {
    switch node.operation {
    case .primitive(let primitive):
      guard let cotangent = upstream[0] else { return node.operands.map { _ in nil } }
      return pullback(of: primitive, node.operands, node.results[0], cotangent, wanted)
    case .named(let name):
      return name.pullback(in: &self, node.operands, node.results, upstream)
    }
  }
}

extension Node {
  /// Whether the results stand still when the operands move. What lies above needs no adjoint on their account.
  fileprivate var isConstant: Bool {
    switch operation {
    case .primitive(.step), .primitive(.stopGradient), .primitive(.windowMaximumIndex),
      .primitive(.argumentMaximum), .primitive(.indicesEqual), .primitive(.oneHot), .named(.isCorrect):
      true
    default:
      false
    }
  }
}

/// Sums of adjoints collected so far.
private struct Adjoints {
  var values: [Value: Value] = [:]

  mutating func add(_ adjoint: Value, to value: Value, in graph: inout Graph) {
    values[value] = values[value].map { graph.add($0, adjoint) } ?? adjoint
  }
}

extension Graph {
  /// The adjoint of each primitive: `dxᵢ = (∂y/∂xᵢ)ᵀ dy`.
  fileprivate mutating func pullback(
    of primitive: Primitive, _ x: [Value], _ y: Value, _ dy: Value, _ wanted: [Bool]
  ) -> [Value?] {
    switch primitive {
    case .input, .fill, .step, .stopGradient, .windowMaximumIndex, .argumentMaximum, .indicesEqual, .oneHot:
      return x.map { _ in nil }
    case .reduceMaximum:
      preconditionFailure("the largest entry is not differentiable here; hold its operand constant")
    case .add:
      return [dy, dy]
    case .subtract:
      return [dy, wanted[1] ? scale(dy, by: -1) : nil]
    case .multiply:
      return [wanted[0] ? multiply(dy, x[1]) : nil, wanted[1] ? multiply(dy, x[0]) : nil]
    case .affine(let factor, _):
      return [scale(dy, by: factor)]
    case .power, .exponential, .logarithm, .hyperbolicTangent, .logistic:
      guard let slope = derivative(of: primitive, x[0], y) else { return [nil] }
      return [multiply(dy, slope)]
    case .matrixProduct(let transposeFirst, let transposeSecond):
      var first: Value?
      if wanted[0] {
        first =
          transposeFirst
          ? matrixProduct(x[1], dy, transposeFirst: transposeSecond, transposeSecond: true)
          : matrixProduct(dy, x[1], transposeFirst: false, transposeSecond: !transposeSecond)
      }
      var second: Value?
      if wanted[1] {
        second =
          transposeSecond
          ? matrixProduct(dy, x[0], transposeFirst: true, transposeSecond: transposeFirst)
          : matrixProduct(x[0], dy, transposeFirst: !transposeFirst, transposeSecond: false)
      }
      return [first, second]
    case .convolution(let window, let groups):
      let shape = shape(of: x[0])
      return [
        wanted[0]
          ? append(
            .convolutionInputGradient(window, groups: groups, height: shape[2], width: shape[3]), dy, x[1])
          : nil,
        wanted[1] ? append(.convolutionFilterGradient(window, groups: groups), x[0], dy) : nil,
      ]
    case .convolutionInputGradient(let window, let groups, _, _):
      return [
        wanted[0] ? append(.convolution(window, groups: groups), dy, x[1]) : nil,
        wanted[1] ? append(.convolutionFilterGradient(window, groups: groups), dy, x[0]) : nil,
      ]
    case .convolutionFilterGradient(let window, let groups):
      let shape = shape(of: x[0])
      return [
        wanted[0]
          ? append(
            .convolutionInputGradient(window, groups: groups, height: shape[2], width: shape[3]), x[1], dy)
          : nil,
        wanted[1] ? append(.convolution(window, groups: groups), x[0], dy) : nil,
      ]
    case .windowSum(let window):
      let shape = shape(of: x[0])
      return [append(.windowSumAdjoint(window, height: shape[2], width: shape[3]), dy)]
    case .windowSumAdjoint(let window, _, _):
      return [append(.windowSum(window), dy)]
    case .gatherPlane:
      let shape = shape(of: x[0])
      return [append(.scatterPlane(height: shape[2], width: shape[3]), dy, x[1]), nil]
    case .scatterPlane:
      return [append(.gatherPlane, dy, x[1]), nil]
    case .slice(let start, _, let stride):
      let (full, part) = (shape(of: x[0]), shape(of: dy))
      let after = (0..<full.rank).map { full[$0] - start[$0] - (part[$0] - 1) * stride[$0] - 1 }
      return [append(.pad(before: start, after: after, between: stride.map { $0 - 1 }), dy)]
    case .pad(let before, let after, let between):
      let full = shape(of: dy)
      let limit = (0..<full.rank).map { full[$0] - after[$0] }
      return [append(.slice(start: before, limit: limit, stride: between.map { $0 + 1 }), dy)]
    case .concatenate(let axis):
      let full = shape(of: dy)
      var position = 0
      return x.indices.map { index in
        var start = [Int](repeating: 0, count: full.rank)
        var limit = full.extents
        start[axis] = position
        position += shape(of: x[index])[axis]
        limit[axis] = position
        guard wanted[index] else { return nil }
        return append(.slice(start: start, limit: limit, stride: full.extents.map { _ in 1 }), dy)
      }
    case .reduceSum(let axes):
      return [broadcast(dy, to: shape(of: x[0]), newAxes: axes.sorted())]
    case .broadcast(let axes, _):
      return [sum(dy, over: axes)]
    case .reshape:
      return [reshape(dy, to: shape(of: x[0]))]
    case .transpose(let permutation):
      var inverse = permutation
      for (position, axis) in permutation.enumerated() { inverse[axis] = position }
      return [append(.transpose(inverse), dy)]
    }
  }

  /// `dy/dx` of an entry-wise primitive as a value, in terms of its operand `x` and result `y`; `nil` where it is zero.
  mutating func derivative(of primitive: Primitive, _ x: Value, _ y: Value) -> Value? {
    switch primitive {
    case .power(let exponent):
      if exponent == 0 { return nil }
      if exponent == 1 { return fill(1, shape(of: x)) }
      let lower = exponent == 2 ? x : append(.power(exponent - 1), x)
      return scale(lower, by: exponent)
    case .exponential:
      return y
    case .logarithm:
      return append(.power(-1), x)
    case .hyperbolicTangent:
      return append(.affine(scale: -1, offset: 1), square(y))
    case .logistic:
      return multiply(y, append(.affine(scale: -1, offset: 1), y))
    default:
      preconditionFailure("\(primitive) is not an entry-wise function with a slope")
    }
  }
}
