import ThalwegFiles
import ThalwegStores
import ThalwegSurfaces
import ThalwegSurveys

/// The checkpoints of the training run that a subject's checkpoint belongs to.
struct CheckpointSeries {
  /// The subject, whose network all of them have.
  let subject: Subject
  /// The epochs in ascending order.
  let epochs: [Int]
  /// SHA-256 over the hashes of all files.
  let hash: String
  private let paths: [String]

  /// Finds the run's checkpoints, and checks that each is what the run wrote.
  ///
  /// - Parameter least: How many there must be.
  /// - Throws: ``SeriesError`` where the checkpoint belongs to no run or the run has too few; ``ChangedCheckpoint``.
  init(of subject: Subject, least: Int) throws {
    guard let place = try CheckpointOrigin(subject.settings.checkpoint).place else {
      throw SeriesError(
        path: "\(subject.settings.checkpoint)",
        reason: "it belongs to no training run; expected the folder of one, or one of its checkpoints")
    }
    defer { place.run.close() }
    let epochs = try place.run.checkpointEpochs()
    guard epochs.count >= least else {
      throw SeriesError(
        path: place.run.path,
        reason: "found \(epochs.count) checkpoint\(epochs.count == 1 ? "" : "s") of epochs, expected at least \(least)")
    }
    let run = place.run
    let paths = epochs.map { run.checkpointPath(epoch: $0) }
    var text = ""
    for (epoch, path) in zip(epochs, paths) {
      let hash = try sha256(ofFile: path)
      try CheckpointLedger(run: run).verify(.epoch(epoch), path: path, hash: hash)
      text += "\(epoch) \(hash)\n"
    }
    self.subject = subject
    self.epochs = epochs
    self.paths = paths
    hash = sha256(of: Array(text.utf8))
  }

  /// The state of checkpoint number `index`.
  func state(_ index: Int) throws -> ModelState { try subject.state(of: paths[index]).state }

  /// Its principal components.
  func components(from origin: PrincipalOrigin) throws -> PrincipalComponents {
    try PrincipalComponents(of: epochs.count, from: origin, state: state)
  }
}

/// Why the checkpoints of a run have no principal components.
public struct SeriesError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The checkpoint or the run's folder.
  public let path: String
  /// What was found and what was expected.
  public let reason: String

  /// One line.
  public var description: String { "\(path): \(printable(reason, limit: 600)), for the principal components of a run" }
}
