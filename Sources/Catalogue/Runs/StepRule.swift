import ThalwegSpectra
import ThalwegTraining

/// How an optimiser makes its steps near a minimum: what the largest curvature that it can hold depends on.
struct StepRule: Equatable {
  /// Momentum; 0 without.
  let momentum: Double
  /// The rule.
  let rule: UpdateRule
  /// What weight decay adds to every eigenvalue.
  let weightDecay: Double

  private init(momentum: Double, rule: UpdateRule, weightDecay: Double) {
    self.momentum = momentum
    self.rule = rule
    self.weightDecay = weightDecay
  }

  /// The rule of `optimiser`; `nil` where no limit of the curvature is known, as for optimisers that scale each
  /// coordinate by what they have met.
  init?(_ optimiser: any Optimiser) {
    switch optimiser {
    case let descent as StochasticGradientDescent:
      self.init(descent)
    case let average as AveragingOptimiser:
      self.init(average.inner)
    case let clipping as GradientClipping:
      self.init(clipping.rule)  // At a minimum gradients are too small to be clipped.
    case let method as RungeKuttaDescent:
      guard let inner = StepRule(method.rule), inner.rule == .plain, inner.weightDecay == 0 else { return nil }
      self.init(momentum: 0, rule: .secondOrderRungeKutta, weightDecay: 0)
    default:
      return nil
    }
  }

  private init?(_ descent: StochasticGradientDescent) {
    let rule: UpdateRule
    switch descent.dampening {
    case _ where descent.momentum == 0: rule = .plain
    case 0: rule = descent.isNesterov ? .nesterov : .heavyBall
    case descent.momentum: rule = .damped
    default: return nil
    }
    self.init(momentum: descent.momentum, rule: rule, weightDecay: descent.weightDecay)
  }

  /// The largest eigenvalue of the undeformed Hessian at which a minimum holds steps at `rate`, where functions of
  /// the loss multiply gradients by `slope`; `nil` without a rate above 0.
  func largestCurvature(rate: Double, slope: Double) -> Double? {
    guard rate > 0, slope > 0 else { return nil }
    return (maximumCurvature(rate: rate, momentum: momentum, rule: rule) - weightDecay) / slope
  }
}
