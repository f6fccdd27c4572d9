public import ThalwegSurfaces

/// Walks down a stream of surfaces, epoch by epoch.
///
/// A run is a pure function of the settings, the seed and the first state: cut anywhere and resumed from a
/// snapshot, it gives the same bits. The trainer reads and writes no files; whoever wants to keep snapshots
/// takes them from the reports.
public struct Trainer: Sendable {
  /// The rule that moves the state, until the first switch.
  public let optimiser: any Optimiser
  /// Other rules that take over later, in the order of their epochs.
  public let switches: [OptimiserSwitch]
  /// The rate of each step.
  public let schedule: any Schedule
  /// Number of epochs of the whole run. It sets the schedule's horizon, so it must not change on resuming.
  public let epochCount: Int
  /// Seed of every random choice.
  public let seed: UInt64

  /// A trainer of `epochCount ≥ 1` epochs. The epochs of `switches` increase.
  public init(
    optimiser: any Optimiser, switches: [OptimiserSwitch] = [], schedule: any Schedule, epochCount: Int,
    seed: UInt64
  ) {
    precondition(epochCount > 0, "\(epochCount) epochs are no run")
    precondition(
      zip(switches, switches.dropFirst()).allSatisfy { $0.epoch < $1.epoch },
      "switches at the epochs \(switches.map(\.epoch)) are not in order")
    self.optimiser = optimiser
    self.switches = switches
    self.schedule = schedule
    self.epochCount = epochCount
    self.seed = seed
  }

  /// Trains from `state`.
  ///
  /// - Parameters:
  ///   - state: The first point.
  ///   - stream: What is descended.
  ///   - isCancelled: Asked before every step; by default, whether the task is cancelled.
  ///   - onStep: Called after every step, for progress and measurements. It allocates nothing by itself.
  ///   - onEpoch: Called after every epoch with its means and a snapshot. A snapshot that is kept costs one
  ///     copy of the state and the memory.
  ///   - stepCounts: Numbers of steps since the start of the run at which `onSnapshot` is called; 0 is the
  ///     first point.
  ///   - onSnapshot: Called with the snapshot after each of these numbers of steps, after the callbacks of
  ///     the step and the epoch. A run that is resumed does not repeat the call for its own first snapshot.
  /// - Returns: The last snapshot, and whether the run was finished or cancelled.
  /// - Throws: ``TrainingError``, and whatever the stream and the callbacks throw.
  /// - Complexity: `epochCount · stream.stepsPerEpoch` steps of the optimiser.
  public func train(
    _ state: ModelState, on stream: some FieldStream, isCancelled: () -> Bool = { Task.isCancelled },
    onStep: (StepReport) throws -> Void = { _ in }, onEpoch: (EpochReport) throws -> Void = { _ in },
    snapshotsAfter stepCounts: Set<Int> = [], onSnapshot: (TrainingSnapshot) throws -> Void = { _ in }
  ) throws -> TrainingOutcome {
    let start = TrainingSnapshot(state: state)
    if stepCounts.contains(0) { try onSnapshot(start) }
    return try resume(
      start, on: stream, isCancelled: isCancelled, onStep: onStep, onEpoch: onEpoch,
      snapshotsAfter: stepCounts, onSnapshot: onSnapshot)
  }

  /// Goes on from `snapshot`, which comes from a run with the same settings. A snapshot at the end is
  /// returned as it is.
  ///
  /// The parameters are those of
  /// ``train(_:on:isCancelled:onStep:onEpoch:snapshotsAfter:onSnapshot:)``.
  public func resume(
    _ snapshot: TrainingSnapshot, on stream: some FieldStream, isCancelled: () -> Bool = { Task.isCancelled },
    onStep: (StepReport) throws -> Void = { _ in }, onEpoch: (EpochReport) throws -> Void = { _ in },
    snapshotsAfter stepCounts: Set<Int> = [], onSnapshot: (TrainingSnapshot) throws -> Void = { _ in }
  ) throws -> TrainingOutcome {
    let stepsPerEpoch = stream.stepsPerEpoch
    guard snapshot.state.space == stream.space else { throw TrainingError.otherSpace }
    guard snapshot.nextStep / stepsPerEpoch == snapshot.epoch, snapshot.nextStep >= 0 else {
      throw TrainingError.inconsistentSnapshot(
        nextStep: snapshot.nextStep, epoch: snapshot.epoch, stepsPerEpoch: stepsPerEpoch)
    }
    let horizon = Horizon(epochCount: epochCount, iterationsPerEpoch: stepsPerEpoch)
    let evaluator = try stream.makeEvaluator()
    let clock = ContinuousClock()
    var run = snapshot
    while run.epoch < epochCount {
      let start = clock.now
      let end = (run.epoch + 1) * stepsPerEpoch
      let optimiser = takeOver(in: &run, stepsPerEpoch: stepsPerEpoch)
      for step in run.nextStep..<end {
        if isCancelled() { return .cancelled(run.withoutWork) }
        let report = try makeStep(step, of: &run, with: optimiser, horizon: horizon, evaluator: evaluator)
        try onStep(report)
        // The last step's snapshot waits until the epoch has been closed.
        if step + 1 < end, stepCounts.contains(step + 1) { try onSnapshot(run.withoutWork) }
      }
      let record = EpochRecord(epoch: run.epoch, tally: run.tally)
      run.epoch += 1
      run.tally = EpochTally()
      let seconds = start.duration(to: clock.now) / .seconds(1)
      try onEpoch(EpochReport(record: record, seconds: seconds, snapshot: run.withoutWork))
      if stepCounts.contains(end) { try onSnapshot(run.withoutWork) }
    }
    return .finished(run.withoutWork)
  }

  /// The optimiser of the epoch that `run` is in. At the beginning of its first epoch it finds the memory
  /// empty.
  private func takeOver(in run: inout TrainingSnapshot, stepsPerEpoch: Int) -> any Optimiser {
    guard let current = switches.last(where: { $0.epoch <= run.epoch }) else { return optimiser }
    if run.nextStep == current.epoch * stepsPerEpoch { run.memory = OptimiserMemory() }
    return current.optimiser
  }

  private func makeStep(
    _ step: Int, of run: inout TrainingSnapshot, with optimiser: any Optimiser, horizon: Horizon,
    evaluator: any StreamEvaluator
  ) throws -> StepReport {
    let rate = schedule.rate(at: step, in: horizon)
    guard rate >= 0, rate.isFinite else {
      throw TrainingError.unusableRate(rate, step: step, epoch: run.epoch)
    }
    let evaluation = try optimiser.step(
      &run.state, rate: rate, draw: Draw(seed: seed, step: step), using: evaluator, memory: &run.memory)
    guard evaluation.status == .ok else {
      throw TrainingError.diverged(loss: evaluation.loss, step: step, epoch: run.epoch)
    }
    run.tally.add(evaluation, rate: rate)
    run.nextStep = step + 1
    return StepReport(step: step, epoch: run.epoch, rate: rate, evaluation: evaluation)
  }
}

extension TrainingSnapshot {
  /// The snapshot without the optimiser's work vectors.
  fileprivate var withoutWork: TrainingSnapshot {
    var copy = self
    copy.memory = memory.withoutWork
    return copy
  }
}
