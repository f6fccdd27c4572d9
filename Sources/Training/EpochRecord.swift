public import ThalwegSurfaces

/// Sums over the steps of an epoch so far. It is part of a snapshot, so a run that was stopped within an
/// epoch still records the whole of it.
public struct EpochTally: Sendable, Equatable, Codable {
  /// Loss of the stream's fields, summed over examples.
  public private(set) var lossSum = 0.0
  /// Loss before any deformation, summed over examples.
  public private(set) var undeformedLossSum = 0.0
  /// Slopes of functions of the loss, summed over examples.
  public private(set) var slopeSum = 0.0
  /// Correct examples; `nil` when a step counted none.
  public private(set) var correctCount: Int? = 0
  /// Number of examples.
  public private(set) var exampleCount = 0
  /// Rate of the first step; `nil` before it.
  public private(set) var firstRate: Double?
  /// Rate of the last step.
  public private(set) var lastRate: Double?

  /// No steps yet.
  public init() {}

  /// Adds a step's evaluation.
  mutating func add(_ evaluation: Evaluation, rate: Double) {
    let count = Double(evaluation.exampleCount)
    lossSum += evaluation.loss * count
    undeformedLossSum += evaluation.undeformedLoss * count
    slopeSum += evaluation.slope * count
    if let sum = correctCount, let correct = evaluation.correctCount {
      correctCount = sum + correct
    } else {
      correctCount = nil
    }
    exampleCount += evaluation.exampleCount
    firstRate = firstRate ?? rate
    lastRate = rate
  }
}

/// What one epoch of training came to. All of it is determined by settings and seed.
///
/// Loss and accuracy are those of the minibatches as they were met, while the parameters moved: not the loss
/// of the epoch's final state.
public struct EpochRecord: Sendable, Equatable, Codable {
  /// The epoch, counted from 0.
  public let epoch: Int
  /// Mean loss per example of the surfaces that were descended.
  public let loss: Double
  /// Mean loss per example before any deformation.
  public let undeformedLoss: Double
  /// Mean slope δ′ by which functions of the loss multiplied the gradients; 1 without any.
  public let slope: Double
  /// Share of correct examples; `nil` for formulas.
  public let accuracy: Double?
  /// Number of examples that were averaged.
  public let exampleCount: Int
  /// Rate of the epoch's first step.
  public let firstRate: Double
  /// Rate of the epoch's last step.
  public let lastRate: Double

  /// The means of `tally`, which has at least one step.
  init(epoch: Int, tally: EpochTally) {
    precondition(tally.exampleCount > 0, "epoch \(epoch) saw no examples")
    let count = Double(tally.exampleCount)
    self.epoch = epoch
    loss = tally.lossSum / count
    undeformedLoss = tally.undeformedLossSum / count
    slope = tally.slopeSum / count
    accuracy = tally.correctCount.map { Double($0) / count }
    exampleCount = tally.exampleCount
    firstRate = tally.firstRate ?? 0
    lastRate = tally.lastRate ?? 0
  }
}

/// What a finished epoch reports.
public struct EpochReport: Sendable {
  /// The epoch's means.
  public let record: EpochRecord
  /// Seconds that the epoch's steps took in this process. They stand beside the record, which is the same in
  /// every run.
  public let seconds: Double
  /// All that is needed to go on from here.
  public let snapshot: TrainingSnapshot
}

/// What one step reports.
public struct StepReport: Sendable, Equatable {
  /// The step, counted from 0 since the start of the run.
  public let step: Int
  /// The epoch, counted from 0.
  public let epoch: Int
  /// The learning rate.
  public let rate: Double
  /// The evaluation before the step.
  public let evaluation: Evaluation
}
