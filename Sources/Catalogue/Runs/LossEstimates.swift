public import ThalwegSurfaces

/// Loss and accuracy on a data set, as estimates for the population that it was drawn from.
public struct LossEstimates: Sendable, Equatable {
  /// Mean cross entropy, in nats per example.
  public let loss: Estimate
  /// Share of correct examples.
  public let accuracy: Estimate
  /// Number of correct examples.
  public let correctCount: Int
  /// Number of examples.
  public let exampleCount: Int

  /// The estimates of an evaluation.
  ///
  /// - Parameters:
  ///   - evaluation: What was found; its correct examples were counted.
  ///   - perExampleLosses: The loss of each example.
  public init(_ evaluation: Evaluation, perExampleLosses: [Double]) {
    // The value is the evaluation's own, so that it agrees to the last bit wherever it is printed.
    let error = perExampleLosses.isEmpty ? nil : Estimate(meanOf: perExampleLosses).standardError
    loss = Estimate(
      value: evaluation.loss, standardError: error, sampleCount: evaluation.exampleCount, target: .population)
    correctCount = evaluation.correctCount ?? 0
    exampleCount = evaluation.exampleCount
    let share = Estimate(share: correctCount, of: exampleCount)
    // One example is right or wrong; how examples vary it cannot tell.
    accuracy = Estimate(
      value: share.value, standardError: exampleCount > 1 ? share.standardError : nil,
      sampleCount: exampleCount, target: .population)
  }
}
