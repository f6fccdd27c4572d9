/// One way to train, with nothing left to defaults.
public struct ComparisonArm: Sendable {
  /// Its name: letters, digits, dots, hyphens and underscores.
  public let name: String
  /// What it changes of the common settings, as `name: text`; empty for none.
  public let changes: [String]
  /// The arm with which it is compared; its own name for a baseline.
  public let baseline: String
  /// The settings but for the seed.
  let settings: TrainingSettings

  /// Whether others are compared with it.
  public var isBaseline: Bool { baseline == name }

  /// Its training with one seed.
  func cell(seed: UInt64) -> ComparisonCell {
    var settings = settings
    settings.seed = seed
    return ComparisonCell(arm: name, seed: seed, settings: settings)
  }
}

/// One training run of a comparison: an arm with a seed.
public struct ComparisonCell: Sendable {
  /// The arm's name.
  public let arm: String
  /// The seed of everything random.
  public let seed: UInt64
  /// The training run's settings.
  public let settings: TrainingSettings

  /// The name of its folder, such as `le-seed2`.
  public var name: String { "\(arm)-seed\(seed)" }

  /// The path of its folder.
  func folder(in job: String) -> String { "\(job)/cells/\(name)" }
}
