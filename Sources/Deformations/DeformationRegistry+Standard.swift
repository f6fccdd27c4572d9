import ThalwegCalls
import ThalwegExpressions

extension DeformationRegistry {
  /// The deformations of this module.
  public static let standard = DeformationRegistry().addingFunctions().addingFields()

  /// Functions of the loss, all with `cap` and `window`, and changes of coordinates.
  private func addingFunctions() -> DeformationRegistry {
    addingFunction(ArctangentPower.keyword) { arguments throws(CallError) in
      ArctangentPower(
        try arguments.positive("a1"), try arguments.positive("a2"), try arguments.positive("a3"),
        try arguments.notNegative("a4"))
    }
    .addingFunction(LogarithmExponential.keyword) { arguments throws(CallError) in
      LogarithmExponential(
        try arguments.positive("e1"),
        try arguments.number("e2", in: Double.leastNonzeroMagnitude...1, expected: "above 0 and at most 1"))
    }
    .addingFunction(HalfSquare.keyword) { _ in HalfSquare() }
    .addingFunction(ScaleFunction.keyword) { arguments throws(CallError) in
      ScaleFunction(try arguments.positive("factor"))
    }
    .addingFunction("identity") { _ in ScaleFunction.identity }
    .addingFunction(FormulaFunction.keyword) { arguments throws(CallError) in
      try arguments.formula(try arguments.text("formula"), FormulaFunction.init)
    }
    .addingFunction(SlopeFunction.keyword) { arguments throws(CallError) in
      let text = try arguments.text("formula")
      let reference = try arguments.number(
        "reference", default: 1, in: (-Double.greatestFiniteMagnitude)..., expected: "a loss")
      return try arguments.formula(text) { text throws(ExpressionError) in
        try SlopeFunction(slope: text, reference: reference)
      }
    }
    .adding(CoordinateDeformation.keyword) { arguments throws(CallError) in
      let text = try arguments.text("map")
      let map: CoordinateMap
      switch text {
      case "scale": map = .scale(try arguments.positive("factor"))
      case "sinh": map = .hyperbolicSine
      case "arsinh": map = .inverseHyperbolicSine
      case "cube": map = .cube
      default: throw arguments.badValue("map", text, expected: "one of scale, sinh, arsinh, cube")
      }
      return CoordinateDeformation(map, roles: try arguments.roles("roles"))
    }
  }

  private func addingFunction(
    _ keyword: String,
    reader:
      @escaping @Sendable (inout CallArguments) throws(CallError) -> any DeformationFunction
  ) -> DeformationRegistry {
    adding(keyword) { arguments throws(CallError) in
      let function = try reader(&arguments)
      return FunctionDeformation(
        function, maximumSlope: try arguments.optionalPositive("cap"),
        lossWindow: try arguments.window("window"))
    }
  }

  /// Measures of flatness as penalties, and fields that look around.
  private func addingFields() -> DeformationRegistry {
    adding(LocalEntropy.keyword) { arguments throws(CallError) in
      LocalEntropy(
        scope: try arguments.positive("gamma"),
        nodeCount: try arguments.count("nodes", default: 81, atLeast: 3))
    }
    .adding(BNSharpnessPenalty.keyword) { arguments throws(CallError) in
      try BNSharpnessPenalty(&arguments)
    }
    .adding(SharpnessGuidedDescent.keyword) { arguments throws(CallError) in
      try SharpnessGuidedDescent(&arguments)
    }
    .adding(SharpnessAwareMinimisation.keyword) { arguments throws(CallError) in
      let isAdaptive = try arguments.flag("adaptive")
      return SharpnessAwareMinimisation(
        radius: try arguments.notNegative("rho", default: isAdaptive ? 0.5 : 0.05), isAdaptive: isAdaptive)
    }
    .adding(SmoothOut.keyword) { arguments throws(CallError) in try SmoothOut(&arguments) }
    .adding(EntropyDescent.keyword) { arguments throws(CallError) in try EntropyDescent(&arguments)
    }
  }
}

extension BNSharpnessPenalty {
  init(_ arguments: inout CallArguments) throws(CallError) {
    let weight = try arguments.notNegative("weight")
    var sharpness = BNSharpness(
      radius: try arguments.positive("radius", default: 1e-3),
      exponent: try arguments.number("exponent", default: 2, in: 1..., expected: "a number ≥ 1"))
    sharpness.nodeCount = try arguments.count("nodes", default: 8)
    sharpness.search.stepCount = try arguments.count("steps", default: 100)
    sharpness.search.restartCount = try arguments.count("restarts", default: 0)
    sharpness.restLength = try arguments.choice("rest", default: .norm)
    sharpness.isNormalised = try arguments.flag("normalised", default: true)
    self.init(
      weight: weight, sharpness: sharpness, gradientKind: try arguments.choice("gradient", default: .total))
  }
}

extension SharpnessGuidedDescent {
  init(_ arguments: inout CallArguments) throws(CallError) {
    self.init(weight: try arguments.notNegative("weight"))
    radius = try arguments.positive("radius", default: radius)
    exponent = try arguments.number("exponent", default: exponent, in: 1..., expected: "a number ≥ 1")
    innerStepCount = try arguments.count("steps", default: 0)
    innerRate = try arguments.optionalPositive("rate") ?? innerRate
    clip = try arguments.limit("clip", default: clip)
    batches = try arguments.choice("batches", default: batches)
    restLength = try arguments.choice("rest", default: restLength)
  }
}

extension SmoothOut {
  private enum Schedule: String, CaseIterable {
    case none, polynomial, tanh
  }

  init(_ arguments: inout CallArguments) throws(CallError) {
    let amplitude = try arguments.notNegative("amplitude")
    let unit: Unit = try arguments.choice("per", default: .constant)
    let annealing: Annealing
    switch try arguments.choice("anneal", default: Schedule.none) {
    case .none: annealing = .none
    case .polynomial: annealing = .polynomial
    case .tanh:
      let steepness = try arguments.optionalPositive("steepness") ?? 6
      let stepCount = try arguments.count("steps", default: 0)
      guard stepCount > 0 else { throw arguments.missing("steps") }
      annealing = .tangent(steepness: steepness, stepCount: stepCount)
    }
    self.init(
      amplitude: amplitude, unit: unit, annealing: annealing,
      exemptRoles: try arguments.roles("exempt") ?? [],
      key: UInt64(try arguments.count("key", default: 0)))
  }
}

extension EntropyDescent {
  init(_ arguments: inout CallArguments) throws(CallError) {
    self.init()
    let share = "at least 0 and below 1"
    stepCount = try arguments.count("steps", default: stepCount)
    scope = try arguments.notNegative("gamma", default: scope)
    scoping = try arguments.notNegative("scoping", default: scoping)
    innerRate = try arguments.positive("rate", default: innerRate)
    averaging = try arguments.number("averaging", default: averaging, in: 0..<1, expected: share)
    noise = try arguments.notNegative("noise", default: noise)
    innerMomentum = try arguments.number("momentum", default: innerMomentum, in: 0..<1, expected: share)
    innerDecay = try arguments.notNegative("decay", default: innerDecay)
  }
}
