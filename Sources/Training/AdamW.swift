public import ThalwegCalls
public import ThalwegSurfaces

/// ``Adam`` with decay that the gradients' scale doesn't touch, as PyTorch's `torch.optim.AdamW` computes it:
/// `adamw(decay: 0.01)`.
///
/// Each step first multiplies `θ` by `1 − γ d`, unless the role is exempt, and then moves it as Adam does
/// without decay. The default `d` is PyTorch's, 0.01.
///
/// Source: Loshchilov, Hutter (2019), Decoupled weight decay regularization, ICLR.
public struct AdamW: GradientRule, Equatable {
  /// The name in front of the arguments.
  public static let keyword = "adamw"

  /// Share β₁ of the first moment kept from step to step.
  public let beta1: Double
  /// Share β₂ of the second moment kept from step to step.
  public let beta2: Double
  /// The term ε added to the root.
  public let epsilon: Double
  /// Whether the largest second moment so far is used.
  public let isAMSGrad: Bool
  /// Decoupled weight decay.
  public let decay: WeightDecay

  /// A rule with the given settings.
  ///
  /// - Parameters:
  ///   - beta1: At least 0 and below 1.
  ///   - beta2: At least 0 and below 1.
  ///   - epsilon: Positive.
  ///   - isAMSGrad: Whether the second moment that divides never shrinks.
  ///   - decay: Decoupled weight decay.
  public init(
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, isAMSGrad: Bool = false,
    decay: WeightDecay = WeightDecay(0.01)
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
    decay = try WeightDecay(&arguments, default: 0.01)
  }

  /// Moves `state` along `gradient`.
  public func update(
    _ state: inout ModelState, along gradient: inout ModelVector, rate: Double, memory: inout OptimiserMemory
  ) throws(OptimiserMemoryError) {
    try AdamUpdate.move(&state, along: gradient, decay: decay, memory: &memory) { step in
      AdamUpdate(
        beta1: beta1, beta2: beta2, epsilon: epsilon, isAMSGrad: isAMSGrad, isDecayDecoupled: true,
        rate: rate, step: step)
    }
  }

  /// The optimiser as text.
  public var description: String {
    "\(Self.keyword)(beta1: \(beta1), beta2: \(beta2), epsilon: \(epsilon), amsgrad: \(isAMSGrad), "
      + "\(decay.arguments))"
  }
}
