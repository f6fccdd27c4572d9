import ThalwegDatasets
import ThalwegNetworks
import ThalwegNeuralSurfaces
import ThalwegSurfaces
import ThalwegSurveys

/// Evaluates a subject's surface under a policy of statistics.
final class PolicyEvaluator {
  /// Evaluates states whose statistics are what they should be.
  let evaluator: any Evaluator
  private let subject: Subject
  private let policy: StatisticsPolicy
  private let estimator: StatisticsEstimator?

  /// - Parameter dataset: The examples to evaluate on; `nil` takes the subject's.
  init(_ policy: StatisticsPolicy, of subject: Subject, on dataset: Dataset? = nil) throws {
    self.subject = subject
    self.policy = policy
    let kept = subject.settings.keptBytes
    evaluator = try subject.surface(
      of: dataset ?? subject.dataset, keptBytes: kept, policy: policy.evaluation
    ).makeEvaluator()
    guard case .reEstimated(let count) = policy, subject.network.space.bufferCount > 0 else {
      estimator = nil
      return
    }
    estimator = try StatisticsEstimator(
      network: subject.network, dataset: try subject.statisticsSample(count: count),
      normalisation: subject.normalisation, compute: subject.compute(keptBytes: kept))
  }

  /// Gives the state the statistics that the policy asks for, or says why there are none.
  func prepare(_ state: inout ModelState) throws -> PointHole? {
    if let estimator {
      try estimator.update(&state)
      return nil
    }
    return policy.evaluation == .running ? state.negativeVariance : nil
  }

  /// What the surface is at `state`, and the loss of each example there; empty for a hole.
  func evaluate(_ state: ModelState) throws -> (result: PointResult, losses: [Double]) {
    var point = state
    if let hole = try prepare(&point) { return (PointResult(index: 0, hole: hole), []) }
    let evaluation = try evaluator.evaluate(at: point)
    let losses = evaluator.perExampleLosses
    return (PointResult(index: 0, evaluation: evaluation, perExampleLosses: losses), losses)
  }

  /// The logits at `state` for every example; `nil` for a hole.
  func logits(at state: ModelState) throws -> [Float]? {
    var point = state
    guard try prepare(&point) == nil else { return nil }
    let outputs = try OutputEvaluator(
      network: subject.network, dataset: subject.dataset, normalisation: subject.normalisation,
      policy: policy.evaluation, compute: subject.compute(keptBytes: subject.settings.keptBytes))
    return try outputs.logits(at: point)
  }
}
