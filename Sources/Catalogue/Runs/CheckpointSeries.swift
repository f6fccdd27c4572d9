import Foundation
import ThalwegCheckpoints
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
  /// The checkpoints that stand for no epoch, if they were asked for, in the order of the walk; a mean of points last.
  let others: [Stop]
  /// SHA-256 over the hashes of all files.
  let hash: String
  private let paths: [String]

  /// A checkpoint of the run.
  struct Stop {
    /// The place of its epoch among ``epochs``; `nil` where it stands for none.
    var index: Int?
    /// Epochs of training until then, with fractions; `nil` for a mean of points.
    let time: Double?
    /// Its file.
    let path: String

    /// The name of its file without the suffix, such as `epoch-000003` or `peak`.
    var name: String { URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent }
  }

  /// Finds the run's checkpoints, and checks that each is what the run wrote.
  ///
  /// - Parameters:
  ///   - least: How many of epochs there must be.
  ///   - readsOthers: Whether those that stand for no epoch are found as well.
  /// - Throws: ``SeriesError`` where the checkpoint belongs to no run or the run has too few; ``ChangedCheckpoint``.
  init(of subject: Subject, least: Int, readsOthers: Bool = false) throws {
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
    others = readsOthers ? try Self.others(of: run, epochs: epochs) : []
    for stop in others {
      let hash = try sha256(ofFile: stop.path)
      try CheckpointLedger(run: run).verify(.named(stop.name), path: stop.path, hash: hash)
      text += "\(stop.name) \(hash)\n"
    }
    self.subject = subject
    self.epochs = epochs
    self.paths = paths
    hash = sha256(of: Array(text.utf8))
  }

  /// All checkpoints in the order of the walk.
  var stops: [Stop] {
    let ends = epochs.indices.map { Stop(index: $0, time: Double(epochs[$0]), path: paths[$0]) }
    return (ends + others).sorted { ($0.time ?? .infinity) < ($1.time ?? .infinity) }
  }

  /// The checkpoints that stand for no epoch, without numbered steps at which there is another one.
  private static func others(of run: RunFolder, epochs: [Int]) throws -> [Stop] {
    let names = try run.checkpointNames()
    guard !names.isEmpty, let last = epochs.last else { return [] }
    let stepsPerEpoch = try SnapshotFile(path: run.checkpointPath(epoch: last)).stepsPerEpoch()
    var steps = Set(epochs.map { $0 * stepsPerEpoch })
    var stops: [Stop] = []
    for name in names {
      let path = run.checkpointPath(named: name)
      let step = CheckpointLabel(metadata: try Checkpoint.read(path).metadata).step
      if let step, !steps.insert(step).inserted, name.hasPrefix(SnapshotTime.stepPrefix) { continue }
      stops.append(Stop(time: step.map { Double($0) / Double(stepsPerEpoch) }, path: path))
    }
    return stops
  }

  /// The state of the checkpoint of epoch number `index`.
  func state(_ index: Int) throws -> ModelState { try subject.state(of: paths[index]).state }

  /// The state of a checkpoint.
  func state(of stop: Stop) throws -> ModelState { try subject.state(of: stop.path).state }

  /// The principal components of the checkpoints of epochs: points at equal distances in time.
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
