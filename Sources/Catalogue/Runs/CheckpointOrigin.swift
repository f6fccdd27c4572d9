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
  /// The run, and which of its checkpoints it is; `nil` for a file that lies elsewhere.
  let origin: (run: RunFolder, checkpoint: RunCheckpoint)?

  /// The run, and the epoch at whose end the checkpoint was written; `nil` for a file that lies elsewhere and for
  /// points within an epoch.
  var place: (run: RunFolder, epoch: Int)? {
    guard let (run, checkpoint) = origin else { return nil }
    return switch checkpoint {
    case .epoch(let epoch): (run, epoch)
    case .average: (try? run.checkpointEpochs().last).map { (run, $0) }
    case .named: nil
    }
  }

  /// Finds the file that `checkpoint` means, a file or the folder of a run, and the run that it belongs to.
  ///
  /// - Throws: ``NoCheckpoint``, or `StoreError` for a folder that holds no run.
  init(_ checkpoint: String) throws {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: checkpoint, isDirectory: &isFolder), isFolder.boolValue {
      let run = try RunFolder.open(checkpoint)
      guard let last = try CheckpointOrigin.result(of: run) else { throw NoCheckpoint(path: checkpoint) }
      (path, origin) = (run.path(of: last), (run, last))
    } else {
      (path, origin) = (checkpoint, CheckpointOrigin.origin(ofFile: checkpoint))
    }
  }

  /// The checkpoint that stands for a run: its average, if it has one, or else the last.
  private static func result(of run: RunFolder) throws(StoreError) -> RunCheckpoint? {
    let all = try run.checkpoints()
    if all.contains(.average) { return .average }
    return all.last {
      if case .epoch = $0 { true } else { false }
    }
  }

  /// The run of a file in a run's `checkpoints`. A run that cannot be opened must not keep its files from being used.
  private static func origin(ofFile path: String) -> (run: RunFolder, checkpoint: RunCheckpoint)? {
    let file = URL(fileURLWithPath: path)
    let folder = file.deletingLastPathComponent().deletingLastPathComponent().path
    guard let run = try? RunFolder.open(folder), let checkpoints = try? run.checkpoints() else { return nil }
    let checkpoint = checkpoints.first {
      URL(fileURLWithPath: run.path(of: $0)).standardizedFileURL == file.standardizedFileURL
    }
    return checkpoint.map { (run, $0) }
  }

  /// Checks the file's hash against what the run recorded.
  ///
  /// - Throws: ``ChangedCheckpoint``.
  func verify(hash: String) throws {
    guard let (run, checkpoint) = origin else { return }
    try CheckpointLedger(run: run).verify(checkpoint, path: path, hash: hash)
  }

  /// One sentence where the run trained on data of the same name with other content; `nil` otherwise.
  func warning(source: DatasetSource, split: DatasetSplit, whole: Dataset) -> String? {
    guard let description = origin?.run.runDescription, description.kind == "train",
      description.options["data"]?.stringValue == source.description,
      let recorded = description.hashes[split.rawValue], recorded != whole.fingerprint
    else { return nil }
    return "the \(split.rawValue) examples of \(source) have changed since the run: found SHA-256 "
      + "\(whole.fingerprint), the run had \(recorded)"
  }
}
