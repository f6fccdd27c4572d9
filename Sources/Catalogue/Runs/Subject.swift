import ThalwegCheckpoints
public import ThalwegDatasets
public import ThalwegEngine
import ThalwegFiles
public import ThalwegNetworks
public import ThalwegNeuralSurfaces
public import ThalwegSurfaces

/// What is to be measured: a checkpoint, and the data on which its network's loss is a surface.
public struct SubjectSettings: Sendable {
  /// A checkpoint's file, or a training run's folder, which stands for its last checkpoint.
  public var checkpoint: String
  /// The network's name; `nil` takes what the checkpoint says of itself.
  public var network: String?
  /// The data; `nil` takes what the checkpoint says of itself.
  public var data: DatasetSource?
  /// How values are shifted and scaled; `nil` takes what the checkpoint says of itself, or else what is
  /// usual.
  public var normalisation: Normalisation?
  /// The part of the data.
  public var split = DatasetSplit.train
  /// Only the first so many examples, at least 1; `nil` for all.
  public var limit: Int?
  /// Whose statistics batch normalisations use.
  public var policy = NormalisationPolicy.running
  /// Number format inside the network.
  public var precision = ComputePrecision.float32
  /// Number of threads.
  public var threadCount = Machine.coreCount
  /// Most bytes of first-order values that curvature products keep between them.
  public var keptBytes = 2 << 30
  /// Directions that products are asked for at once; see `ComputeOptions`.
  var directionsAtOnce = 1

  /// The settings for a checkpoint that says itself what it is.
  public init(checkpoint: String) { self.checkpoint = checkpoint }

  /// Checks what can be checked without files.
  ///
  /// - Throws: ``SettingError``.
  public func validate() throws(SettingError) {
    if let limit, limit < 1 { throw SettingError("limit", found: "\(limit)", expected: "at least 1") }
    if case .batch(let size) = policy, size < 2 {
      throw SettingError("batch-norm", found: "batches of \(size)", expected: "at least 2")
    }
    guard (1...1024).contains(threadCount) else {
      throw SettingError("threads", found: "\(threadCount)", expected: "1 to 1024")
    }
  }
}

/// A checkpoint that says too little about itself.
public struct UnknownSubject: Error, Equatable, Sendable, CustomStringConvertible {
  /// The checkpoint.
  public let path: String
  /// What is not known: `network` or `data`.
  public let missing: String

  /// One line.
  public var description: String { "\(path) doesn't say its \(missing); state it with --\(missing)" }
}

/// A trained network with the data to measure it on.
public struct Subject: Sendable {
  /// The checkpoint's file.
  public let checkpointPath: String
  /// SHA-256 of the checkpoint's file.
  public let checkpointHash: String
  /// The network.
  public let network: Network
  /// The checkpoint's state.
  public let state: ModelState
  /// The examples.
  public let dataset: Dataset
  /// Where the examples come from.
  public let source: DatasetSource
  /// The settings, with nothing left to defaults.
  public internal(set) var settings: SubjectSettings
  /// How values are shifted and scaled.
  public let normalisation: Normalisation
  /// Number of examples of the split, of which ``dataset`` may be a part.
  public let splitCount: Int
  /// What one should know before trusting a result, a sentence each: data that changed since the training.
  public let warnings: [String]

