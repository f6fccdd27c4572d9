public import ThalwegCalls
public import ThalwegSurfaces

/// A rule that gets gradients of bounded size: `clip(adam(), norm: 1)`, `clip(sgd(), value: 0.1)`.
///
/// Clipping comes after everything that makes or scales the gradient (deformations, the two stages of
/// ``RungeKuttaDescent``) and before weight decay, which is the inner rule's. Two gradients a step are
/// clipped together by `rk2(clip(adam(), norm: 1))`.
///
/// PyTorch's `clip_grad_norm_` divides by the norm plus 10⁻⁶; here the clipped norm is the bound up to
/// rounding.
///
/// Source: Pascanu, Mikolov, Bengio (2013), On the difficulty of training recurrent neural networks, ICML.
public struct GradientClipping: GradientRule {
  /// The name in front of the arguments.
  public static let keyword = "clip"

  /// What is bounded.
  public enum Bound: Sendable, Hashable {
    /// The Euclidean norm over all parameters; the direction is kept.
    case norm(Double)
    /// The absolute value of every number.
    case value(Double)
  }

  /// What moves along the clipped gradient.
  public let rule: any GradientRule
  /// The bound, above 0.
  public let bound: Bound

  /// Clips the gradients of `rule` to a positive bound.
  public init(_ rule: any GradientRule, bound: Bound) {
    switch bound {
    case .norm(let limit), .value(let limit):
      precondition(limit > 0 && limit.isFinite, "bound \(limit) is not a positive number")
    }
    self.rule = rule
    self.bound = bound
  }

  /// Reads the arguments of the optimiser's text.
  public init(_ arguments: inout CallArguments) throws(CallError) {
    let positive = Double.leastNonzeroMagnitude...
    let norm = try arguments.optionalNumber("norm", in: positive, expected: "a number > 0")
    let value = try arguments.optionalNumber("value", in: positive, expected: "a number > 0")
    switch (norm, value) {
    case (let norm?, nil): bound = .norm(norm)
    case (nil, let value?): bound = .value(value)
    case (nil, nil): throw arguments.missing("norm: or value:")
    case (_?, let value?):
      throw arguments.badValue("value", "\(value)", expected: "norm or value, not both")
    }
    guard let inner = try arguments.rule("optimiser") else { throw arguments.missing("optimiser") }
    rule = inner
  }

  /// Clips `gradient` and moves `state` along it.
  public func update(
    _ state: inout ModelState, along gradient: inout ModelVector, rate: Double, memory: inout OptimiserMemory
  ) throws(OptimiserMemoryError) {
    switch bound {
    case .norm(let limit):
      let norm = gradient.norm()
      if norm > limit { gradient.scale(by: limit / norm) }
    case .value(let limit):
      gradient.clamp(to: limit)
    }
    try rule.update(&state, along: &gradient, rate: rate, memory: &memory)
  }

  /// The optimiser as text.
  public var description: String {
    switch bound {
    case .norm(let limit): "\(Self.keyword)(\(rule), norm: \(limit))"
    case .value(let limit): "\(Self.keyword)(\(rule), value: \(limit))"
    }
  }
}

extension ModelVector {
  /// Moves every number outside of `-limit...limit` to its nearer end. NaN stays.
  fileprivate mutating func clamp(to limit: Double) {
    switch precision {
    case .single:
      let limit = Float(limit)
      withMutableFloats { values in
        for i in values.indices where abs(values[i]) > limit { values[i] = values[i] < 0 ? -limit : limit }
      }
    case .double:
      withMutableDoubles { values in
        for i in values.indices where abs(values[i]) > limit { values[i] = values[i] < 0 ? -limit : limit }
      }
    }
  }
}
