import Testing
import ThalwegSurfaces
import ThalwegTraining

@Suite("Stochastic gradient descent")
struct StochasticGradientDescentTests {
  static let surface = FormulaSurface.quadratic(matrix: [[3, 1], [1, 2]], centre: [1, -2])

  /// The points after each of `count` steps at rate 0.1.
  static func path(_ rule: StochasticGradientDescent, precision: Precision, count: Int) throws -> [[Double]] {
    let evaluator = try WholeSurfaceStream(surface).makeEvaluator()
    var state = ModelState(
      space: surface.space,
      parameters: precision == .single
        ? ModelVector([0.5, 0.25] as [Float]) : ModelVector([0.5, 0.25] as [Double]),
      buffers: ModelVector(zeros: 0, precision: precision))
    var memory = OptimiserMemory()
    return try (0..<count).map { step in
      _ = try rule.step(&state, rate: 0.1, draw: Draw(seed: 1, step: step), using: evaluator, memory: &memory)
      return state.parameters.doubles
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let rule: StochasticGradientDescent
    let path: [[Double]]
    var testDescription: String { name }
  }

  /// Made by `reference_sgd.py`.
  static let cases = [
    Case(
      name: "plain", rule: StochasticGradientDescent(),
      path: [
        [0.425000012, -0.150000006], [0.412499994, -0.462500006], [0.434999973, -0.711250007],
        [0.475625008, -0.912499964], [0.524187505, -1.07756245],
      ]),
    Case(
      name: "decay", rule: StochasticGradientDescent(weightDecay: 0.01),
      path: [
        [0.424499989, -0.150250018], [0.411750495, -0.462499768], [0.434063584, -0.710712373],
        [0.474481702, -0.911265552], [0.522789299, -1.07554936],
      ]),
    Case(
      name: "momentum", rule: StochasticGradientDescent(momentum: 0.9),
      path: [
        [0.425000012, -0.150000006], [0.344999999, -0.82249999], [0.351749986, -1.59774995],
        [0.512074947, -2.31110001], [0.833854914, -2.84210253],
      ]),
    Case(
      name: "momentum and decay", rule: StochasticGradientDescent(momentum: 0.9, weightDecay: 0.01),
      path: [
        [0.424499989, -0.150250018], [0.343800485, -0.822724819], [0.349959493, -1.59696448],
        [0.509861231, -2.30778623], [0.831083179, -2.83464694],
      ]),
    Case(
      name: "Nesterov and decay",
      rule: StochasticGradientDescent(momentum: 0.9, isNesterov: true, weightDecay: 5e-4),
      path: [
        [0.357452512, -0.510023773], [0.379804909, -1.27809238], [0.576860845, -1.91537702],
        [0.876803458, -2.36644316], [1.17990923, -2.63245869],
      ]),
    Case(
      name: "dampening", rule: StochasticGradientDescent(momentum: 0.9, dampening: 0.5),
      path: [
        [0.425000012, -0.150000006], [0.351250023, -0.66624999], [0.315500021, -1.23181248],
        [0.347590625, -1.78341246], [0.463504195, -2.26889062],
      ]),
  ]

  // A step rounds gradient, decay, velocity and parameter, with terms up to 4 in size and no more than 8
  // roundings in all, so n steps in two programs differ by at most 2 · 8 · n · 4 · 2⁻²⁴ before the factors
  // below 1 of rate and momentum.
  static func tolerance(steps: Int) -> Double { 2 * 8 * Double(steps) * 4 * 0x1p-24 * 0.1 }

  @Test("Five steps agree with PyTorch's in single precision", arguments: cases)
  func agreesWithPyTorch(_ example: Case) throws {
    let path = try Self.path(example.rule, precision: .single, count: 5)
    for (step, (found, expected)) in zip(path, example.path).enumerated() {
      for (x, y) in zip(found, expected) { #expect(abs(x - y) <= Self.tolerance(steps: step + 1)) }
    }
  }

  @Test("Single and double precision follow the same path up to rounding", arguments: cases)
  func precisionsAgree(_ example: Case) throws {
    let single = try Self.path(example.rule, precision: .single, count: 5)
    let double = try Self.path(example.rule, precision: .double, count: 5)
    for (x, y) in zip(single.joined(), double.joined()) { #expect(abs(x - y) <= Self.tolerance(steps: 5)) }
  }

  @Test("Two steps of Nesterov's momentum with decay are those computed by hand")
  func handComputed() throws {
    // f = ½ x², x₀ = 1, γ = ½, μ = ½, d = 1. Step 1: g = 2, v = 2, x = 1 − ½ (2 + 1) = −½.
    // Step 2: g = −1, v = 1 − 1 = 0, x = −½ − ½ (−1 + 0) = 0. All numbers are exact.
    let surface = FormulaSurface.quadratic(matrix: [[1]], centre: [0])
    let evaluator = try WholeSurfaceStream(surface).makeEvaluator()
    let rule = StochasticGradientDescent(momentum: 0.5, isNesterov: true, weightDecay: 1)
    var state = surface.point([1])
    var memory = OptimiserMemory()
    let first = try rule.step(
      &state, rate: 0.5, draw: Draw(seed: 1, step: 0), using: evaluator, memory: &memory)
    #expect(first.loss == 0.5)
    #expect(state.parameters[0] == -0.5)
    #expect(memory.vectors == ["momentum": ModelVector([2.0])])
    _ = try rule.step(&state, rate: 0.5, draw: Draw(seed: 1, step: 1), using: evaluator, memory: &memory)
    #expect(state.parameters[0] == 0)
    #expect(memory.vectors == ["momentum": ModelVector([0.0])])
  }

  @Test("Exempt roles don't decay and all others do", arguments: [0, 0.9])
  func exemptRoles(momentum: Double) throws {
    func parameters(_ rule: StochasticGradientDescent) throws -> [Double] {
      var state = NoisyQuadraticStream.start(.single)
      var memory = OptimiserMemory()
      _ = try rule.step(
        &state, rate: 0.1, draw: Draw(seed: 3, step: 0), using: NoisyQuadraticStream().makeEvaluator(),
        memory: &memory)
      return state.parameters.doubles
    }
    let bare = try parameters(StochasticGradientDescent(momentum: momentum))
    let whole = try parameters(StochasticGradientDescent(momentum: momentum, weightDecay: 0.1))
    let weights = try parameters(
      StochasticGradientDescent(momentum: momentum, weightDecay: 0.1, rolesWithoutDecay: [.bias]))
    #expect(weights[..<4] == whole[..<4])
    #expect(weights[4...] == bare[4...])
    #expect(zip(bare, whole).allSatisfy { $0 != $1 })
  }

  @Test("A loss that is not a number moves neither state nor memory")
  func divergedStepMovesNothing() throws {
    let stream = NoisyQuadraticStream(brokenStep: 1)
    let rule = StochasticGradientDescent(momentum: 0.9)
    let evaluator = stream.makeEvaluator()
    var state = NoisyQuadraticStream.start(.double)
    var memory = OptimiserMemory()
    _ = try rule.step(&state, rate: 0.1, draw: Draw(seed: 3, step: 0), using: evaluator, memory: &memory)
    let (before, remembered) = (state, memory)
    let evaluation = try rule.step(
      &state, rate: 0.1, draw: Draw(seed: 3, step: 1), using: evaluator, memory: &memory)
    #expect(evaluation.status == .diverged)
    #expect(state == before)
    #expect(memory == remembered)
  }

  @Test("Descent with a rate below 2/λ reaches the minimum, and above it runs away", arguments: [1.9, 2.1])
  func stabilityBound(product: Double) throws {
    let surface = FormulaSurface.quadratic(matrix: [[4]], centre: [0])
    let evaluator = try WholeSurfaceStream(surface).makeEvaluator()
    var state = surface.point([1])
    var memory = OptimiserMemory()
    for step in 0..<100 {
      _ = try StochasticGradientDescent().step(
        &state, rate: product / 4, draw: Draw(seed: 1, step: step), using: evaluator, memory: &memory)
    }
    // |1 − γλ|¹⁰⁰ is 0.9¹⁰⁰ ≈ 2.7e−5 or 1.1¹⁰⁰ ≈ 1.4e4; 100 roundings are far below the margin of 1 %.
    let expected = product < 2 ? 2.656e-5 : 1.378e4
    #expect(abs(state.parameters[0] / expected - 1) < 0.01)
  }
}
