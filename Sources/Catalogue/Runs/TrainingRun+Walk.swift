import ThalwegDatasets
import ThalwegDeformations
import ThalwegNetworks
import ThalwegNeuralSurfaces
import ThalwegStores
import ThalwegSurfaces
import ThalwegTraining

extension TrainingRun {
  /// Walks from `snapshot` to the end, or until the observer has enough.
  func train(
    from snapshot: TrainingSnapshot, in folder: RunFolder, observer: any RunObserver
  ) throws -> TrainingOutcome {
    let history = folder.history()
    let evaluator = try testSurface.makeEvaluator()
    let probe = try EpochProbe(settings, network: network, train: train, stream: stream)
    let trainer = Trainer(
      optimiser: settings.optimiser,
      switches: settings.switches.map { OptimiserSwitch(epoch: $0.epoch, to: $0.optimiser) },
      schedule: settings.schedule, epochCount: settings.epochCount, seed: settings.seed)
    var meter = RateMeter()
    var previous = snapshot.epoch
    return try trainer.resume(
      snapshot, on: walk, isCancelled: { observer.isCancelled },
      onStep: { report in
        meter.add(Double(report.evaluation.exampleCount))
        let done = min(Double((report.step + 1) * stream.batchSize), Double((report.epoch + 1) * train.count))
        observer.report(
          RunProgress(
            title: "epoch \(report.epoch + 1)/\(settings.epochCount)", done: done,
            total: Double(settings.epochCount * train.count), unit: "images", rate: meter.rate))
      },
      onEpoch: { report in
        let epoch = report.snapshot.epoch
        let state = settings.deformation.original(of: report.snapshot.state)
        let (evaluation, seconds) = try timed { try evaluator.evaluate(at: state) }
        let test = LossEstimates(evaluation, perExampleLosses: evaluator.perExampleLosses)
        let measured = try probe.measure(
          at: state, walker: report.snapshot.state, after: report.record, rule: settings.stepRule(ofEpoch: epoch))
        let entry = TrainingCourse.Epoch(
          epoch, report.record, test: test, deformation: settings.deformation, measured: measured.values)
        let durations = ["training": report.seconds, "test": seconds].merging(measured.durations) { $1 }
        try history.append(HistoryEntry(epoch: epoch, values: entry.values, durations: durations))
        if epoch % settings.checkpointEvery == 0 || epoch == settings.epochCount {
          try write(report.snapshot, state: state, to: folder)
          if previous > 0 { SnapshotFile(path: folder.checkpointPath(epoch: previous)).removeCompanion() }
          previous = epoch
        }
        let rate = Double(train.count) / report.seconds
        observer.say(entry.line(of: settings.epochCount, imagesPerSecond: rate))
        meter.pause()
      },
      snapshotsAfter: Set(snapshotTimes.keys), onSnapshot: { try keep($0, in: folder) })
  }

  /// What checkpoints of this run say of themselves.
  func label(epoch: Int? = nil, step: Int? = nil, point: String? = nil) -> CheckpointLabel {
    CheckpointLabel(
      network: network.name, data: settings.data.description,
      normalisation: settings.normalisation.description, epoch: epoch, step: step, point: point)
  }

  private func write(_ snapshot: TrainingSnapshot, state: ModelState, to folder: RunFolder) throws {
    try SnapshotFile(path: folder.checkpointPath(epoch: snapshot.epoch)).write(
      snapshot, label: label(epoch: snapshot.epoch), state: settings.deformation.movesPoints ? state : nil)
    try CheckpointLedger(run: folder).note(epoch: snapshot.epoch)
  }
}
