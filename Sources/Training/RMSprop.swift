public import ThalwegCalls
public import ThalwegSurfaces

/// Steps divided by the root of a running mean of squared gradients, as PyTorch's `torch.optim.RMSprop`
/// computes them: `rmsprop(smoothing: 0.9)`.
///
/// With gradient `g` at `θ`, smoothing `ρ`, rate `γ`:
///
/// * `g ← g + d θ`, unless the role is exempt;
/// * `v ← ρ v + (1 − ρ) g²`; centred also `m ← m + (1 − ρ)(g − m)`;
/// * `u = g / (√v + ε)`, centred `u = g / (√(v − m²) + ε)`: ε stands outside of the root;
/// * `θ ← θ − γ u`, with momentum `b ← μ b + u`, `θ ← θ − γ b`.
///
/// There is no correction of the first steps' bias. The default `ρ` is 0.9, as in the source; PyTorch's is
/// 0.99.
///
/// Source: Tieleman, Hinton (2012), Lecture 6.5: RMSprop, Coursera.
public struct RMSprop: GradientRule, Equatable {
  /// The name in front of the arguments.
  public static let keyword = "rmsprop"

  /// Share ρ of the running means kept from step to step.
  public let smoothing: Double
  /// The term ε added to the root.
  public let epsilon: Double
  /// Share μ of the velocity kept from step to step.
  public let momentum: Double
  /// Whether the squared running mean of the gradients is taken off the mean of their squares.
  public let isCentred: Bool
  /// Coupled weight decay.
  public let decay: WeightDecay

  /// A rule with the given settings.
  ///
  /// - Parameters:
  ///   - smoothing: At least 0 and below 1.
  ///   - epsilon: Positive.
  ///   - momentum: At least 0 and below 1.
  ///   - isCentred: Whether steps are divided by an estimate of the standard deviation.
  ///   - decay: Coupled weight decay.
  public init(
    smoothing: Double = 0.9, epsilon: Double = 1e-8, momentum: Double = 0, isCentred: Bool = false,
    decay: WeightDecay = .none
  ) {
    precondition((0..<1).contains(smoothing), "smoothing \(smoothing) is not in 0..<1")
    precondition(epsilon > 0 && epsilon.isFinite, "epsilon \(epsilon) is not a positive number")
    precondition((0..<1).contains(momentum), "momentum \(momentum) is not in 0..<1")
    self.smoothing = smoothing
    self.epsilon = epsilon
    self.momentum = momentum
    self.isCentred = isCentred
    self.decay = decay
  }

  /// Reads the arguments of the optimiser's text.
  public init(_ arguments: inout CallArguments) throws(CallError) {
    isCentred = try arguments.flag("centred")
    smoothing = try arguments.share("smoothing", default: 0.9)
    epsilon = try arguments.positive("epsilon", default: 1e-8)
    momentum = try arguments.share("momentum", default: 0)
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
    "\(Self.keyword)(smoothing: \(smoothing), epsilon: \(epsilon), momentum: \(momentum), "
      + "centred: \(isCentred), \(decay.arguments))"
  }

  private struct Kernel: UpdateKernel {
    let rule: RMSprop
    let rate: Double

    var names: (first: String?, second: String?, third: String?) {
      ("mean square", rule.momentum > 0 ? "momentum" : nil, rule.isCentred ? "mean gradient" : nil)
    }

    func apply<Number: BinaryFloatingPoint>(
      over range: Range<Int>, decay: Number, isFirst: Bool, parameters: inout MutableSpan<Number>,
      gradient: Span<Number>, first squares: inout MutableSpan<Number>,
      second velocity: inout MutableSpan<Number>, third means: inout MutableSpan<Number>
    ) {
      let (rate, kept) = (Number(rate), Number(rule.smoothing))
      let (added, epsilon) = (Number(1 - rule.smoothing), Number(rule.epsilon))
      let momentum = Number(rule.momentum)
      let (isCentred, hasMomentum) = (rule.isCentred, rule.momentum > 0)
      for i in range {
        let g = gradient[unchecked: i] + decay * parameters[unchecked: i]
        let square = kept * squares[unchecked: i] + added * (g * g)
        squares[unchecked: i] = square
        var variance = square
        if isCentred {
          let mean = means[unchecked: i] + added * (g - means[unchecked: i])
          means[unchecked: i] = mean
          // Rounding can make the difference of two nearly equal numbers negative.
          variance = max(0, square - mean * mean)
        }
        var step = g / (variance.squareRoot() + epsilon)
        if hasMomentum {
          step += momentum * velocity[unchecked: i]
          velocity[unchecked: i] = step
        }
        parameters[unchecked: i] -= rate * step
      }
    }
  }
}
