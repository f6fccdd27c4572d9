public import ThalwegCalls
public import ThalwegSurfaces

/// A rule that moves a state along a stream of gradient fields.
///
/// An optimiser holds its settings and nothing else. What it remembers from step to step (momentum, second
/// moments, counters) and its work vectors live in an ``OptimiserMemory``, so a run can be saved between any
/// two steps and resumed with the same bits, and a step allocates nothing after the first.
///
/// A new method is a new type: it may ask the evaluator for several gradients in one step, at displaced
/// states or in different lanes of the draw.
public protocol Optimiser: Sendable {
  /// How many gradients one step asks for, so that methods can be compared at equal cost.
  var gradientsPerStep: Int { get }

  /// Makes one step.
  ///
  /// The method decides which of its gradients commits batch statistics. When an evaluation has diverged it
  /// returns that evaluation at once and moves nothing.
  ///
  /// - Parameters:
  ///   - state: The point that moves.
  ///   - rate: The learning rate of this step, finite and not negative.
  ///   - draw: The random choices of this step. Lanes beyond that of `draw` are free for methods with several
  ///     draws.
  ///   - evaluator: The stream's evaluator.
  ///   - memory: This run's memory; empty before the first step.
  /// - Returns: The evaluation at the point before the step.
  /// - Throws: Errors of the evaluator, and ``OptimiserMemoryError`` when the memory fits another state.
  func step(
    _ state: inout ModelState, rate: Double, draw: Draw, using evaluator: any StreamEvaluator,
    memory: inout OptimiserMemory
  ) throws -> Evaluation
}

extension Optimiser {
  /// One gradient a step, unless a method says otherwise.
  public var gradientsPerStep: Int { 1 }
}

/// An optimiser that is written as text, such as `adam(beta1: 0.9)`, and read back by an
/// ``OptimiserRegistry``. The text in `description` gives the same optimiser again.
public protocol NamedOptimiser: Optimiser, CustomStringConvertible {
  /// The name in front of the arguments.
  static var keyword: String { get }

  /// Reads the arguments of a call by the optimiser's keyword. Arguments that nobody reads are reported by
  /// the registry.
  init(_ arguments: inout CallArguments) throws(CallError)
}
