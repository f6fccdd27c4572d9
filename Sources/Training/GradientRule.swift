public import ThalwegSurfaces

/// An optimiser that moves by one vector a step: it is told the gradient and asks for none.
///
/// A type that conforms states ``update(_:along:rate:memory:)`` and is an ``Optimiser`` by it, which takes
/// one gradient a step. Methods that combine or change gradients, such as ``RungeKuttaDescent`` and
/// ``GradientClipping``, hand the result to a rule.
public protocol GradientRule: NamedOptimiser {
  /// Moves `state`.
  ///
  /// - Parameters:
  ///   - state: The point that moves.
  ///   - gradient: The gradient at `state`, in the state's precision. The rule may overwrite it.
  ///   - rate: The learning rate, finite and not negative.
  ///   - memory: This run's memory.
  /// - Throws: ``OptimiserMemoryError`` when the memory fits another state.
  func update(
    _ state: inout ModelState, along gradient: inout ModelVector, rate: Double, memory: inout OptimiserMemory
  ) throws(OptimiserMemoryError)
}

extension GradientRule {
  /// Makes one step with one gradient, which commits batch statistics.
  public func step(
    _ state: inout ModelState, rate: Double, draw: Draw, using evaluator: any StreamEvaluator,
    memory: inout OptimiserMemory
  ) throws -> Evaluation {
    var gradient = try memory.takeWork("gradient", like: state.parameters)
    defer { memory.giveBackWork(gradient, as: "gradient") }
    let evaluation = try evaluator.gradient(at: state, draw: draw, into: &gradient)
    guard evaluation.status == .ok else { return evaluation }
    evaluator.commitBatchStatistics(to: &state)
    gradient.convert(to: state.parameters.precision)
    try update(&state, along: &gradient, rate: rate, memory: &memory)
    return evaluation
  }
}