  /// Reads the checkpoint and the data.
  ///
  /// - Throws: ``SettingError``, ``UnknownSubject``, ``CheckpointMismatch``, ``ChangedCheckpoint`` and errors of
  ///   files; all that can be refused is refused here, before any work.
  public init(_ settings: SubjectSettings) throws {
    try settings.validate()
    let origin = try CheckpointOrigin(settings.checkpoint)
    let path = origin.path
    let checkpoint = try Checkpoint.read(path)
    let label = CheckpointLabel(metadata: checkpoint.metadata)
    guard let name = settings.network ?? label.network else {
      throw UnknownSubject(path: path, missing: "network")
    }
    guard let source = try settings.data ?? label.data.map({ try DatasetSource($0) }) else {
      throw UnknownSubject(path: path, missing: "data")
    }
    let stored = try label.normalisation.map { try Normalisation($0) }
    let whole = try source.load(split: settings.split)
    self.source = source
    splitCount = whole.count
    splitName = whole.name
    dataset = settings.limit.map { whole.copiedPrefix($0) } ?? whole
    normalisation = settings.normalisation ?? stored ?? source.defaultNormalisation
    network = try Network.named(name, inputShape: whole.exampleShape, classCount: whole.classCount)
    state = try ModelState(checkpoint, for: network, path: path)
    checkpointPath = path
    checkpointHash = try sha256(ofFile: path)
    try origin.verify(hash: checkpointHash)
    warnings = [origin.warning(source: source, split: settings.split, whole: whole)].compactMap { $0 }
    var settings = settings
    settings.network = network.name
    settings.data = source
    settings.normalisation = normalisation
    self.settings = settings
    try checkBatches(settings.policy)
    _ = try surface()  // Refuses what does not fit.
  }

  /// The surface to measure.
  public func surface() throws -> NeuralSurface { try surface(of: dataset, keptBytes: settings.keptBytes) }

  /// The same network's surface over other examples, with another bound on kept values, or under another policy.
  func surface(
    of dataset: Dataset, keptBytes: Int, policy: NormalisationPolicy? = nil
  ) throws -> NeuralSurface {
    try NeuralSurface(
      network: network, dataset: dataset, normalisation: normalisation, policy: policy ?? settings.policy,
      compute: compute(keptBytes: keptBytes))
  }

  /// How the network is run.
  func compute(keptBytes: Int) -> ComputeOptions {
    ComputeOptions(
      threadCount: settings.threadCount, precision: settings.precision, keptBytes: keptBytes,
      directionsAtOnce: settings.directionsAtOnce)
  }

  /// Another checkpoint of the same network.
  ///
  /// - Returns: Its state, the path of its file and the file's SHA-256.
  public func state(of checkpoint: String) throws -> (state: ModelState, path: String, hash: String) {
    let origin = try CheckpointOrigin(checkpoint)
    let hash = try sha256(ofFile: origin.path)
    try origin.verify(hash: hash)
    return (try ModelState(Checkpoint.read(origin.path), for: network, path: origin.path), origin.path, hash)
  }

  /// The policy in words, with the partition that belongs to it.
  public var policyText: String { policyText(settings.policy) }

  /// A policy in words, with the partition that belongs to it.
  func policyText(_ policy: NormalisationPolicy) -> String {
    guard case .batch(let size) = policy else { return policy.description }
    let (full, rest) = dataset.count.quotientAndRemainder(dividingBy: size)
    let partition = rest > 0 ? "\(full) of \(size) and one of \(rest)" : "\(full) of \(size)"
    return "batch statistics; consecutive batches in data order: \(partition)"
  }

  /// The examples in words.
  public var examplesText: String {
    (dataset.count == splitCount
      ? "all \(splitCount) examples of \(splitName)"
      : "the first \(dataset.count) of the \(splitCount) examples of \(splitName)")
      + (source.hasOneSplit ? " (training and test examples are the same)" : "")
  }

  /// Number of examples an evaluation at one point reads.
  public var exampleCount: Int { dataset.count }

  /// The data's name, without the part that is used.
  private let splitName: String

  /// A batch of one example has no variance; where the partition leaves one over, batch norms have no statistics.
  ///
  /// - Throws: ``SettingError``.
  func checkBatches(_ policy: NormalisationPolicy) throws(SettingError) {
    guard case .batch(let size) = policy, network.space.bufferCount > 0 else { return }
    guard dataset.count > 1 else {
      throw SettingError("batch-norm", found: "one example", expected: "at least 2 for batch statistics")
    }
    guard dataset.count % min(size, dataset.count) == 1 else { return }
    // The count itself, at the latest, leaves none over.
    let good = (size...dataset.count).first { dataset.count % $0 != 1 } ?? dataset.count
    throw SettingError(
      "batch-norm", found: "batch:\(size), which leaves 1 of \(dataset.count) examples over, without statistics",
      expected: "a size that leaves none or at least 2, such as batch:\(good)")
  }
}
