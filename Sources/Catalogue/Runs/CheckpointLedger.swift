import ThalwegFiles
public import ThalwegStores

/// A checkpoint's file that is not the one its run wrote.
public struct ChangedCheckpoint: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file.
  public let path: String
  /// SHA-256 of the file as it is.
  public let found: String
  /// SHA-256 that the run recorded.
  public let expected: String

  /// One line.
  public var description: String {
    "\(path) is not what the run wrote: found SHA-256 \(found), expected \(expected)"
  }
}

/// The hashes of a training run's checkpoints, kept with its results.
///
/// Which checkpoints there are depends on a setting that does not change the training, so their hashes are
/// circumstances; those of the last one, which is what the run came to, are results and enter the digest.
struct CheckpointLedger {
  let run: RunFolder

  /// What the run recorded of a checkpoint; `nil` before it recorded anything.
  private func record(_ checkpoint: RunCheckpoint) throws -> JSONValue? {
    try run.facts.value(checkpoint.key, as: .circumstance)
  }

  /// Records the hashes of an epoch's files as they are.
  func note(epoch: Int) throws {
    let file = SnapshotFile(path: run.checkpointPath(epoch: epoch))
    try run.facts.set(
      RunCheckpoint.epoch(epoch).key,
      to: [
        "state": .string(try sha256(ofFile: file.path)),
        "optimiser": .string(try sha256(ofFile: file.companionPath)),
      ], as: .circumstance)
  }

  /// Records the hash of a checkpoint's file that has a name of its own, and gives it.
  @discardableResult
  func note(named name: String) throws -> String {
    let hash = try sha256(ofFile: run.checkpointPath(named: name))
    try run.facts.set(RunCheckpoint.named(name).key, to: ["state": .string(hash)], as: .circumstance)
    return hash
  }

  /// Checks both files of a checkpoint from which the run is to go on. One that was not recorded, since the run was
  /// killed just then, is recorded now: each file is written as a whole.
  ///
  /// - Throws: ``ChangedCheckpoint``.
  func verifySnapshot(epoch: Int) throws {
    guard let record = try record(.epoch(epoch)) else { return try note(epoch: epoch) }
    let file = SnapshotFile(path: run.checkpointPath(epoch: epoch))
    try check(file.path, hash: try sha256(ofFile: file.path), against: record["state"])
    try check(file.companionPath, hash: try sha256(ofFile: file.companionPath), against: record["optimiser"])
  }

  /// Checks the hash of the file of a checkpoint's state; `path` names it in the error.
  ///
  /// - Throws: ``ChangedCheckpoint``.
  func verify(_ checkpoint: RunCheckpoint, path: String, hash: String) throws {
    try check(path, hash: hash, against: try record(checkpoint)?["state"])
  }

  /// Makes the hashes of the last checkpoint part of the results.
  func seal(epoch: Int) throws {
    guard let record = try record(.epoch(epoch)) else { return }
    try run.facts.set("finalCheckpoint", to: record)
  }

  private func check(_ path: String, hash: String, against recorded: JSONValue?) throws(ChangedCheckpoint) {
    guard let expected = recorded?.stringValue, expected != hash else { return }
    throw ChangedCheckpoint(path: path, found: hash, expected: expected)
  }
}

extension RunFolder {
  /// The checkpoints whose files are not what the run wrote. Reads them all.
  ///
  /// - Throws: `StoreError`, or a file's error.
  public func changedCheckpoints() throws -> [ChangedCheckpoint] {
    let ledger = CheckpointLedger(run: self)
    return try checkpoints().compactMap { checkpoint in
      do {
        let path = path(of: checkpoint)
        try ledger.verify(checkpoint, path: path, hash: try sha256(ofFile: path))
        return nil
      } catch let error as ChangedCheckpoint {
        return error
      }
    }
  }
}
