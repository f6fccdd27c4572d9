import Foundation
import ThalwegDatasets
import ThalwegStores

/// A run folder without any checkpoint.
public struct NoCheckpoint: Error, Equatable, Sendable, CustomStringConvertible {
  /// The folder.
  public let path: String
  /// One line.
  public var description: String { "\(path) holds a run without a checkpoint" }
}

/// Where a checkpoint lies: somewhere, or in the folder of the training run that wrote it.
struct CheckpointOrigin {
  /// The checkpoint's file.
  let path: String
  /// The run, and the epoch of the checkpoint; `nil` for a file that lies elsewhere.
  let place: (run: RunFolder, epoch: Int)?

  /// Finds the file that `checkpoint` means, a file or the folder of a run, and the run that it belongs to.
  ///
  /// - Throws: ``NoCheckpoint``, or `StoreError` for a folder that holds no run.
  init(_ checkpoint: String) throws {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: checkpoint, isDirectory: &isFolder), isFolder.boolValue {
      let run = try RunFolder.open(checkpoint)
      guard let epoch = try run.checkpointEpochs().last else { throw NoCheckpoint(path: checkpoint) }
      (path, place) = (run.checkpointPath(epoch: epoch), (run, epoch))
    } else {
      (path, place) = (checkpoint, CheckpointOrigin.place(ofFile: checkpoint))
    }
  }

  /// The run of a file in a run's `checkpoints`. A run that cannot be opened must not keep its files from being used.
  private static func place(ofFile path: String) -> (run: RunFolder, epoch: Int)? {
    let file = URL(fileURLWithPath: path)
    let folder = file.deletingLastPathComponent().deletingLastPathComponent().path
    guard let run = try? RunFolder.open(folder), let epochs = try? run.checkpointEpochs() else { return nil }
    let epoch = epochs.first {
      URL(fileURLWithPath: run.checkpointPath(epoch: $0)).standardizedFileURL == file.standardizedFileURL
    }
    return epoch.map { (run, $0) }
  }

  /// Checks the file's hash against what the run recorded.
  ///
  /// - Throws: ``ChangedCheckpoint``.
  func verify(hash: String) throws {
    guard let place else { return }
    try CheckpointLedger(run: place.run).verify(epoch: place.epoch, path: path, hash: hash)
  }

  /// One sentence where the run trained on data of the same name with other content; `nil` otherwise.
  func warning(source: DatasetSource, split: DatasetSplit, whole: Dataset) -> String? {
    guard let description = place?.run.runDescription, description.kind == "train",
      description.options["data"]?.stringValue == source.description,
      let recorded = description.hashes[split.rawValue], recorded != whole.fingerprint
    else { return nil }
    return "the \(split.rawValue) examples of \(source) have changed since the run: found SHA-256 "
      + "\(whole.fingerprint), the run had \(recorded)"
  }
}
