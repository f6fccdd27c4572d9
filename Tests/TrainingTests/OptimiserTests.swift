import Testing
import ThalwegSurfaces
import ThalwegTraining

@Suite("Optimisers")
struct OptimiserTests {
  /// Every optimiser of the registry, with the options that change what is remembered.
  static let texts = [
    "sgd()", "sgd(momentum: 0.9, nesterov: true, decay: 5e-4)", "rmsprop()",
    "rmsprop(centred: true, momentum: 0.9, decay: 0.01)", "adagrad(initial: 0.1)",
    "adadelta(epsilon: 0.01)", "adam(decay: 0.01)", "adam(amsgrad: true)",
    "adamw(decay: 0.1, exempt: bias)", "rk2()", "rk2(adam())", "clip(adam(), norm: 0.1)",
    "clip(sgd(momentum: 0.9), value: 0.1)", "rk2(clip(rmsprop(), norm: 0.5), c: 1)",
    "average(rk2(adam()), start: 4, every: 3)",
  ]

  @Test("Every optimiser of the registry is among the tested")
  func allAreTested() {
    for keyword in OptimiserRegistry.standard.keywords {
      #expect(Self.texts.contains { $0.hasPrefix("\(keyword)(") }, "\(keyword)")
    }
  }

  @Test(
    "A run that is cut before any step and resumed gives the same bits, whatever the optimiser",
    arguments: texts, [Precision.single, .double])
  func resumesAnywhere(text: String, precision: Precision) throws {
    let trainer = Trainer(
      optimiser: try OptimiserRegistry.standard.parse(text), schedule: CosineSchedule(0.05), epochCount: 2,
      seed: 5)
    let start = TrainingSnapshot(state: NoisyQuadraticStream.start(precision))
    let whole = try trainer.resume(start, on: NoisyQuadraticStream())
    #expect(whole.snapshot.state.parameters != start.state.parameters)
    for cut in 0..<14 {
      var next = 0
      let first = try trainer.resume(
        start, on: NoisyQuadraticStream(), isCancelled: { next == cut }, onStep: { next = $0.step + 1 })
      // As a file would keep it: the memory through its public contents.
      var kept = first.snapshot
      kept.memory = OptimiserMemory(vectors: kept.memory.vectors, counters: kept.memory.counters)
      #expect(try trainer.resume(kept, on: NoisyQuadraticStream()) == whole)
    }
  }

  @Test("A loss that is not a number moves neither state nor memory", arguments: texts)
  func divergedStepMovesNothing(text: String) throws {
    let optimiser = try OptimiserRegistry.standard.parse(text)
    let evaluator = NoisyQuadraticStream(brokenStep: 4).makeEvaluator()
    var state = NoisyQuadraticStream.start(.double)
    var memory = OptimiserMemory()
    for step in 0..<4 {
      _ = try optimiser.step(
        &state, rate: 0.1, draw: Draw(seed: 3, step: step), using: evaluator, memory: &memory)
    }
    let (before, remembered) = (state, memory)
    let evaluation = try optimiser.step(
      &state, rate: 0.1, draw: Draw(seed: 3, step: 4), using: evaluator, memory: &memory)
    #expect(evaluation.status == .diverged)
    #expect(state == before)
    #expect(memory == remembered)
  }

  @Test(
    "Exempt roles don't decay and all others do",
    arguments: ["rmsprop", "adagrad", "adadelta", "adam", "adamw", "sgd"], [Precision.single, .double])
  func exemptRoles(keyword: String, precision: Precision) throws {
    func parameters(_ arguments: String) throws -> [Double] {
      let optimiser = try OptimiserRegistry.standard.parse("\(keyword)(\(arguments))")
      var state = NoisyQuadraticStream.start(precision)
      var memory = OptimiserMemory()
      for step in 0..<3 {
        _ = try optimiser.step(
          &state, rate: 0.1, draw: Draw(seed: 3, step: step), using: NoisyQuadraticStream().makeEvaluator(),
          memory: &memory)
      }
      return state.parameters.doubles
    }
    let bare = try parameters("decay: 0")
    let whole = try parameters("decay: 0.1")
    let weights = try parameters("decay: 0.1, exempt: bias")
    #expect(weights[..<4] == whole[..<4])
    #expect(weights[4...] == bare[4...])
    #expect(zip(bare, whole).allSatisfy { $0 != $1 })
  }

  @Test("A gradient is clipped to the norm and keeps its direction, and a short one is left alone")
  func clipsNorm() throws {
    let surface = FormulaSurface.quadratic(matrix: [[1, 0], [0, 1]], centre: [0, 0])
    var state = surface.point([0, 0])
    var memory = OptimiserMemory()
    let rule = GradientClipping(StochasticGradientDescent(), bound: .norm(2.5))
    var long = ModelVector([3.0, -4.0])
    try rule.update(&state, along: &long, rate: 1, memory: &memory)
    #expect(state.parameters.doubles == [-1.5, 2])
    var short = ModelVector([1.5, -2.0])
    try rule.update(&state, along: &short, rate: 1, memory: &memory)
    #expect(state.parameters.doubles == [-3, 4])
  }

  @Test("Numbers are clipped each on its own, and NaN stays", arguments: [Precision.single, .double])
  func clipsValues(precision: Precision) throws {
    let surface = FormulaSurface.quadratic(matrix: [[1, 0], [0, 1]], centre: [0, 0])
    var state = ModelState(zerosOf: surface.space, precision: precision)
    var memory = OptimiserMemory()
    let rule = GradientClipping(StochasticGradientDescent(), bound: .value(0.5))
    var gradient = ModelVector(zeros: 2, precision: precision)
    gradient[0] = -3
    gradient[1] = 0.25
    try rule.update(&state, along: &gradient, rate: 1, memory: &memory)
    #expect(state.parameters.doubles == [0.5, -0.25])
    gradient[0] = .nan
    try rule.update(&state, along: &gradient, rate: 1, memory: &memory)
    #expect(state.parameters[0].isNaN)
  }

  @Test(
    "Decay comes after clipping: a parameter far out decays by more than the bound")
  func clipsBeforeDecay() throws {
    var state = FormulaSurface.quadratic(matrix: [[1]], centre: [0]).point([100])
    var memory = OptimiserMemory()
    let rule = GradientClipping(StochasticGradientDescent(weightDecay: 0.5), bound: .norm(1))
    var gradient = ModelVector([100.0])
    try rule.update(&state, along: &gradient, rate: 1, memory: &memory)
    #expect(state.parameters[0] == 100 - 1 - 50)
  }

  @Test(
    "A memory of another state is refused", arguments: ["adam()", "rmsprop()", "average(sgd(), start: 1)"])
  func refusesOtherMemory(text: String) throws {
    let optimiser = try OptimiserRegistry.standard.parse(text)
    var memory = OptimiserMemory(
      vectors: [
        "second moment": ModelVector([1.0]), "mean square": ModelVector([1.0]), "average": ModelVector([1.0]),
      ])
    var state = NoisyQuadraticStream.start(.double)
    #expect(throws: OptimiserMemoryError.self) {
      try optimiser.step(
        &state, rate: 0.1, draw: Draw(seed: 1, step: 0), using: NoisyQuadraticStream().makeEvaluator(),
        memory: &memory)
    }
  }
}
