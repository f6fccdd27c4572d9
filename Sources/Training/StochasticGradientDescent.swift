public import ThalwegSurfaces

/// Gradient descent on minibatches, with optional momentum and weight decay, as PyTorch's `torch.optim.SGD`
/// computes it.
///
/// With gradient `g` at `θ`, weight decay `d`, momentum `μ`, dampening `τ` and rate `γ`:
///
/// * `g ← g + d θ`: decay is coupled to the gradient, and applies to every tensor unless its role is exempt;
/// * `v ← μ v + (1 − τ) g`, in the first step `v = g` whatever the dampening;
/// * `θ ← θ − γ v`, with Nesterov's momentum `θ ← θ − γ (g + μ v)`; without momentum `θ ← θ − γ g`.
///
/// The velocity is kept under the name `momentum`. Arithmetic is done in the state's own precision, in one
/// pass.
///
/// Source: Sutskever, Martens, Dahl, Hinton (2013), On the importance of initialization and momentum, ICML,
/// in the form where the rate multiplies the velocity.
public struct StochasticGradientDescent: Optimiser, Equatable {
  /// Share μ of the velocity kept from step to step.
  public let momentum: Double
  /// Whether the gradient is added to the velocity once more, as if taken after the coming step.
  public let isNesterov: Bool
  /// Share τ by which gradients are weakened before they enter the velocity.
  public let dampening: Double
  /// The factor d of `θ` added to each gradient.
  public let weightDecay: Double
  /// Roles whose tensors don't decay.
  public let rolesWithoutDecay: Set<Role>

  /// A rule with the given settings.
  ///
  /// - Parameters:
  ///   - momentum: At least 0 and below 1.
  ///   - isNesterov: Needs a positive momentum and no dampening.
  ///   - dampening: In `0...1`.
  ///   - weightDecay: At least 0.
  ///   - rolesWithoutDecay: Roles exempt from decay; none by default, as in PyTorch.
  public init(
    momentum: Double = 0, isNesterov: Bool = false, dampening: Double = 0, weightDecay: Double = 0,
    rolesWithoutDecay: Set<Role> = []
  ) {
    precondition((0..<1).contains(momentum), "momentum \(momentum) is not in 0..<1")
    precondition((0...1).contains(dampening), "dampening \(dampening) is not in 0...1")
    precondition(weightDecay >= 0 && weightDecay.isFinite, "weight decay \(weightDecay) is not a number ≥ 0")
    precondition(!isNesterov || (momentum > 0 && dampening == 0), "Nesterov needs momentum and no dampening")
    self.momentum = momentum
    self.isNesterov = isNesterov
    self.dampening = dampening
    self.weightDecay = weightDecay
    self.rolesWithoutDecay = rolesWithoutDecay
  }

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

    guard momentum > 0 else {
      var none = ModelVector(zeros: 0, precision: state.parameters.precision)
      move(&state, velocity: &none, gradient: gradient, rate: rate, isFirst: true)
      return evaluation
    }
    var (velocity, isFirst) = try memory.take("momentum", like: state.parameters)
    defer { memory.giveBack(velocity, as: "momentum") }
    move(&state, velocity: &velocity, gradient: gradient, rate: rate, isFirst: isFirst)
    return evaluation
  }

  private func move(
    _ state: inout ModelState, velocity: inout ModelVector, gradient: ModelVector, rate: Double, isFirst: Bool
  ) {
    let space = state.space
    switch state.parameters.precision {
    case .single:
      state.parameters.withMutableFloats { parameters in
        velocity.withMutableFloats { velocity in
          gradient.withFloats { gradient in
            var parameters = parameters.mutableSpan
            var velocity = velocity.mutableSpan
            move(
              &parameters, velocity: &velocity, gradient: gradient.span, space: space, rate: Float(rate),
              isFirst: isFirst)
          }
        }
      }
    case .double:
      let gradient = gradient.doubles
      state.parameters.withMutableDoubles { parameters in
        velocity.withMutableDoubles { velocity in
          var parameters = parameters.mutableSpan
          var velocity = velocity.mutableSpan
          move(
            &parameters, velocity: &velocity, gradient: gradient.span, space: space, rate: rate,
            isFirst: isFirst)
        }
      }
    }
  }

  private func move<Number: BinaryFloatingPoint>(
    _ parameters: inout MutableSpan<Number>, velocity: inout MutableSpan<Number>, gradient: Span<Number>,
    space: StateSpace, rate: Number, isFirst: Bool
  ) {
    func update(decay: Double) -> MomentumUpdate<Number> {
      MomentumUpdate(
        rate: rate, momentum: Number(momentum), gradientShare: isFirst ? 1 : Number(1 - dampening),
        decay: Number(decay), isNesterov: isNesterov)
    }
    func apply(_ update: MomentumUpdate<Number>, over range: Range<Int>) {
      if momentum > 0 {
        update.apply(to: &parameters, velocity: &velocity, gradient: gradient, over: range)
      } else {
        update.apply(to: &parameters, gradient: gradient, over: range)
      }
    }
    guard weightDecay > 0, !rolesWithoutDecay.isEmpty else {
      apply(update(decay: weightDecay), over: 0..<parameters.count)
      return
    }
    let (decaying, exempt) = (update(decay: weightDecay), update(decay: 0))
    for index in space.entries.indices where space.entries[index].role.isTrainable {
      let isExempt = rolesWithoutDecay.contains(space.entries[index].role)
      apply(isExempt ? exempt : decaying, over: space.range(of: index))
    }
  }
}
