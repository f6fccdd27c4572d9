/// Looks along a descent direction for a step that satisfies the strong Wolfe conditions,
/// `f(α) ≤ f(0) + c₁ α f′(0)` and `|f′(α)| ≤ c₂ |f′(0)|`.
///
/// A bracket is grown until it must contain such a step, and narrowed by cubic interpolation, with bisection
/// where the interpolated step comes too close to an end.
///
/// Source: Nocedal, Wright (2006), Numerical optimization, 2nd edition, algorithms 3.5 and 3.6.
struct WolfeLineSearch {
  /// The constant c₁ of sufficient decrease.
  var decrease = 1e-4
  /// The constant c₂ of curvature.
  var curvature = 0.9
  /// Number of steps that are tried at most.
  var trialCount = 40

  /// What is known at one step length.
  struct Trial {
    var length: Double
    var loss: Double
    /// The derivative along the direction.
    var slope: Double
    var point: [Double]
    var gradient: [Double]
  }

  /// A step that satisfies both conditions. When rounding hides one, the best step that lowers the loss
  /// enough; `nil` when there is none.
  func step(
    on surface: CountedSurface, from origin: Trial, along direction: [Double], first length: Double
  ) throws -> Trial? {
    func attempt(_ length: Double) throws -> Trial {
      let point = sum(origin.point, length, direction)
      let (loss, gradient) = try surface.gradient(at: point)
      return Trial(
        length: length, loss: loss, slope: dot(gradient, direction), point: point, gradient: gradient)
    }
    func isLow(_ trial: Trial) -> Bool {
      trial.loss <= origin.loss + decrease * trial.length * origin.slope
    }
    func isFlat(_ trial: Trial) -> Bool { abs(trial.slope) <= -curvature * origin.slope }

    var previous = origin
    var length = length
    var trials = 0
    // Grow until a step is too high or too steep.
    var bracket: (low: Trial, high: Trial)?
    while trials < trialCount {
      let trial = try attempt(length)
      trials += 1
      if !isLow(trial) || (trials > 1 && trial.loss >= previous.loss) {
        bracket = (previous, trial)
        break
      }
      if isFlat(trial) { return trial }
      if trial.slope >= 0 {
        bracket = (trial, previous)
        break
      }
      previous = trial
      length *= 2
    }
    guard var (low, high) = bracket else { return previous.length > 0 ? previous : nil }
    while trials < trialCount, abs(high.length - low.length) > 1e-15 * max(low.length, high.length) {
      let trial = try attempt(Self.between(low, high))
      trials += 1
      if !isLow(trial) || trial.loss >= low.loss {
        high = trial
      } else {
        if isFlat(trial) { return trial }
        if trial.slope * (high.length - low.length) >= 0 { high = low }
        low = trial
      }
    }
    return low.length > 0 && low.loss < origin.loss ? low : nil
  }

  /// The minimum of the cubic through both values and slopes, kept a tenth of the bracket away from its ends.
  static func between(_ a: Trial, _ b: Trial) -> Double {
    let middle = 0.5 * (a.length + b.length)
    guard b.loss.isFinite else { return middle }
    let width = b.length - a.length
    let first = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.length - b.length)
    let root = first * first - a.slope * b.slope
    guard root >= 0 else { return middle }
    let second = width < 0 ? -root.squareRoot() : root.squareRoot()
    let length = b.length - width * (b.slope + second - first) / (b.slope - a.slope + 2 * second)
    let margin = 0.1 * abs(width)
    let inner = (min(a.length, b.length) + margin)...(max(a.length, b.length) - margin)
    guard length.isFinite, inner.contains(length) else {
      return length.isFinite ? min(max(length, inner.lowerBound), inner.upperBound) : middle
    }
    return length
  }
}
