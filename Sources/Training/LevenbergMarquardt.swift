public import ThalwegSurfaces

/// The damped Gauss–Newton method of Levenberg and Marquardt for sums of squares.
///
/// With residuals `r` and Jacobian `J` the step `h` minimises `½ ‖r + J h‖² + ½ μ ‖D h‖²`, where `D` holds
/// the largest column norms of `J` so far, so the method doesn't depend on the units of the parameters. A
/// step that lowers the loss is taken, and `μ` shrinks by how well the model has predicted the change,
/// `μ ← μ max(⅓, 1 − (2ρ − 1)³)`; otherwise `μ` grows faster and faster.
///
/// Source: Madsen, Nielsen, Tingleff (2004), Methods for non-linear least squares problems, DTU, §3.2; the
/// scale of Moré (1978), The Levenberg–Marquardt algorithm: implementation and theory.
///
/// - Complexity: Per iteration, one evaluation, a Jacobian after each step that was taken, and
///   O((m + n) n²) other work for `m` residuals and `n` parameters.
public struct LevenbergMarquardt: Minimiser, Equatable {
  /// The damping μ before the first step, in units of `D²`.
  public let initialDamping: Double

  /// A method that starts with the damping `initialDamping > 0`.
  public init(initialDamping: Double = 1e-3) {
    precondition(initialDamping > 0 && initialDamping.isFinite, "damping \(initialDamping) is not positive")
    self.initialDamping = initialDamping
  }

  /// Walks from `start` to a point with a small gradient `Jᵀ r`.
  public func minimise(
    _ surface: any ResidualSurface, from start: ModelState, limits: MinimisationLimits,
    report: (MinimisationPoint) throws -> Void
  ) throws -> MinimisationResult {
    precondition(start.space == surface.space, "the first point is of another space than the surface")
    let evaluator = try surface.makeResidualEvaluator()
    let columnCount = start.parameters.count
    var state = start
    var (residuals, jacobian) = try evaluator.linearise(at: state)
    var loss = 0.5 * dot(residuals, residuals)
    var gradient = transposedProduct(jacobian, residuals, columnCount: columnCount)
    var scales = [Double](repeating: 0, count: columnCount)
    var (evaluationCount, gradientCount, iteration) = (1, 1, 0)
    var (damping, growth) = (initialDamping, 2.0)

    func result(_ reason: StoppingReason) -> MinimisationResult {
      MinimisationResult(
        state: state, loss: loss, gradientNorm: norm(gradient), reason: reason, iterationCount: iteration,
        evaluationCount: evaluationCount, gradientCount: gradientCount)
    }
    try report(MinimisationPoint(state: state, loss: loss, iterationCount: 0))
    guard loss.isFinite, gradient.allSatisfy(\.isFinite) else { return result(.divergedAtStart) }

    while true {
      if norm(gradient) <= limits.gradientNorm { return result(.gradientIsSmall) }
      if loss <= limits.loss { return result(.lossIsReached) }
      if iteration >= limits.iterationCount { return result(.iterationLimit) }
      if evaluationCount >= limits.evaluationCount { return result(.evaluationLimit) }
      if Task.isCancelled { return result(.cancelled) }
      iteration += 1
      Self.grow(&scales, by: jacobian)

      let root = damping.squareRoot()
      let step = dampedLeastSquares(jacobian, residuals, damping: scales.map { root * $0 })
      guard let step, let next = Self.moved(state, by: step) else { return result(.noDescent) }
      let trial = try evaluator.residuals(at: next)
      evaluationCount += 1
      let trialLoss = 0.5 * dot(trial, trial)
      // What the damped model promises: ½ hᵀ (μ D² h − g).
      var promise = 0.0
      for i in step.indices {
        promise += 0.5 * step[i] * (damping * scales[i] * scales[i] * step[i] - gradient[i])
      }
      let ratio = (loss - trialLoss) / promise
      guard trialLoss < loss, ratio > 0 else {
        damping *= growth
        growth *= 2
        guard damping.isFinite else { return result(.noDescent) }
        continue
      }
      let linear = try evaluator.linearise(at: next)
      evaluationCount += 1
      gradientCount += 1
      let slope = transposedProduct(linear.jacobian, linear.residuals, columnCount: columnCount)
      guard slope.allSatisfy(\.isFinite) else {  // A point without derivatives is as good as one too high.
        damping *= growth
        growth *= 2
        continue
      }
      (state, loss, gradient) = (next, trialLoss, slope)
      (residuals, jacobian) = linear
      try report(MinimisationPoint(state: state, loss: loss, iterationCount: iteration))
      let error = 2 * ratio - 1
      damping *= max(1.0 / 3, 1 - error * error * error)
      growth = 2
    }
  }

  /// Raises each scale to the norm of its column. A column of zeros counts as 1: its parameter does nothing.
  private static func grow(_ scales: inout [Double], by jacobian: [Double]) {
    let count = scales.count
    var squares = [Double](repeating: 0, count: count)
    for (index, entry) in jacobian.enumerated() { squares[index % count] += entry * entry }
    for i in scales.indices {
      scales[i] = max(scales[i], squares[i].squareRoot())
      if scales[i] == 0 { scales[i] = 1 }
    }
  }

  /// The point after `step`; `nil` when rounding leaves it where it was.
  private static func moved(_ state: ModelState, by step: [Double]) -> ModelState? {
    var next = state
    next.parameters.add(1, ModelVector(step))
    return next.parameters == state.parameters ? nil : next
  }
}
