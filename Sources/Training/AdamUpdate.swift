import ThalwegSurfaces

/// The arithmetic of one step of Adam, with coupled or decoupled decay.
///
/// With gradient `g`, moments `m` and `v` and the number `k` of this step, counted from 1:
/// `m ← m + (1 − β₁)(g − m)`, `v ← β₂ v + (1 − β₂) g²`,
/// `θ ← θ − γ / (1 − β₁ᵏ) · m / (√v / √(1 − β₂ᵏ) + ε)`. AMSGrad puts the largest `v` so far in the place of
/// `v`. Coupled decay adds `d θ` to `g`; decoupled decay multiplies `θ` by `1 − γ d` first.
struct AdamUpdate: UpdateKernel {
  let beta1: Double
  let beta2: Double
  let epsilon: Double
  let isAMSGrad: Bool
  let isDecayDecoupled: Bool
  let rate: Double
  /// Number of this step, counted from 1.
  let step: Int

  var names: (first: String?, second: String?, third: String?) {
    ("first moment", "second moment", isAMSGrad ? "largest second moment" : nil)
  }

  /// Counts the step in `memory`, and moves `state`.
  static func move(
    _ state: inout ModelState, along gradient: ModelVector, decay: WeightDecay,
    memory: inout OptimiserMemory, kernel: (Int) -> AdamUpdate
  ) throws(OptimiserMemoryError) {
    let step = memory.counters["adam steps", default: 0] + 1
    try kernel(step).move(&state, along: gradient, decay: decay, memory: &memory)
    memory.counters["adam steps"] = step
  }

  func apply<Number: BinaryFloatingPoint>(
    over range: Range<Int>, decay: Number, isFirst: Bool, parameters: inout MutableSpan<Number>,
    gradient: Span<Number>, first moments: inout MutableSpan<Number>,
    second squares: inout MutableSpan<Number>, third largest: inout MutableSpan<Number>
  ) {
    let (moved, kept, added) = (Number(1 - beta1), Number(beta2), Number(1 - beta2))
    let epsilon = Number(epsilon)
    let size = Number(rate / (1 - power(beta1, step)))
    let root = Number((1 - power(beta2, step)).squareRoot())
    let coupled = isDecayDecoupled ? 0 : decay
    let shrunk = isDecayDecoupled ? 1 - Number(rate) * decay : 1
    let isAMSGrad = isAMSGrad
    for i in range {
      let g = gradient[unchecked: i] + coupled * parameters[unchecked: i]
      let moment = moments[unchecked: i] + moved * (g - moments[unchecked: i])
      moments[unchecked: i] = moment
      var square = kept * squares[unchecked: i] + added * (g * g)
      squares[unchecked: i] = square
      if isAMSGrad {
        square = max(largest[unchecked: i], square)
        largest[unchecked: i] = square
      }
      let scale = square.squareRoot() / root + epsilon
      parameters[unchecked: i] = shrunk * parameters[unchecked: i] - size * (moment / scale)
    }
  }

  /// `baseᵏ` by squaring: the same bits everywhere, which the system's `pow` doesn't promise.
  private func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, factor, rest) = (1.0, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result *= factor }
      factor *= factor
      rest >>= 1
    }
    return result
  }
}
