import ThalwegStores

/// One of the checkpoints of a training run.
enum RunCheckpoint: Equatable {
  /// The point after so many epochs.
  case epoch(Int)
  /// A point with a name of its own: `step-00000010`, `peak`, `average`.
  case named(String)

  /// The mean of an averaging optimiser's points. It is what its run came to, and stands for it.
  static let average = RunCheckpoint.named(averageName)
  /// Its name.
  static let averageName = "average"

  /// Under what its hashes are recorded.
  var key: String {
    switch self {
    case .epoch(let epoch): "checkpoint \(epoch)"
    case .named(let name): "checkpoint \(name)"
    }
  }
}

extension RunFolder {
  /// The path of a checkpoint's file.
  func path(of checkpoint: RunCheckpoint) -> String {
    switch checkpoint {
    case .epoch(let epoch): checkpointPath(epoch: epoch)
    case .named(let name): checkpointPath(named: name)
    }
  }

  /// All checkpoints of the run, those of epochs first.
  func checkpoints() throws(StoreError) -> [RunCheckpoint] {
    try checkpointEpochs().map(RunCheckpoint.epoch) + checkpointNames().map(RunCheckpoint.named)
  }
}
