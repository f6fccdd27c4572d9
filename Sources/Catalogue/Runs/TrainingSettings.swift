public import ThalwegDatasets
public import ThalwegEngine
public import ThalwegFigures
public import ThalwegStores
public import ThalwegTraining

/// What a training run is to do.
///
/// All of it but ``checkpointEvery`` and ``formats`` determines the result, the number of threads too: sums over a minibatch
/// are formed thread by thread.
public struct TrainingSettings: Sendable {
  /// The network's name with options, such as `resnet44:width=8`.
  public var network: String
  /// The data; the test split is used for the losses after each epoch.
  public var data: DatasetSource
  /// How values are shifted and scaled.
  public var normalisation: Normalisation
  /// Random changes of the images.
  public var augmentation: Augmentation
  /// Number of epochs, at least 1.
  public var epochCount: Int
  /// Examples of a minibatch, at least 2.
  public var batchSize = 128
  /// The rate of each step.
  public var schedule: any Schedule = CosineSchedule(0.1)
  /// Share of the velocity kept from step to step, in `0..<1`.
  public var momentum = 0.9
  /// Whether momentum is Nesterov's.
  public var isNesterov = true
  /// The factor of the parameters added to each gradient, at least 0.
  public var weightDecay = 1e-4
  /// Seed of the first state, the order of examples and their random changes.
  public var seed: UInt64 = 1
  /// Number format inside the network.
  public var precision = ComputePrecision.float32
  /// Number of threads.
  public var threadCount = Machine.coreCount
  /// Epochs from checkpoint to checkpoint; the last epoch always has one.
  public var checkpointEvery = 1
  /// The formats of the figure.
  public var formats = FigureFormat.usual

  /// Settings with the usual normalisation and augmentation of the data: crops and mirroring for CIFAR, none
  /// for others.
  public init(network: String, data: DatasetSource, epochCount: Int) {
    self.network = network
    self.data = data
    self.epochCount = epochCount
    normalisation = data.defaultNormalisation
    augmentation = TrainingSettings.defaultAugmentation(of: data)
  }

  /// The augmentation that is usual for `data`.
  public static func defaultAugmentation(of data: DatasetSource) -> Augmentation {
    switch data {
    case .cifar10, .cifar100: .cifar
    default: Augmentation()
    }
  }

  /// Checks every setting that can be checked without data.
  ///
  /// - Throws: ``SettingError`` for the first that makes no sense.
  public func validate() throws(SettingError) {
    func check(_ isGood: Bool, _ name: String, _ found: Any, _ expected: String) throws(SettingError) {
      guard isGood else { throw SettingError(name, found: "\(found)", expected: expected) }
    }
    try check((1...1_000_000).contains(epochCount), "epochs", epochCount, "1 to 1000000")
    try check(batchSize >= 2, "batch", batchSize, "at least 2")
    try check((0..<1).contains(momentum), "momentum", momentum, "at least 0 and below 1")
    try check(
      !isNesterov || momentum > 0, "nesterov", "momentum \(momentum)",
      "a positive momentum, or --no-nesterov")
    try check(weightDecay >= 0 && weightDecay.isFinite, "weight-decay", weightDecay, "a number ≥ 0")
    try check((1...1024).contains(threadCount), "threads", threadCount, "1 to 1024")
    try check(checkpointEvery >= 1, "checkpoint-every", checkpointEvery, "at least 1")
  }
}

extension TrainingSettings {
  /// The settings that determine the result, as a run's record keeps them; the seed stands beside them.
  private struct Record: Codable {
    var network: String
    var data: String
    var normalisation: Normalisation
    var augmentation: Augmentation
    var epochs: Int
    var batch: Int
    var schedule: String
    var momentum: Double
    var nesterov: Bool
    var weightDecay: Double
    var precision: ComputePrecision
    var threads: Int
  }

  /// The options of the run's record.
  func options() throws(StoreError) -> JSONValue {
    try JSONValue(
      encoding: Record(
        network: network, data: data.description, normalisation: normalisation, augmentation: augmentation,
        epochs: epochCount, batch: batchSize, schedule: schedule.description, momentum: momentum,
        nesterov: isNesterov, weightDecay: weightDecay, precision: precision, threads: threadCount))
  }

  /// The settings of the training run in a folder.
  ///
  /// - Throws: `StoreError` where there is none, or errors of texts that the record holds.
  public init(of run: RunFolder) throws {
    let description = run.runDescription
    guard description.kind == "train" else {
      throw StoreError.unreadable(
        path: run.path, reason: "it is a run of kind '\(description.kind)', expected 'train'")
    }
    let record: Record = try description.options.decoded()
    self.init(
      network: record.network, data: try DatasetSource(record.data), epochCount: record.epochs)
    normalisation = record.normalisation
    augmentation = record.augmentation
    batchSize = record.batch
    schedule = try ScheduleRegistry.standard.parse(record.schedule)
    momentum = record.momentum
    isNesterov = record.nesterov
    weightDecay = record.weightDecay
    precision = record.precision
    threadCount = record.threads
    seed = description.seeds["training"] ?? 1
  }
}
