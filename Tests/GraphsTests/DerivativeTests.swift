import Testing
import ThalwegGraphs
import ThalwegRandomness

/// Derivatives of every operation against difference quotients, and against each other.
@Suite("Derivatives of operations")
struct DerivativeTests {
  /// Step of difference quotients: balances cut-off h² and rounding ε/h.
  static let step = 1e-5
  /// Bound on the error of a quotient relative to the size of what is differentiated: cut-off h² |f‴|/6, with third
  /// derivatives up to 10³ where reciprocals of numbers near 0.2 are taken, and rounding 10² ε/h.
  static let quotientError = 1e3 * step * step + 1e2 * 0x1p-52 / step
  /// Bound on the error of two exact ways to the same number: 10³ roundings.
  static let exactError = 1e3 * 0x1p-52

  @Test("the gradient is the difference quotient of the loss", arguments: OperationCase.all)
  func gradientIsQuotient(_ c: OperationCase) {
    let check = Linearisation(c.lossGraph(), c.names, c.inputs())
    let slope = check.dot(check.gradient(of: "loss", at: 0), check.direction(1))
    let quotient = check.quotient { check.scalar("loss", at: $0) }
    expectClose(slope, quotient, relative: Self.quotientError, absolute: Self.quotientError * check.scale)
  }

  @Test("the tangent is the difference quotient of every result", arguments: OperationCase.all)
  func tangentIsQuotient(_ c: OperationCase) {
    let check = Linearisation(c.graph(), c.names, c.inputs())
    let tangents = check.tangent(direction: 1)
    for (name, tangent) in tangents {
      let (ahead, behind) = (check.run(at: Self.step)[name], check.run(at: -Self.step)[name])
      guard let ahead, let behind else { continue }
      for (i, slope) in tangent.values.enumerated() {
        let quotient = (ahead.values[i] - behind.values[i]) / (2 * Self.step)
        expectClose(slope, quotient, relative: Self.quotientError, absolute: Self.quotientError * check.scale)
      }
    }
  }

  @Test("⟨J v, u⟩ = ⟨v, Jᵀ u⟩", arguments: OperationCase.all)
  func pullbackIsAdjointOfTangent(_ c: OperationCase) {
    let graph = c.graph()
    let check = Linearisation(graph, c.names, c.inputs())
    let outputs = graph.outputs.map(\.name)
    let back = graph.pullback(
      of: outputs.map { (name: $0, cotangent: "u.\($0)") }, withRespectTo: c.names
    ) { "pullback.\($0)" }
    var inputs = c.inputs()
    var left = 0.0
    for (name, tangent) in check.tangent(direction: 1) {
      var stream = RandomStream(seed: 9, UInt64(name.utf8.last ?? 0))
      let u = tangent.values.map { _ in stream.normal() }
      inputs["u.\(name)"] = Tensor(tangent.shape, u)
      left += zip(u, tangent.values).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let results = Interpreter.run(back, inputs)
    let right = check.dot(c.names.map { results["pullback.\($0)"] }, check.direction(1))
    expectClose(left, right, relative: Self.exactError, absolute: Self.exactError * check.scale)
  }

  @Test(
    "forward over reverse and reverse over reverse give the same Hessian product",
    arguments: OperationCase.all)
  func secondDerivativesAgree(_ c: OperationCase) {
    let check = Linearisation(c.lossGraph(), c.names, c.inputs())
    let forward = check.hessianProductForward(direction: 1)
    let reverse = check.hessianProductReverse(direction: 1)
    let size = check.norm(forward) + check.scale
    for (a, b) in zip(check.flat(forward), check.flat(reverse)) {
      expectClose(a, b, relative: Self.exactError, absolute: Self.exactError * size)
    }
  }

  @Test(
    "the Hessian product is symmetric, and the difference quotient of the gradient",
    arguments: OperationCase.all)
  func hessianIsSymmetric(_ c: OperationCase) {
    let check = Linearisation(c.lossGraph(), c.names, c.inputs())
    let first = check.hessianProductForward(direction: 1)
    let second = check.hessianProductForward(direction: 2)
    let size = check.norm(first) + check.norm(second) + check.scale
    expectClose(
      check.dot(first, check.direction(2)), check.dot(second, check.direction(1)),
      relative: Self.exactError, absolute: Self.exactError * size * check.norm(check.direction(1)))
    let quotient = check.quotient { check.dot(check.gradient(of: "loss", at: $0), check.direction(2)) }
    expectClose(
      check.dot(first, check.direction(2)), quotient, relative: Self.quotientError,
      absolute: 10 * Self.quotientError * size)
  }

  static let thrice = OperationCase.all.filter { c in
    [
      "convolution(", "exponential", "power(-0.5)", "maxPool", "batchNormalisation(", "softmaxCrossEntropy",
      "logistic",
    ]
    .contains { c.name.hasPrefix($0) }
  }

  @Test("the third derivative is the difference quotient of the second", arguments: thrice)
  func thirdDerivativeIsQuotient(_ c: OperationCase) {
    let check = Linearisation(c.lossGraph(), c.names, c.inputs())
    let (graph, inputs) = check.curvature(direction: 2)  // eᵀ H e
    let outer = Linearisation(graph, c.names, inputs)
    let slope = outer.dot(outer.gradient(of: "curvature", at: 0), outer.direction(1))
    let quotient = outer.quotient { outer.scalar("curvature", at: $0) }
    let size = abs(outer.scalar("curvature", at: 0)) + check.scale
    expectClose(slope, quotient, relative: 10 * Self.quotientError, absolute: 10 * Self.quotientError * size)
  }

  @Test("a named subgraph has the derivatives of its definition", arguments: OperationCase.all)
  func definitionHasTheSameDerivatives(_ c: OperationCase) {
    let check = Linearisation(c.lossGraph(), c.names, c.inputs())
    let plain = Linearisation(c.lossGraph().expanded(), c.names, c.inputs())
    let (a, b) = (check.gradient(of: "loss", at: 0), plain.gradient(of: "loss", at: 0))
    for (x, y) in zip(check.flat(a), check.flat(b)) {
      expectClose(x, y, relative: Self.exactError, absolute: Self.exactError * check.scale)
    }
    let (g, h) = (check.hessianProductForward(direction: 1), plain.hessianProductForward(direction: 1))
    for (x, y) in zip(check.flat(g), check.flat(h)) {
      expectClose(x, y, relative: Self.exactError, absolute: Self.exactError * (check.norm(g) + check.scale))
    }
  }
}
