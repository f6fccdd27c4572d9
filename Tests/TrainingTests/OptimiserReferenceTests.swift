import Testing
import ThalwegSurfaces
import ThalwegTraining

/// Steps of another program.
struct OptimiserReference: Sendable, CustomTestStringConvertible {
  /// The optimiser as text.
  let text: String
  let rate: Double
  /// The point after each step.
  let path: [[Double]]
  var testDescription: String { text }
}

@Suite("Optimisers step by step")
struct OptimiserReferenceTests {
  static let surface = FormulaSurface.quadratic(matrix: [[3, 1], [1, 2]], centre: [1, -2])

  static func path(_ reference: OptimiserReference, precision: Precision) throws -> [[Double]] {
    let optimiser = try OptimiserRegistry.standard.parse(reference.text)
    let evaluator = try WholeSurfaceStream(surface).makeEvaluator()
    var state = ModelState(
      space: surface.space,
      parameters: precision == .single
        ? ModelVector([0.5, 0.25] as [Float]) : ModelVector([0.5, 0.25] as [Double]),
      buffers: ModelVector(zeros: 0, precision: precision))
    var memory = OptimiserMemory()
    return try reference.path.indices.map { step in
      _ = try optimiser.step(
        &state, rate: reference.rate, draw: Draw(seed: 1, step: step), using: evaluator, memory: &memory)
      return state.parameters.doubles
    }
  }

  // A step makes no more than 24 roundings of numbers below 8. A root of a centred variance can magnify what
  // went before by the ratio of square and variance, below 8 in these cases, so n steps of two programs
  // differ by at most 2 · 24 · 8 · 8 · n half-ulps.
  static func tolerance(steps: Int, ulp: Double) -> Double { 2 * 24 * 8 * 8 * Double(steps) * ulp / 2 }

  @Test("Eight steps agree with PyTorch's in double precision", arguments: optimiserReferences)
  func agreesWithPyTorch(_ reference: OptimiserReference) throws {
    #expect(reference.path.count == 8)
    for (step, found) in try Self.path(reference, precision: .double).enumerated() {
      for (x, y) in zip(found, reference.path[step]) {
        #expect(abs(x - y) <= Self.tolerance(steps: step + 1, ulp: 0x1p-52), "step \(step)")
      }
    }
  }

  @Test("Single precision follows double precision up to rounding", arguments: optimiserReferences)
  func precisionsAgree(_ reference: OptimiserReference) throws {
    let single = try Self.path(reference, precision: .single)
    for (x, y) in zip(single.joined(), reference.path.joined()) {
      #expect(abs(x - y) <= Self.tolerance(steps: 8, ulp: 0x1p-23))
    }
  }

  @Test("RMSprop's known steps come out, with the term ε outside of the root")
  func knownRMSprop() throws {
    // Gradients 1, −½, 2 whatever the point, from 1 at the rate 0.01; the values have 13 digits.
    var state = FormulaSurface.quadratic(matrix: [[1]], centre: [0]).point([1])
    var memory = OptimiserMemory()
    let known = [(0.9683772243983, 0.1), (0.9831214195790, 0.115), (0.9549356269680, 0.5035)]
    for (gradient, (x, square)) in zip([1.0, -0.5, 2], known) {
      var gradient = ModelVector([gradient])
      try RMSprop().update(&state, along: &gradient, rate: 0.01, memory: &memory)
      #expect(abs(state.parameters[0] - x) <= 1e-13)
      #expect(abs((memory.vectors["mean square"]?[0] ?? 0) - square) <= 4 * .ulpOfOne)
    }
  }

  @Test(
    "Adam's first step has the length of the rate whatever the gradient's scale", arguments: [1e-3, 1, 1e6])
  func adamIsScaleFree(scale: Double) throws {
    var state = FormulaSurface.quadratic(matrix: [[1]], centre: [0]).point([1])
    var memory = OptimiserMemory()
    var gradient = ModelVector([scale])
    try Adam(epsilon: 1e-20).update(&state, along: &gradient, rate: 0.25, memory: &memory)
    #expect(abs(state.parameters[0] - 0.75) <= 8 * .ulpOfOne)
    #expect(memory.counters == ["adam steps": 1])
  }

  @Test("AdamW without decay is Adam without decay, bit for bit")
  func decouplingAlone() throws {
    let reference = try #require(optimiserReferences.first { $0.text == "adam()" })
    let other = OptimiserReference(text: "adamw(decay: 0)", rate: reference.rate, path: reference.path)
    #expect(try Self.path(reference, precision: .double) == Self.path(other, precision: .double))
  }

  @Test("RMSprop's centred variance that rounding makes negative counts as zero")
  func centredVarianceIsNotNegative() throws {
    // With equal gradients the mean of squares and the square of the mean agree up to rounding in the end.
    var state = ModelState(
      space: Self.surface.space, parameters: ModelVector([0, 0] as [Float]),
      buffers: ModelVector(zeros: 0, precision: .single))
    var memory = OptimiserMemory()
    for _ in 0..<2000 {
      var gradient = ModelVector([0.1, 1.7] as [Float])
      try RMSprop(epsilon: 1, isCentred: true).update(&state, along: &gradient, rate: 1e-3, memory: &memory)
    }
    for value in state.parameters.doubles { #expect(value.isFinite) }
  }
}
