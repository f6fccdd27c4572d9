import ThalwegDatasets
import ThalwegEngine
import ThalwegNetworks
import ThalwegNeuralSurfaces
public import ThalwegStores
import ThalwegSurfaces

/// Loss and accuracy of a checkpoint on a data set.
public struct SubjectEvaluation: Sendable {
  /// What was measured.
  public let subject: Subject
  /// Loss and accuracy.
  public let estimates: LossEstimates
  /// Seconds that the pass over the data took, with compilation.
  public let seconds: Double

  /// Makes one pass over the data.
  public init(of subject: Subject) throws {
    let evaluator = try subject.surface().makeEvaluator()
    let (evaluation, seconds) = try timed { try evaluator.evaluate(at: subject.state) }
    self.subject = subject
    self.seconds = seconds
    estimates = LossEstimates(evaluation, perExampleLosses: evaluator.perExampleLosses)
  }

  /// Examples a second.
  public var imagesPerSecond: Double { Double(estimates.exampleCount) / seconds }

  /// A few lines for people.
  public var lines: [String] {
    let (loss, accuracy) = (estimates.loss, estimates.accuracy)
    return [
      "checkpoint   \(subject.checkpointPath)",
      "             SHA-256 \(subject.checkpointHash)",
      "network      \(subject.network.name), \(subject.network.space.parameterCount) parameters",
      "data         \(subject.examplesText)",
      "             SHA-256 \(subject.dataset.fingerprint)",
      "             normalisation \(subject.normalisation), \(subject.policyText)",
      "loss         \(estimateText(loss.value, loss.standardError, 6)) nats per example",
      "accuracy     \(fixed(100 * accuracy.value, 2))"
        + (accuracy.standardError.map { " ± \(fixed(100 * $0, 2))" } ?? "")
        + " %: \(estimates.correctCount) of \(estimates.exampleCount) correct",
      loss.standardError == nil
        ? "             no standard error: one example cannot tell how examples vary"
        : "             ±: one standard error, this data set being a sample of its population",
      "rate         \(fixed(imagesPerSecond, 0)) images/s (\(durationText(seconds)))",
    ]
  }

  /// All of it as JSON.
  public var json: JSONValue {
    func estimate(_ value: Double, _ error: Double?) -> JSONValue {
      [
        "value": .number(value), "standardError": error.map { .number($0) } ?? .null,
        "target": "population",
      ]
    }
    return [
      "checkpoint": ["path": .string(subject.checkpointPath), "sha256": .string(subject.checkpointHash)],
      "network": [
        "name": .string(subject.network.name),
        "parameters": .integer(Int128(subject.network.space.parameterCount)),
      ],
      "data": [
        "name": .string(subject.dataset.name), "source": .string(subject.source.description),
        "split": .string(subject.settings.split.rawValue), "sha256": .string(subject.dataset.fingerprint),
        "normalisation": .string(subject.normalisation.description),
      ],
      "batchNorm": .string(subject.policyText),
      "precision": .string(subject.settings.precision.rawValue),
      "loss": estimate(estimates.loss.value, estimates.loss.standardError),
      "accuracy": estimate(estimates.accuracy.value, estimates.accuracy.standardError),
      "correctCount": .integer(Int128(estimates.correctCount)),
      "exampleCount": .integer(Int128(estimates.exampleCount)),
      "imagesPerSecond": .number(imagesPerSecond), "seconds": .number(seconds),
    ]
  }
}
