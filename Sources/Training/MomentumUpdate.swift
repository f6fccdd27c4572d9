import ThalwegSurfaces

/// The arithmetic of one step of gradient descent, fused into one pass over the vectors.
///
/// With gradient `g`, parameter `θ` and velocity `v`: `g ← g + d θ`, `v ← μ v + s g`,
/// `θ ← θ − γ (a g + b v)`. Plain momentum has `(a, b) = (0, 1)`, Nesterov's `(1, μ)`: one loop serves both,
/// as `0 g + 1 v` is exactly `v`.
struct MomentumUpdate<Number: BinaryFloatingPoint> {
  let rate: Number
  let momentum: Number
  let gradientShare: Number
  let decay: Number
  let isNesterov: Bool

  /// Moves `parameters` and `velocity` over `range`.
  func apply(
    to parameters: inout MutableSpan<Number>, velocity: inout MutableSpan<Number>, gradient: Span<Number>,
    over range: Range<Int>
  ) {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= parameters.count && parameters.count == velocity.count
        && parameters.count == gradient.count,
      "a range or a vector doesn't fit \(parameters.count) parameters")
    let (rate, momentum, share, decay) = (rate, momentum, gradientShare, decay)
    let a: Number = isNesterov ? 1 : 0
    let b: Number = isNesterov ? momentum : 1
    for i in range {
      let g = gradient[unchecked: i] + decay * parameters[unchecked: i]
      let v = momentum * velocity[unchecked: i] + share * g
      velocity[unchecked: i] = v
      parameters[unchecked: i] -= rate * (a * g + b * v)
    }
  }

  /// Moves `parameters` over `range` without momentum.
  func apply(to parameters: inout MutableSpan<Number>, gradient: Span<Number>, over range: Range<Int>) {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= parameters.count && parameters.count == gradient.count,
      "a range or a vector doesn't fit \(parameters.count) parameters")
    let (rate, decay) = (rate, decay)
    for i in range {
      let g = gradient[unchecked: i] + decay * parameters[unchecked: i]
      parameters[unchecked: i] -= rate * g
    }
  }
}

extension ModelVector {
  /// The numbers of a double-precision vector, for writing in place.
  mutating func withMutableDoubles<Result>(_ body: (inout [Double]) throws -> Result) rethrows -> Result {
    precondition(precision == .double, "a double-precision vector was expected")
    var values = doubles
    self = ModelVector([Double]())  // So that the array has one owner and is changed in place.
    defer { self = ModelVector(values) }
    return try body(&values)
  }

  /// Rounds or widens the vector to `precision`. A vector that has it already is left alone.
  mutating func convert(to precision: Precision) {
    guard self.precision != precision else { return }
    self = precision == .single ? ModelVector(floats) : ModelVector(doubles)
  }
}
