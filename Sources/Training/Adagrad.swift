public import ThalwegCalls
public import ThalwegSurfaces

/// Steps divided by the root of the sum of all squared gradients, as PyTorch's `torch.optim.Adagrad` computes
/// them: `adagrad()`.
///
/// With gradient `g` at `θ` and rate `γ`: `g ← g + d θ`, unless the role is exempt; `s ← s + g²`;
/// `θ ← θ − γ g / (√s + ε)`. PyTorch's `lr_decay` is a ``RationalSchedule``.
///
/// Source: Duchi, Hazan, Singer (2011), Adaptive subgradient methods for online learning and stochastic
/// optimization, Journal of Machine Learning Research 12, 2121–2159.
public struct Adagrad: GradientRule, Equatable {
  /// The name in front of the arguments.
  public static let keyword = "adagrad"

  /// The term ε added to the root.
  public let epsilon: Double
  /// The sum `s` before the first step.
  public let initialSum: Double
  /// Coupled weight decay.
  public let decay: WeightDecay

  /// A rule with `epsilon > 0` and `initialSum ≥ 0`.
  public init(epsilon: Double = 1e-10, initialSum: Double = 0, decay: WeightDecay = .none) {
    precondition(epsilon > 0 && epsilon.isFinite, "epsilon \(epsilon) is not a positive number")
    precondition(initialSum >= 0 && initialSum.isFinite, "initial sum \(initialSum) is not a number ≥ 0")
    self.epsilon = epsilon
    self.initialSum = initialSum
    self.decay = decay
  }

  /// Reads the arguments of the optimiser's text.
  public init(_ arguments: inout CallArguments) throws(CallError) {
    epsilon = try arguments.positive("epsilon", default: 1e-10)
    initialSum = try arguments.number("initial", default: 0, in: 0..., expected: "a number ≥ 0")
    decay = try WeightDecay(&arguments)
  }

  /// Moves `state` along `gradient`.
  public func update(
    _ state: inout ModelState, along gradient: inout ModelVector, rate: Double, memory: inout OptimiserMemory
  ) throws(OptimiserMemoryError) {
    try Kernel(rule: self, rate: rate).move(&state, along: gradient, decay: decay, memory: &memory)
  }

  /// The optimiser as text.
  public var description: String {
    "\(Self.keyword)(epsilon: \(epsilon), initial: \(initialSum), \(decay.arguments))"
  }

  private struct Kernel: UpdateKernel {
    let rule: Adagrad
    let rate: Double

    var names: (first: String?, second: String?, third: String?) { ("sum of squares", nil, nil) }

    func apply<Number: BinaryFloatingPoint>(
      over range: Range<Int>, decay: Number, isFirst: Bool, parameters: inout MutableSpan<Number>,
      gradient: Span<Number>, first sums: inout MutableSpan<Number>, second: inout MutableSpan<Number>,
      third: inout MutableSpan<Number>
    ) {
      let (rate, epsilon) = (Number(rate), Number(rule.epsilon))
      let initial = isFirst ? Number(rule.initialSum) : 0
      for i in range {
        let g = gradient[unchecked: i] + decay * parameters[unchecked: i]
        let sum = sums[unchecked: i] + initial + g * g
        sums[unchecked: i] = sum
        parameters[unchecked: i] -= rate * (g / (sum.squareRoot() + epsilon))
      }
    }
  }
}
