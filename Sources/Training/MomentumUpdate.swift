/// The arithmetic of one step of gradient descent.
///
/// With gradient `g`, parameter `θ` and velocity `v`: `g ← g + d θ`, `v ← μ v + s g`,
/// `θ ← θ − γ (a g + b v)`. Plain momentum has `(a, b) = (0, 1)`, Nesterov's `(1, μ)`: one loop serves both,
/// as `0 g + 1 v` is exactly `v`.
struct MomentumUpdate: UpdateKernel {
  let rate: Double
  let momentum: Double
  let dampening: Double
  let isNesterov: Bool

  var names: (first: String?, second: String?, third: String?) { (momentum > 0 ? "momentum" : nil, nil, nil) }

  func apply<Number: BinaryFloatingPoint>(
    over range: Range<Int>, decay: Number, isFirst: Bool, parameters: inout MutableSpan<Number>,
    gradient: Span<Number>, first velocity: inout MutableSpan<Number>, second: inout MutableSpan<Number>,
    third: inout MutableSpan<Number>
  ) {
    let rate = Number(rate)
    guard momentum > 0 else {
      for i in range {
        let g = gradient[unchecked: i] + decay * parameters[unchecked: i]
        parameters[unchecked: i] -= rate * g
      }
      return
    }
    let momentum = Number(self.momentum)
    let share: Number = isFirst ? 1 : Number(1 - dampening)
    let a: Number = isNesterov ? 1 : 0
    let b: Number = isNesterov ? momentum : 1
    for i in range {
      let g = gradient[unchecked: i] + decay * parameters[unchecked: i]
      let v = momentum * velocity[unchecked: i] + share * g
      velocity[unchecked: i] = v
      parameters[unchecked: i] -= rate * (a * g + b * v)
    }
  }
}
