public import ThalwegDatasets
import ThalwegDeformations
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
  /// The minibatches.
  let stream: MinibatchStream
  /// What is descended: the minibatches after deformation.
  let walk: any FieldStream
  let testSurface: NeuralSurface
  /// The points that are kept beside those at the ends of epochs, by number of steps.
  let snapshotTimes: [Int: [SnapshotTime]]

  /// Loads data, makes the network and checks that they fit.
  ///
  /// - Throws: ``SettingError`` before any work, then whatever network and data refuse.
  public init(_ settings: TrainingSettings) throws {
    try settings.validate()
    try self.init(
      settings, train: settings.data.load(split: .train), test: settings.data.load(split: .test))
  }

  /// The same with data that were loaded already, for several runs over the same.
  init(_ settings: TrainingSettings, train: Dataset, test: Dataset) throws {
    try settings.validate()
    var settings = settings
    self.train = train
    self.test = test
    network = try Network.named(
      settings.network, inputShape: train.exampleShape, classCount: train.classCount)
    settings.network = network.name
    if settings.augmentation != Augmentation() && train.exampleShape.count != 3 {
      throw SettingError(
        "augment", found: settings.augmentation.description, expected: "none for data that are no images")
    }
    stream = try MinibatchStream(
      network: network, dataset: train, normalisation: settings.normalisation,
      augmentation: settings.augmentation == Augmentation() ? nil : settings.augmentation,
      batchSize: settings.batchSize, compute: settings.compute)
    walk = try settings.deformation.apply(to: stream)
    testSurface = try NeuralSurface(
      network: network, dataset: test, normalisation: settings.normalisation, compute: settings.compute)
    snapshotTimes = try settings.snapshotTimes(stepsPerEpoch: stream.stepsPerEpoch)
    self.settings = settings
    try checkAverage()
  }

  /// Number of steps of the whole run.
  public var stepCount: Int { settings.epochCount * stream.stepsPerEpoch }

  /// Whether an averaging optimiser gets to take a point.
  private func checkAverage() throws(SettingError) {
    guard let average = settings.optimisers.last as? AveragingOptimiser, average.start > stepCount else { return }
    throw SettingError(
      "optimiser", found: "a mean from step \(average.start) on", expected: "one of the \(stepCount) steps")
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
    let folder = try RunFolder.openOrMake(path, try description(for: path, commandLine: commandLine))
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
    let stored = try history.lastEpoch() ?? 0
    if stored > snapshot.epoch {
      observer.say("epochs \(snapshot.epoch + 1) to \(stored) are done again: no checkpoint was kept after them")
    }
    try history.truncate(after: snapshot.epoch)
    var outcome = TrainingOutcome.finished(snapshot)
    try keep(snapshot, in: folder)  // A run that is resumed doesn't report its first point.
    reportMissed(before: snapshot, in: folder, to: observer)
    if snapshot.epoch < settings.epochCount {
      observer.say(try forecast(from: snapshot))
      do {
        outcome = try train(from: snapshot, in: folder, observer: observer)
      } catch {
        // The epochs before a loss that is no number are what shows why.
        _ = try? writeCourse(history, to: folder)
        throw error
      }
    }
    let course = try writeCourse(history, to: folder)
    guard case .finished(let end) = outcome else {
      return TrainingResult(ending: .interrupted, course: course, checkpointPath: try folder.lastCheckpointPath())
    }
    let average = try keepAverage(of: end, in: folder, observer: observer)
    try CheckpointLedger(run: folder).seal(epoch: settings.epochCount)
    if !course.epochs.isEmpty {
      try RunReport(
        of: folder, title: "Training of \(network.name) on \(train.name)",
        reading:
          "Training losses are means over the minibatches as they were met; test losses are those of the whole test "
          + "split, with one standard error of the split as a sample of its population.",
        findings: course.reportLines + (average.map { [$0.line] } ?? []), plan: plan
      ).write(to: folder)
    }
    try folder.finish()
    return TrainingResult(
      ending: .finished, course: course, checkpointPath: try average?.path ?? folder.lastCheckpointPath())
  }

  /// Writes figures and tables of the epochs that are done, if any.
  private func writeCourse(_ history: HistoryStore, to folder: RunFolder) throws -> TrainingCourse {
    let course = try TrainingCourse(history)
    guard !course.epochs.isEmpty else { return course }
    let headline = "\(network.name) on \(train.name)"
    let note = settings.data.hasOneSplit ? "The test examples are the training examples." : nil
    try folder.facts.set(
      ["headline": .string(headline), "note": note.map { .string($0) } ?? .null], as: .circumstance)
    try course.figure(headline: headline, note: note).write(to: folder, named: "training", formats: settings.formats)
    for (name, figure) in course.measurementFigures(headline: headline) {
      try figure.write(to: folder, named: name, formats: settings.formats)
    }
    try history.exportCSV(to: folder.path + "/training.csv")
    try history.exportJSON(to: folder.path + "/training.json")
    return course
  }

  /// Checks that the folder at `path`, if it holds a run, holds this one. Writes nothing.
  ///
  /// - Throws: ``OtherRun``, and `StoreError` where its files cannot be read.
  func check(_ path: String) throws {
    try RunFolder.checkIdentity(path, try description(for: path, commandLine: []))
  }

  /// The point from which to go on: the last checkpoint, or the beginning.
  ///
  /// - Throws: ``ChangedCheckpoint``, and ``SnapshotError`` where the stored results don't reach the checkpoint, for
  ///   each epoch is stored before its checkpoint is written.
  private func snapshot(in folder: RunFolder, _ history: HistoryStore) throws -> TrainingSnapshot {
    let last = try folder.checkpointEpochs().last {
      SnapshotFile(path: folder.checkpointPath(epoch: $0)).isComplete
    }
    guard let last else { return start() }
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

  private func description(for path: String, commandLine: [String]) throws -> RunDescription {
    let stored = try? RunFolder.open(path)
    defer { stored?.close() }
    return RunDescription(
      kind: "train", options: try settings.options(like: stored?.runDescription.options),
      seeds: ["training": settings.seed], hashes: ["train": train.fingerprint, "test": test.fingerprint],
      settings: [
        "checkpointEvery": .integer(Int128(settings.checkpointEvery)),
        "checkpointAt": .array(settings.snapshots.map { .string($0.description) }),
      ], commandLine: commandLine, versions: Machine.versions, machine: Machine.description)
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
