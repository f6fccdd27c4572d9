import Foundation
import ThalwegCheckpoints
import ThalwegFiles
import ThalwegNetworks
import ThalwegStores
import ThalwegSurfaces
import ThalwegTraining

/// A checkpoint from which a run cannot go on: a companion file without an optimiser's memory, or an epoch of which
/// the run's results know nothing.
public struct SnapshotError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file.
  public let path: String
  /// What is wrong with it.
  public let reason: String

  /// One line.
  public var description: String { "\(path): \(reason)" }
}

/// A training snapshot between two epochs as two files.
///
/// `epoch-000012.safetensors` holds the network's state and nothing else, so other programs can read it;
/// `epoch-000012.optimiser.safetensors` beside it holds what the optimiser remembers. The companion is
/// written first and each file replaces its predecessor as a whole, so a checkpoint without companion does
/// not count as a place to resume from.
struct SnapshotFile {
  private static let nextStepKey = "thalweg.nextStep"
  private static let epochKey = "thalweg.epoch"
  private static let counterPrefix = "thalweg.counter."
  /// The walk's own parameters, where a change of coordinates makes them other than the network's. No optimiser
  /// names a vector so.
  private static let walkName = "thalweg walk"

  /// The state's file.
  let path: String

  /// The file of the optimiser's memory.
  var companionPath: String {
    let suffix = ".safetensors"
    return (path.hasSuffix(suffix) ? String(path.dropLast(suffix.count)) : path) + ".optimiser" + suffix
  }

  /// Whether a run can go on from here.
  var isComplete: Bool {
    FileManager.default.fileExists(atPath: path) && FileManager.default.fileExists(atPath: companionPath)
  }

  /// Writes both files.
  ///
  /// - Parameter state: The network's state where it is not the snapshot's, since the walk has other coordinates.
  func write(_ snapshot: TrainingSnapshot, label: CheckpointLabel, state: ModelState? = nil) throws {
    precondition(snapshot.tally == EpochTally(), "snapshots are written between epochs")
    var metadata = [
      SnapshotFile.nextStepKey: "\(snapshot.nextStep)", SnapshotFile.epochKey: "\(snapshot.epoch)",
    ]
    for (name, value) in snapshot.memory.counters { metadata[SnapshotFile.counterPrefix + name] = "\(value)" }
    var kept = snapshot.memory.vectors
    if state != nil { kept[SnapshotFile.walkName] = snapshot.state.parameters }
    let vectors = kept.sorted { $0.key < $1.key }.map { name, vector in
      let values: TensorValues =
        vector.precision == .single ? .float32(vector.floats) : .float64(vector.doubles)
      return NamedTensor(name: name, shape: [vector.count], values: values)
    }
    try Checkpoint.writeSafetensors(vectors, metadata: metadata, to: companionPath)
    try Checkpoint.writeSafetensors((state ?? snapshot.state).namedTensors, metadata: label.metadata, to: path)
  }

  /// How many steps an epoch of the run has, by the companion of an epoch after the first.
  func stepsPerEpoch() throws -> Int {
    let metadata = try Checkpoint.read(companionPath).metadata
    let (step, epoch) = (Int(metadata[Self.nextStepKey] ?? "") ?? 0, Int(metadata[Self.epochKey] ?? "") ?? 0)
    guard step > 0, epoch > 0, step % epoch == 0 else {
      throw SnapshotError(path: companionPath, reason: "it does not say how many steps an epoch has")
    }
    return step / epoch
  }

  /// Reads both files.
  func read(for network: Network) throws -> TrainingSnapshot {
    var state = try ModelState(Checkpoint.read(path), for: network, path: path)
    let companion = try Checkpoint.read(companionPath)
    func number(_ key: String) throws(SnapshotError) -> Int {
      guard let text = companion.metadata[key], let value = Int(text), value >= 0 else {
        throw SnapshotError(path: companionPath, reason: "'\(key)' is no number; the file is no companion")
      }
      return value
    }
    var counters: [String: Int] = [:]
    for key in companion.metadata.keys where key.hasPrefix(SnapshotFile.counterPrefix) {
      counters[String(key.dropFirst(SnapshotFile.counterPrefix.count))] = try number(key)
    }
    var vectors: [String: ModelVector] = [:]
    for tensor in companion.tensors {
      switch tensor.values {
      case .float32(let values): vectors[tensor.name] = ModelVector(values)
      case .float64(let values): vectors[tensor.name] = ModelVector(values)
      default:
        throw SnapshotError(path: companionPath, reason: "'\(tensor.name)' is not of floating-point numbers")
      }
    }
    if let walked = vectors.removeValue(forKey: SnapshotFile.walkName) {
      guard walked.count == state.parameters.count, walked.precision == state.parameters.precision else {
        throw SnapshotError(
          path: companionPath,
          reason: "'\(SnapshotFile.walkName)' has \(walked.count) numbers, expected \(state.parameters.count)")
      }
      state.parameters = walked
    }
    return TrainingSnapshot(
      state: state, memory: OptimiserMemory(vectors: vectors, counters: counters),
      nextStep: try number(SnapshotFile.nextStepKey), epoch: try number(SnapshotFile.epochKey))
  }

  /// Removes the companion: older checkpoints are for looking at, not for going on.
  func removeCompanion() {
    unlink(companionPath)
  }
}
