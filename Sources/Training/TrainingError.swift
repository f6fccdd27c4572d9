import ThalwegSurfaces

/// A run that cannot go on.
public enum TrainingError: Error, Sendable {
  /// A step's loss is infinite or not a number. The last snapshot that was reported is still good.
  case diverged(loss: Double, step: Int, epoch: Int)
  /// The schedule gave a rate that is negative, infinite or not a number.
  case unusableRate(Double, step: Int, epoch: Int)
  /// The state's entries are not those of the stream.
  case otherSpace
  /// The snapshot's next step is not in its epoch: it comes from a run with other batches.
  case inconsistentSnapshot(nextStep: Int, epoch: Int, stepsPerEpoch: Int)
}

extension TrainingError: CustomStringConvertible {
  /// What was found and what was expected, in one line.
  public var description: String {
    switch self {
    case .diverged(let loss, let step, let epoch):
      // Before the first step no rate is to blame.
      "the loss became \(numberText(loss)) in step \(step) (epoch \(epoch))"
        + (step > 0 ? "; a smaller learning rate may help" : ", at the first point")
    case .unusableRate(let rate, let step, let epoch):
      "the schedule gives the rate \(rate) for step \(step) (epoch \(epoch)); expected a number ≥ 0"
    case .otherSpace:
      "the state's tensors are not those of the surfaces to train on"
    case .inconsistentSnapshot(let nextStep, let epoch, let stepsPerEpoch):
      "step \(nextStep) is not in epoch \(epoch) with \(stepsPerEpoch) steps each: "
        + "the snapshot is of another run"
    }
  }
}
