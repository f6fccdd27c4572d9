/// How a step is made from a gradient g, a rate γ and a momentum β.
public enum UpdateRule: String, Sendable, Codable, CaseIterable {
  /// w ← w − γ g.
  case plain
  /// v ← β v + g, w ← w − γ v.
  case heavyBall
  /// v ← β v + g, w ← w − γ (g + β v).
  case nesterov
  /// v ← β v + (1 − β) g, w ← w − γ v.
  case damped
  /// Two stages of second order (Heun, midpoint, Ralston); no momentum.
  case secondOrderRungeKutta
}

/// The product of rate and largest curvature above which a step with this rule moves away from a minimum.
///
/// For a quadratic with positive eigenvalues: plain 2, heavy ball 2(1 + β), Nesterov 2(1 + β)/(1 + 2β),
/// damped 2(1 + β)/(1 − β), Runge–Kutta 2. Noise of minibatches lowers the practical limit.
private func stabilityProduct(momentum: Double, rule: UpdateRule) -> Double {
  precondition(momentum >= 0 && momentum < 1, "momentum \(momentum) outside 0..<1")
  return switch rule {
  case .plain, .secondOrderRungeKutta: 2
  case .heavyBall: 2 * (1 + momentum)
  case .nesterov: 2 * (1 + momentum) / (1 + 2 * momentum)
  case .damped: 2 * (1 + momentum) / (1 - momentum)
  }
}

/// The largest curvature at which a minimum holds the iterates of a rule at a rate.
///
/// - Parameters:
///   - rate: The learning rate, above 0.
///   - momentum: β in 0..<1; without meaning for ``UpdateRule/plain`` and
///     ``UpdateRule/secondOrderRungeKutta``.
/// - Returns: λ in the unit of the Hessian. Weight decay's strength has to be added to the Hessian's
///   eigenvalues before they are compared with it.
public func maximumCurvature(rate: Double, momentum: Double = 0, rule: UpdateRule) -> Double {
  precondition(rate > 0, "rate \(rate) is not above 0")
  return stabilityProduct(momentum: momentum, rule: rule) / rate
}

/// The largest rate at which a minimum of this curvature holds the iterates of a rule.
///
/// - Parameters:
///   - curvature: The largest eigenvalue of the Hessian, above 0.
///   - momentum: β in 0..<1; without meaning for ``UpdateRule/plain`` and
///     ``UpdateRule/secondOrderRungeKutta``.
public func maximumRate(curvature: Double, momentum: Double = 0, rule: UpdateRule) -> Double {
  precondition(curvature > 0, "curvature \(curvature) is not above 0")
  return stabilityProduct(momentum: momentum, rule: rule) / curvature
}
