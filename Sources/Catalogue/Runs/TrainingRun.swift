import ThalwegCheckpoints
public import ThalwegDatasets
import ThalwegEngine
import ThalwegFigures
public import ThalwegNetworks
import ThalwegNeuralSurfaces
import ThalwegStores
import ThalwegSurfaces
import ThalwegTraining

/// A training run that keeps itself in a folder: checkpoints, the course of losses, a figure.
///
/// After each epoch the test split is measured, then the epoch is stored, then its checkpoint is written. A
/// run that was killed goes on from its last checkpoint and ends with the same bits as one that ran through.
///
/// ```swift
/// let settings = TrainingSettings(network: "resnet20", data: try DatasetSource("shapes"), epochCount: 5)
/// let result = try TrainingRun(settings).run(in: "runs/first", observer: SilentObserver())
/// print(result.course.last?.testAccuracy as Any)
/// ```
public struct TrainingRun {
  /// What is to be done.
  public let settings: TrainingSettings
  /// The network.
  public let network: Network
  /// The examples to train on.
  public let train: Dataset
  /// The examples for the losses after each epoch.
  public let test: Dataset
  private let stream: MinibatchStream
  private let testSurface: NeuralSurface

  /// Loads data, makes the network and checks that they fit.
  ///
  /// - Throws: ``SettingError`` before any work, then whatever network and data refuse.
  public init(_ settings: TrainingSettings) throws {
    try settings.validate()
    var settings = settings
    train = try settings.data.load(split: .train)
    test = try settings.data.load(split: .test)
    network = try Network.named(
      settings.network, inputShape: train.exampleShape, classCount: train.classCount)
    settings.network = network.name
    if settings.augmentation != Augmentation() && train.exampleShape.count != 3 {
      throw SettingError(
        "augment", found: settings.augmentation.description, expected: "none for data that are no images")
    }
    let compute = ComputeOptions(threadCount: settings.threadCount, precision: settings.precision)
    stream = try MinibatchStream(
      network: network, dataset: train, normalisation: settings.normalisation,
      augmentation: settings.augmentation == Augmentation() ? nil : settings.augmentation,
      batchSize: settings.batchSize, compute: compute)
    testSurface = try NeuralSurface(
      network: network, dataset: test, normalisation: settings.normalisation, compute: compute)
    self.settings = settings
  }

  /// Number of steps of the whole run.
  public var stepCount: Int { settings.epochCount * stream.stepsPerEpoch }

  /// The plan in a few lines.
  public var plan: [String] {
    let shape = train.exampleShape.map(String.init).joined(separator: "×")
    let nesterov = settings.isNesterov ? " (Nesterov)" : ""
    let oneSplit =
      settings.data.hasOneSplit ? ["             training and test examples are the same: \(settings.data)"] : []
    return [
      "network      \(network.name), \(network.space.parameterCount) parameters",
      "data         \(train.name), \(train.count) examples \(shape); \(test.name), \(test.count)",
      "             normalisation \(settings.normalisation), augmentation \(settings.augmentation)",
    ] + oneSplit + [
      "steps        \(settings.epochCount) epochs of \(stream.stepsPerEpoch) steps, batches of "
        + "\(stream.batchSize)",
      "descent      \(settings.schedule), momentum \(settings.momentum)\(nesterov), "
        + "weight decay \(settings.weightDecay), seed \(settings.seed)",
      "computing    \(settings.precision.rawValue), \(settings.threadCount) threads",
    ]
  }

  /// Trains in the folder at `path`, or goes on with what is there.
  ///
  /// - Parameters:
  ///   - path: The folder; it need not exist.
  ///   - commandLine: The command line, for the record.
  ///   - saysPlan: Whether the observer is told the plan.
  ///   - observer: Hears of the plan, the forecast and each epoch, and may end the run.
  /// - Throws: ``OtherRun`` where the folder holds a run with other settings, and errors of training.
  public func run(
    in path: String, commandLine: [String] = [], saysPlan: Bool = true, observer: any RunObserver
  ) throws -> TrainingResult {
    let folder = try RunFolder.openOrMake(path, try description(commandLine: commandLine))
    defer { folder.close() }
    let history = folder.history()
    let snapshot = try snapshot(in: folder, history)
    if saysPlan { plan.forEach(observer.say) }
    if snapshot.epoch > 0 {
      observer.say(
        snapshot.epoch == settings.epochCount
          ? "all \(snapshot.epoch) epochs are done"
          : "going on after epoch \(snapshot.epoch) of \(settings.epochCount)")
    }
    try history.truncate(after: snapshot.epoch)
    var outcome = TrainingOutcome.finished(snapshot)
    if snapshot.epoch < settings.epochCount {
      observer.say(try forecast(from: snapshot))
      outcome = try train(from: snapshot, in: folder, observer: observer)
    }
    let course = try TrainingCourse(history)
    if !course.epochs.isEmpty {
      let headline = "\(network.name) on \(train.name)"
      let note = settings.data.hasOneSplit ? "The test examples are the training examples." : nil
      try folder.facts.set(
        ["headline": .string(headline), "note": note.map { .string($0) } ?? .null], as: .circumstance)
      try course.figure(headline: headline, note: note)
        .write(to: folder, named: "training", formats: settings.formats)
      try history.exportCSV(to: path + "/training.csv")
      try history.exportJSON(to: path + "/training.json")
    }
    let isFinished = if case .finished = outcome { true } else { false }
    if isFinished {
      try CheckpointLedger(run: folder).seal(epoch: settings.epochCount)
      try folder.finish()
    }
    return TrainingResult(
      ending: isFinished ? .finished : .interrupted, course: course,
      checkpointPath: try folder.checkpointEpochs().last.map { folder.checkpointPath(epoch: $0) })
  }

