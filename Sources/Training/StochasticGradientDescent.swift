public import ThalwegCalls
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
/// in the form where the rate multiplies the velocity. As text:
/// `sgd(momentum: 0.9, nesterov: true, decay: 5e-4)`.
public struct StochasticGradientDescent: GradientRule, Equatable {
  /// The name in front of the arguments.
  public static let keyword = "sgd"

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

  /// Reads the arguments of the optimiser's text.
  public init(_ arguments: inout CallArguments) throws(CallError) {
    momentum = try arguments.number("momentum", default: 0, in: 0..<1, expected: "at least 0 and below 1")
    isNesterov = try arguments.flag("nesterov")
    dampening = try arguments.number("dampening", default: 0, in: 0...1, expected: "a number from 0 to 1")
    let decay = try WeightDecay(&arguments)
    weightDecay = decay.factor
    rolesWithoutDecay = decay.exemptRoles
    guard !isNesterov || (momentum > 0 && dampening == 0) else {
      throw arguments.badValue("nesterov", "true", expected: "a positive momentum and no dampening with it")
    }
  }

  /// Moves `state` along `gradient`.
  public func update(
    _ state: inout ModelState, along gradient: inout ModelVector, rate: Double, memory: inout OptimiserMemory
  ) throws(OptimiserMemoryError) {
    try MomentumUpdate(rate: rate, momentum: momentum, dampening: dampening, isNesterov: isNesterov)
      .move(&state, along: gradient, decay: decay, memory: &memory)
  }

  private var decay: WeightDecay { WeightDecay(weightDecay, except: rolesWithoutDecay) }

  /// The optimiser as text.
  public var description: String {
    "\(Self.keyword)(momentum: \(momentum), nesterov: \(isNesterov), dampening: \(dampening), "
      + "\(decay.arguments))"
  }
}
