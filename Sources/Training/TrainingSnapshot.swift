public import ThalwegSurfaces

/// All that a run needs to go on with the same bits: where it is, what the optimiser remembers, and what
/// comes next.
public struct TrainingSnapshot: Sendable, Equatable {
  /// The point.
  public var state: ModelState
  /// The optimiser's memory.
  public var memory: OptimiserMemory
  /// The step that comes next, counted from 0 since the start of the run.
  public var nextStep: Int
  /// Number of finished epochs, which is the epoch of ``nextStep``.
  public var epoch: Int
  /// Sums of the epoch that has begun; empty between epochs.
  public var tally: EpochTally

  /// A snapshot; without memory and counts, the start of a run.
  public init(
    state: ModelState, memory: OptimiserMemory = OptimiserMemory(), nextStep: Int = 0, epoch: Int = 0,
    tally: EpochTally = EpochTally()
  ) {
    self.state = state
    self.memory = memory
    self.nextStep = nextStep
    self.epoch = epoch
    self.tally = tally
  }
}

/// How a run ended.
public enum TrainingOutcome: Sendable, Equatable {
  /// All epochs are done.
  case finished(TrainingSnapshot)
  /// The run was cancelled before the snapshot's next step.
  case cancelled(TrainingSnapshot)

  /// Where the run stopped.
  public var snapshot: TrainingSnapshot {
    switch self {
    case .finished(let snapshot), .cancelled(let snapshot): snapshot
    }
  }
}
