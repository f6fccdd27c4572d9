public import ThalwegCalls
public import ThalwegSurfaces

/// Steps in units of the parameters, from running means of squared gradients and squared steps, as PyTorch's
/// `torch.optim.Adadelta` computes them: `adadelta(smoothing: 0.9)`.
///
/// With gradient `g` at `θ`, smoothing `ρ`, rate `γ` (1 in the source):
///
/// * `g ← g + d θ`, unless the role is exempt;
/// * `v ← ρ v + (1 − ρ) g²`, `u = g √(a + ε) / √(v + ε)`: ε stands inside of both roots;
/// * `a ← ρ a + (1 − ρ) u²`, `θ ← θ − γ u`.
///
/// Source: Zeiler (2012), ADADELTA: An adaptive learning rate method, arXiv 1212.5701.
public struct Adadelta: GradientRule, Equatable {
  /// The name in front of the arguments.
  public static let keyword = "adadelta"

  /// Share ρ of the running means kept from step to step.
  public let smoothing: Double
  /// The term ε inside of the roots; it sets the size of the first steps.
  public let epsilon: Double
  /// Coupled weight decay.
  public let decay: WeightDecay

  /// A rule with `smoothing` in `0..<1` and `epsilon > 0`.
  public init(smoothing: Double = 0.9, epsilon: Double = 1e-6, decay: WeightDecay = .none) {
    precondition((0..<1).contains(smoothing), "smoothing \(smoothing) is not in 0..<1")
    precondition(epsilon > 0 && epsilon.isFinite, "epsilon \(epsilon) is not a positive number")
    self.smoothing = smoothing
    self.epsilon = epsilon
    self.decay = decay
  }

  /// Reads the arguments of the optimiser's text.
  public init(_ arguments: inout CallArguments) throws(CallError) {
    smoothing = try arguments.share("smoothing", default: 0.9)
    epsilon = try arguments.positive("epsilon", default: 1e-6)
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
    "\(Self.keyword)(smoothing: \(smoothing), epsilon: \(epsilon), \(decay.arguments))"
  }

  private struct Kernel: UpdateKernel {
    let rule: Adadelta
    let rate: Double

    var names: (first: String?, second: String?, third: String?) { ("mean square", "mean square step", nil) }

    func apply<Number: BinaryFloatingPoint>(
      over range: Range<Int>, decay: Number, isFirst: Bool, parameters: inout MutableSpan<Number>,
      gradient: Span<Number>, first squares: inout MutableSpan<Number>,
      second steps: inout MutableSpan<Number>, third: inout MutableSpan<Number>
    ) {
      let (rate, kept) = (Number(rate), Number(rule.smoothing))
      let (added, epsilon) = (Number(1 - rule.smoothing), Number(rule.epsilon))
      for i in range {
        let g = gradient[unchecked: i] + decay * parameters[unchecked: i]
        let square = kept * squares[unchecked: i] + added * (g * g)
        squares[unchecked: i] = square
        let step = (steps[unchecked: i] + epsilon).squareRoot() / (square + epsilon).squareRoot() * g
        steps[unchecked: i] = kept * steps[unchecked: i] + added * (step * step)
        parameters[unchecked: i] -= rate * step
      }
    }
  }
}