  /// Checks that the folder at `path`, if it holds a run, holds this one. Writes nothing.
  ///
  /// - Throws: ``OtherRun``, and `StoreError` where its files cannot be read.
  func check(_ path: String) throws {
    try RunFolder.checkIdentity(path, try description(commandLine: []))
  }

  /// The point from which to go on: the last checkpoint, or the beginning.
  ///
  /// - Throws: ``ChangedCheckpoint``, and ``SnapshotError`` where the stored results don't reach the checkpoint, for
  ///   each epoch is stored before its checkpoint is written.
  private func snapshot(in folder: RunFolder, _ history: HistoryStore) throws -> TrainingSnapshot {
    let last = try folder.checkpointEpochs().last {
      SnapshotFile(path: folder.checkpointPath(epoch: $0)).isComplete
    }
    guard let last else { return TrainingSnapshot(state: network.initialState(seed: settings.seed)) }
    let path = folder.checkpointPath(epoch: last)
    try CheckpointLedger(run: folder).verifySnapshot(epoch: last)
    let snapshot = try SnapshotFile(path: path).read(for: network)
    let stored = try history.lastEpoch() ?? 0
    guard stored >= snapshot.epoch else {
      throw SnapshotError(
        path: path, reason: "it is of epoch \(snapshot.epoch), but the run's stored results end with epoch \(stored)")
    }
    return snapshot
  }

  private func train(
    from snapshot: TrainingSnapshot, in folder: RunFolder, observer: any RunObserver
  ) throws -> TrainingOutcome {
    let history = folder.history()
    let evaluator = try testSurface.makeEvaluator()
    let trainer = Trainer(
      optimiser: StochasticGradientDescent(
        momentum: settings.momentum, isNesterov: settings.isNesterov, weightDecay: settings.weightDecay),
      schedule: settings.schedule, epochCount: settings.epochCount, seed: settings.seed)
    var meter = RateMeter()
    var previous = snapshot.epoch
    let label = CheckpointLabel(
      network: network.name, data: settings.data.description,
      normalisation: settings.normalisation.description, epoch: nil)
    return try trainer.resume(
      snapshot, on: stream, isCancelled: { observer.isCancelled },
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
        let (evaluation, seconds) = try timed { try evaluator.evaluate(at: report.snapshot.state) }
        let test = LossEstimates(evaluation, perExampleLosses: evaluator.perExampleLosses)
        let entry = TrainingCourse.Epoch(epoch, report.record, test: test)
        try history.append(
          HistoryEntry(
            epoch: epoch, values: entry.values, durations: ["training": report.seconds, "test": seconds]))
        if epoch % settings.checkpointEvery == 0 || epoch == settings.epochCount {
          var label = label
          label.epoch = epoch
          try SnapshotFile(path: folder.checkpointPath(epoch: epoch)).write(report.snapshot, label: label)
          try CheckpointLedger(run: folder).note(epoch: epoch)
          if previous > 0 { SnapshotFile(path: folder.checkpointPath(epoch: previous)).removeCompanion() }
          previous = epoch
        }
        let rate = Double(train.count) / report.seconds
        observer.say(entry.line(of: settings.epochCount, imagesPerSecond: rate))
        meter.pause()
      })
  }

  /// Makes one step that is thrown away, to say what time and memory all of them will need.
  private func forecast(from snapshot: TrainingSnapshot) throws -> String {
    let evaluator = try stream.makeEvaluator()
    var gradient = ModelVector(zeros: network.space.parameterCount, precision: .single)
    let draw = Draw(seed: settings.seed, step: 0)
    func step() throws -> Evaluation {
      try evaluator.gradient(at: snapshot.state, draw: draw, into: &gradient)
    }
    _ = try step()  // Compiles.
    let seconds = try timed(step).seconds
    let left = seconds * Double(stepCount - snapshot.nextStep)
    let memory = Machine.memoryBytes.map { ", memory about \(byteText($0))" } ?? ""
    return "forecast     about \(durationText(left)) for training, by the time of one step\(memory)"
  }

  private func description(commandLine: [String]) throws -> RunDescription {
    RunDescription(
      kind: "train", options: try settings.options(), seeds: ["training": settings.seed],
      hashes: ["train": train.fingerprint, "test": test.fingerprint],
      settings: ["checkpointEvery": .integer(Int128(settings.checkpointEvery))], commandLine: commandLine,
      versions: Machine.versions, machine: Machine.description)
  }
}

/// What a training run came to.
public struct TrainingResult: Sendable {
  /// How it ended.
  public let ending: RunEnding
  /// The epochs.
  public let course: TrainingCourse
  /// The last checkpoint; `nil` before the first.
  public let checkpointPath: String?
}
