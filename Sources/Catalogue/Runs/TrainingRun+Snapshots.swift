import Foundation
import ThalwegCheckpoints
import ThalwegDeformations
import ThalwegNetworks
import ThalwegNeuralSurfaces
import ThalwegStores
import ThalwegSurfaces
import ThalwegTraining

extension TrainingSettings {
  /// The snapshots by number of steps.
  ///
  /// - Throws: ``SettingError`` for a step after the last.
  func snapshotTimes(stepsPerEpoch: Int) throws(SettingError) -> [Int: [SnapshotTime]] {
    let horizon = Horizon(epochCount: epochCount, iterationsPerEpoch: stepsPerEpoch)
    var times: [Int: [SnapshotTime]] = [:]
    for time in Set(snapshots) {
      let count = time.stepCount(of: schedule, in: horizon)
      guard count <= horizon.iterationCount else {
        throw SettingError(
          "checkpoint-at", found: "step \(count)", expected: "at most \(horizon.iterationCount), the run's last")
      }
      times[count, default: []].append(time)
    }
    return times
  }
}

extension TrainingRun {
  /// Writes the point if it is one of those that are kept beside the epochs' ends.
  func keep(_ snapshot: TrainingSnapshot, in folder: RunFolder) throws {
    for time in snapshotTimes[snapshot.nextStep] ?? [] {
      let point: String? = if case .peak = time { "peak" } else { nil }
      try keep(
        settings.deformation.original(of: snapshot.state), as: time.checkpointName,
        label(step: snapshot.nextStep, point: point), in: folder)
    }
  }

  /// Says which of the points that are asked for lie before `snapshot` and were not written.
  func reportMissed(before snapshot: TrainingSnapshot, in folder: RunFolder, to observer: any RunObserver) {
    let missed = snapshotTimes.filter { $0.key < snapshot.nextStep }.flatMap(\.value).filter {
      !FileManager.default.fileExists(atPath: folder.checkpointPath(named: $0.checkpointName))
    }
    guard !missed.isEmpty else { return }
    observer.say(
      "no checkpoint at \(missed.map(\.description).sorted().joined(separator: ", ")): the run is past it already")
  }

  /// Stores the mean of an averaging optimiser's points, with statistics of its own, and says what it came to.
  ///
  /// - Returns: The path of its checkpoint and that in a line; `nil` where nothing was averaged.
  func keepAverage(
    of snapshot: TrainingSnapshot, in folder: RunFolder, observer: any RunObserver
  ) throws -> (path: String, line: String)? {
    guard let average = AveragingOptimiser.average(in: snapshot) else { return nil }
    let state = try stream.reestimatingStatistics(
      of: settings.deformation.original(of: average.state), draw: Draw(seed: settings.seed, step: stepCount))
    let evaluator = try testSurface.makeEvaluator()
    let test = LossEstimates(try evaluator.evaluate(at: state), perExampleLosses: evaluator.perExampleLosses)
    let name = RunCheckpoint.averageName
    let hash = try keep(state, as: name, label(epoch: snapshot.epoch, point: name), in: folder)
    try folder.facts.set(
      "average",
      to: [
        "state": .string(hash), "points": .integer(Int128(average.pointCount)), "testLoss": .number(test.loss.value),
        "testLossError": test.loss.standardError.map { .number($0) } ?? .null,
        "testAccuracy": .number(test.accuracy.value),
        "testAccuracyError": test.accuracy.standardError.map { .number($0) } ?? .null,
      ])
    let accuracy = estimateText(100 * test.accuracy.value, test.accuracy.standardError.map { 100 * $0 }, 2)
    let losses = "test loss \(estimateText(test.loss.value, test.loss.standardError, 4)), \(accuracy) %"
    observer.say("mean of \(average.pointCount) points  \(losses)")
    return (folder.checkpointPath(named: name), "mean         of \(average.pointCount) points: \(losses)")
  }

  /// Writes a checkpoint that has a name of its own, and gives its file's hash.
  @discardableResult
  private func keep(
    _ state: ModelState, as name: String, _ label: CheckpointLabel, in folder: RunFolder
  ) throws -> String {
    try Checkpoint.writeSafetensors(
      state.namedTensors, metadata: label.metadata, to: folder.checkpointPath(named: name))
    return try CheckpointLedger(run: folder).note(named: name)
  }
}

extension RunFolder {
  /// The path of the last epoch's checkpoint; `nil` before the first.
  func lastCheckpointPath() throws(StoreError) -> String? {
    try checkpointEpochs().last.map { checkpointPath(epoch: $0) }
  }
}
