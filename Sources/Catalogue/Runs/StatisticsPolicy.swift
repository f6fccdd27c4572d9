import ThalwegDatasets
import ThalwegNetworks
public import ThalwegNeuralSurfaces
import ThalwegRandomness
import ThalwegSurfaces

/// Whose statistics batch normalisations use at the points of a survey.
public enum StatisticsPolicy: Sendable, Hashable {
  /// The running statistics of the centre, at every point.
  case running
  /// Each batch's own, in consecutive batches of the given size.
  case batch(size: Int)
  /// Running statistics that move with the parameters along the line, the plane or the patch between checkpoints.
  case interpolated
  /// Running statistics estimated anew at every point from so many training examples, drawn once.
  case reEstimated(exampleCount: Int)

  /// The policy that is meant where points don't move running statistics.
  public init(_ policy: NormalisationPolicy) {
    self =
      switch policy {
      case .running: .running
      case .batch(let size): .batch(size: size)
      }
  }

  /// How the network is evaluated once its statistics are what they should be.
  var evaluation: NormalisationPolicy {
    if case .batch(let size) = self { .batch(size: size) } else { .running }
  }

  /// A short name for files and stored surfaces, such as `batch-128`.
  public var key: String {
    switch self {
    case .running: "running"
    case .batch(let size): "batch-\(size)"
    case .interpolated: "interpolated"
    case .reEstimated(let count): "re-estimated-\(count)"
    }
  }

  /// A short name for titles and legends.
  public var title: String {
    switch self {
    case .running: "running statistics"
    case .batch(let size): "statistics of batches of \(size)"
    case .interpolated: "interpolated statistics"
    case .reEstimated(let count): "re-estimated on \(count)"
    }
  }

  /// The policy in words, with everything that belongs to it.
  func text(for subject: Subject) -> String {
    switch self {
    case .running, .batch: subject.policyText(evaluation)
    case .interpolated: "running statistics interpolated between the checkpoints"
    case .reEstimated(let count):
      "running statistics re-estimated at every point from \(count) training examples drawn with seed "
        + "\(Self.drawSeed)"
    }
  }

  /// What determines a result, beside what `running` needs; it stands in a run's identity.
  var identity: String {
    switch self {
    case .running, .batch: evaluation.description
    case .interpolated: "interpolated statistics"
    case .reEstimated(let count): "statistics re-estimated on \(count) examples, seed \(Self.drawSeed)"
    }
  }

  /// Whether sums over batches are formed thread by thread, so that the result depends on their number.
  var dependsOnThreads: Bool {
    switch self {
    case .running, .interpolated: false
    case .batch, .reEstimated: true
    }
  }

  /// Seed of the draw of training examples.
  static let drawSeed: UInt64 = 1

  /// Number of training examples for re-estimation unless another is asked for.
  public static let usualExampleCount = 2048
}

extension Subject {
  /// The training examples from which running statistics are estimated anew: drawn without replacement, in random
  /// order, since data may be sorted by class.
  ///
  /// - Throws: ``SettingError`` where there are fewer.
  func statisticsSample(count: Int) throws -> Dataset {
    let whole = try source.load(split: .train)
    guard (2...max(2, whole.count)).contains(count), whole.count >= 2 else {
      throw SettingError("re-estimate", found: "\(count)", expected: "2 to the \(whole.count) training examples")
    }
    var stream = RandomStream(seed: StatisticsPolicy.drawSeed, 0x7374_6174)  // "stat"
    return whole.subset(Array(stream.permutation(of: whole.count).prefix(count)))
  }

  /// The policies with numbers of examples for re-estimation cut to what there is: for numbers that nobody asked for.
  public func cutToData(_ policies: [StatisticsPolicy]) throws -> [StatisticsPolicy] {
    let wanted = policies.contains { if case .reEstimated = $0 { true } else { false } }
    guard wanted, network.space.bufferCount > 0 else { return policies }
    let available = try source.load(split: .train).count
    return policies.map { policy in
      guard case .reEstimated(let count) = policy else { return policy }
      return .reEstimated(exampleCount: min(count, available))
    }
  }

  /// Checks policies before any work.
  ///
  /// - Parameters:
  ///   - policies: The policies; none are left out.
  ///   - movesStatistics: Whether the points lie between checkpoints.
  /// - Throws: ``SettingError``.
  func check(_ policies: [StatisticsPolicy], movesStatistics: Bool) throws {
    for policy in policies {
      switch policy {
      case .running: break
      case .batch: try checkBatches(policy.evaluation)
      case .interpolated:
        guard movesStatistics else {
          throw SettingError(
            "batch-norm", found: "interpolated",
            expected: "running, batch or re-estimated: only lines and planes of checkpoints move statistics")
        }
      case .reEstimated(let count):
        if network.space.bufferCount > 0 { _ = try statisticsSample(count: count) }
      }
    }
    guard Set(policies).count == policies.count else {
      throw SettingError("batch-norm", found: "a policy twice", expected: "different ones")
    }
    guard network.space.bufferCount == 0, let needless = policies.first(where: { $0 != .running }) else { return }
    if case .batch = needless, policies.count == 1 { return }  // It changes nothing, and has always been allowed.
    throw SettingError(
      "batch-norm", found: needless.key, expected: "running: \(network.name) has no batch normalisation")
  }
}
