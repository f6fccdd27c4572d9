public import ThalwegCalls
public import ThalwegSurfaces

/// Descent along the direction of a two-stage Runge–Kutta method of second order, handed to a rule: `rk2()`,
/// and `rk2(adam())` for “Adam & RK2”.
///
/// Gradient flow `θ̇ = −∇L` is integrated with step `γ`: `k₁ = ∇L(θ)`, `k₂ = ∇L(θ − c γ k₁)`, and the
/// direction is `(1 − 1/(2c)) k₁ + 1/(2c) k₂`. The rule takes it for the gradient at `θ`; plain descent is
/// the method itself, whose factor on a quadratic is `1 − z + z²/2` with `z = γ λ`. The nodes `c = 1`, `½`,
/// `⅔` are Heun's, the midpoint and Ralston's method.
///
/// Both stages see the same draw. Batch statistics are those of the first. Weight decay belongs to the rule,
/// so it is added to the direction at `θ` and not to each stage.
///
/// Source: Im, Tao, Branson (2016), An empirical analysis of the optimization of deep network loss surfaces,
/// arXiv 1612.04010. Which member the authors used is not stated there.
public struct RungeKuttaDescent: NamedOptimiser {
  /// The name in front of the arguments.
  public static let keyword = "rk2"

  /// What moves along the direction.
  public let rule: any GradientRule
  /// The node c, in `0...1` without 0.
  public let node: Double

  /// Descent by `rule` along the direction of the method with node `node`, above 0 and at most 1.
  public init(_ rule: any GradientRule = StochasticGradientDescent(), node: Double = 2.0 / 3.0) {
    precondition(node > 0 && node <= 1, "node \(node) is not above 0 and at most 1")
    self.rule = rule
    self.node = node
  }

  /// Reads the arguments of the optimiser's text.
  public init(_ arguments: inout CallArguments) throws(CallError) {
    node =
      try arguments.optionalNumber(
        "c", in: Double.leastNonzeroMagnitude...1, expected: "a number above 0 and at most 1") ?? 2.0 / 3.0
    rule = try arguments.rule("optimiser") ?? StochasticGradientDescent()
  }

  /// Two.
  public var gradientsPerStep: Int { 2 }

  /// Makes one step with two gradients of the same draw; the first commits batch statistics.
  public func step(
    _ state: inout ModelState, rate: Double, draw: Draw, using evaluator: any StreamEvaluator,
    memory: inout OptimiserMemory
  ) throws -> Evaluation {
    var gradient = try memory.takeWork("gradient", like: state.parameters)
    defer { memory.giveBackWork(gradient, as: "gradient") }
    let evaluation = try evaluator.gradient(at: state, draw: draw, into: &gradient)
    guard evaluation.status == .ok else { return evaluation }
    gradient.convert(to: state.parameters.precision)

    var second = try memory.takeWork("second gradient", like: state.parameters)
    defer { memory.giveBackWork(second, as: "second gradient") }
    let other = try secondStage(
      &state, step: node * rate, along: gradient, draw: draw, using: evaluator, into: &second,
      memory: &memory)
    guard other.status == .ok else { return other }
    second.convert(to: state.parameters.precision)

    let share = 1 / (2 * node)
    gradient.scale(by: 1 - share)
    gradient.add(share, second)
    try rule.update(&state, along: &gradient, rate: rate, memory: &memory)
    return evaluation
  }

  /// Commits the first stage's statistics and takes the gradient at `θ − step · k₁`. The parameters come back
  /// as they were, and the buffers too where the second stage diverges or fails.
  private func secondStage(
    _ state: inout ModelState, step: Double, along gradient: ModelVector, draw: Draw,
    using evaluator: any StreamEvaluator, into second: inout ModelVector, memory: inout OptimiserMemory
  ) throws -> Evaluation {
    var origin = try memory.takeWork("origin", like: state.parameters)
    defer { memory.giveBackWork(origin, as: "origin") }
    var buffers = try memory.takeWork("buffers", like: state.buffers)
    defer { memory.giveBackWork(buffers, as: "buffers") }
    origin.copy(state.parameters)
    buffers.copy(state.buffers)
    var isGood = false
    defer {
      state.parameters.copy(origin)
      if !isGood { state.buffers.copy(buffers) }
    }
    // Statistics of the last gradient are committed, so this comes before the second.
    evaluator.commitBatchStatistics(to: &state)
    state.parameters.add(-step, gradient)
    let evaluation = try evaluator.gradient(at: state, draw: draw, into: &second)
    isGood = evaluation.status == .ok
    return evaluation
  }

  /// The optimiser as text.
  public var description: String { "\(Self.keyword)(\(rule), c: \(node))" }
}
