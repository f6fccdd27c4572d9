public import ThalwegCalls
public import ThalwegSurfaces

/// Steps along a running mean of gradients, divided by the root of a running mean of their squares, as
/// PyTorch's `torch.optim.Adam` computes them: `adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0)`.
///
/// With gradient `g` at `θ`, rate `γ` and the number `k` of the step, counted from 1:
///
/// * `g ← g + d θ`, unless the role is exempt;
/// * `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) g²`;
/// * `θ ← θ − γ m̂ / (√v̂ + ε)` with `m̂ = m / (1 − β₁ᵏ)`, `v̂ = v / (1 − β₂ᵏ)`; AMSGrad divides by the
///   largest `v` so far.
///
/// Sources: Kingma, Ba (2015), Adam: A method for stochastic optimization, ICLR; Reddi, Kale, Kumar (2018),
/// On the convergence of Adam and beyond, ICLR.
public struct Adam: GradientRule, Equatable {
  /// The name in front of the arguments.
  public static let keyword = "adam"

  /// Share β₁ of the first moment kept from step to step.
  public let beta1: Double
  /// Share β₂ of the second moment kept from step to step.
  public let beta2: Double
  /// The term ε added to the root.
  public let epsilon: Double
  /// Whether the largest second moment so far is used.
  public let isAMSGrad: Bool
  /// Coupled weight decay.
  public let decay: WeightDecay

  /// A rule with the given settings.
  ///
  /// - Parameters:
  ///   - beta1: At least 0 and below 1.
  ///   - beta2: At least 0 and below 1.
  ///   - epsilon: Positive.
  ///   - isAMSGrad: Whether the second moment that divides never shrinks.
  ///   - decay: Coupled weight decay.
  public init(
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, isAMSGrad: Bool = false,
    decay: WeightDecay = .none
  ) {
    precondition((0..<1).contains(beta1), "beta1 \(beta1) is not in 0..<1")
    precondition((0..<1).contains(beta2), "beta2 \(beta2) is not in 0..<1")
    precondition(epsilon > 0 && epsilon.isFinite, "epsilon \(epsilon) is not a positive number")
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.isAMSGrad = isAMSGrad
    self.decay = decay
  }

  /// Reads the arguments of the optimiser's text.
  public init(_ arguments: inout CallArguments) throws(CallError) {
    isAMSGrad = try arguments.flag("amsgrad")
    beta1 = try arguments.share("beta1", default: 0.9)
    beta2 = try arguments.share("beta2", default: 0.999)
    epsilon = try arguments.positive("epsilon", default: 1e-8)
    decay = try WeightDecay(&arguments, default: 0)
  }

  /// Moves `state` along `gradient`.
  public func update(
    _ state: inout ModelState, along gradient: inout ModelVector, rate: Double, memory: inout OptimiserMemory
  ) throws(OptimiserMemoryError) {
    try AdamUpdate.move(&state, along: gradient, decay: decay, memory: &memory) { step in
      AdamUpdate(
        beta1: beta1, beta2: beta2, epsilon: epsilon, isAMSGrad: isAMSGrad, isDecayDecoupled: false,
        rate: rate, step: step)
    }
  }

  /// The optimiser as text.
  public var description: String {
    "\(Self.keyword)(beta1: \(beta1), beta2: \(beta2), epsilon: \(epsilon), amsgrad: \(isAMSGrad), "
      + "\(decay.arguments))"
  }
}
