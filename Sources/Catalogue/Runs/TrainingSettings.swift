public import ThalwegDatasets
public import ThalwegDeformations
public import ThalwegEngine
public import ThalwegFigures
import ThalwegNeuralSurfaces
public import ThalwegTraining

/// What a training run is to do.
///
/// All of it but ``checkpointEvery``, ``snapshots`` and ``formats`` determines the result, the number of threads too: sums
/// over a minibatch
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
  /// What makes the steps, until another takes over.
  public var optimiser: any NamedOptimiser = StochasticGradientDescent(
    momentum: 0.9, isNesterov: true, weightDecay: 1e-4)
  /// Optimisers that take over later, in the order of their epochs.
  public var switches: [LaterOptimiser] = []
  /// How the minibatches are deformed; losses after each epoch are those of the undeformed surface.
  public var deformation = DeformationSequence([])
  /// Seed of the first state, the order of examples and their random changes.
  public var seed: UInt64 = 1
  /// Number format inside the network.
  public var precision = ComputePrecision.float32
  /// Number of threads.
  public var threadCount = Machine.coreCount
  /// Whether the norm of the whole training data's gradient is measured after each epoch.
  public var logsGradient = false
  /// Number of training examples on which the largest eigenvalue of the Hessian is measured after each epoch; `nil`
  /// for no measurement.
  public var curvatureExampleCount: Int?
  /// Epochs from checkpoint to checkpoint; the last epoch always has one.
  public var checkpointEvery = 1
  /// Points that are kept beside those at the ends of epochs.
  public var snapshots: [SnapshotTime] = []
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
    var last = 0
    for later in switches {
      try check(
        last < later.epoch && later.epoch < epochCount, "then", later,
        "epochs that increase, from 1 to \(epochCount - 1)")
      last = later.epoch
    }
    try check(
      !optimisers.dropLast().contains { $0 is AveragingOptimiser }, "then", "a switch after average(…)",
      "average(…) last, for a switch forgets the mean")
    for step in deformation.steps {
      try check(
        step is any StreamDeformation, "deform", step,
        "a deformation of minibatches; this one is defined on whole surfaces only")
    }
    if let count = curvatureExampleCount { try check(count >= 1, "log-curvature", count, "at least 1") }
    try check((1...1024).contains(threadCount), "threads", threadCount, "1 to 1024")
    try check(checkpointEvery >= 1, "checkpoint-every", checkpointEvery, "at least 1")
  }
}

extension TrainingSettings {
  /// How networks are run.
  var compute: ComputeOptions { ComputeOptions(threadCount: threadCount, precision: precision) }

  /// All optimisers in the order of their use.
  var optimisers: [any NamedOptimiser] { [optimiser] + switches.map(\.optimiser) }

  /// The optimiser of an epoch, counted from 1 as in reports.
  func optimiser(ofEpoch epoch: Int) -> any NamedOptimiser {
    switches.last { $0.epoch < epoch }?.optimiser ?? optimiser
  }

  /// How steps are made near a minimum in an epoch, counted from 1 as in reports; `nil` where the optimiser scales
  /// them itself.
  func stepRule(ofEpoch epoch: Int) -> StepRule? { StepRule(optimiser(ofEpoch: epoch)) }
}
