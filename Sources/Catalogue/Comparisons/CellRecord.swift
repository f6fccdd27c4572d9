import ThalwegDeformations
import ThalwegFiles
import ThalwegStores
import ThalwegSurfaces
import ThalwegTraining

/// How a training run of a comparison ended.
struct CellRecord: Codable, Equatable {
  /// Number of epochs done.
  var epochs: Int
  /// Why it cannot go on; `nil` where it is finished.
  var failure: CellFailure?
  /// SHA-256 of the checkpoint that stands for the run.
  var checkpoint: String?
  /// Share of correct test examples at the end.
  var testAccuracy: Double?
  /// Loss on the test split at the end, in nats.
  var testLoss: Double?
}

extension CellRecord {
  /// Checks that the checkpoint at `path`, which now stands for the run in `folder`, is the one at which the run ended.
  ///
  /// - Throws: ``LostEnd``, or a file's error.
  func verifyEnd(at path: String, in folder: String) throws {
    let found = try sha256(ofFile: path)
    guard let checkpoint, checkpoint != found else { return }
    throw LostEnd(folder: folder, path: path, found: found, expected: checkpoint)
  }
}

/// A run that has lost the checkpoint at which it ended, so that nothing more can be measured there.
struct LostEnd: Error, Equatable, CustomStringConvertible {
  /// The run.
  let folder: String
  /// The file that stands for the run now.
  let path: String
  /// Its SHA-256.
  let found: String
  /// SHA-256 of the checkpoint that the run came to.
  let expected: String

  /// One line.
  var description: String {
    "\(folder) has lost the checkpoint at which its run ended: found \(path) with SHA-256 \(found), expected \(expected)"
  }
}

/// Why a training run of a comparison could not go on.
public struct CellFailure: Codable, Equatable, Sendable {
  /// What ended it.
  public enum Kind: String, Codable, Sendable {
    /// A loss was not finite, or the schedule gave no usable rate.
    case diverged
    /// The deformation has no meaning at a loss that was met.
    case stopped
  }

  /// What ended it.
  public let kind: Kind
  /// The reason, one line.
  public let reason: String

  init(_ kind: Kind, _ reason: String) {
    self.kind = kind
    self.reason = reason
  }

  /// The failure that `error` tells of; `nil` where it is not the run's own, such as a full disk.
  init?(_ error: any Error) {
    switch error {
    case let error as TrainingError:
      switch error {
      case .diverged, .unusableRate: self.init(.diverged, "\(error)")
      case .otherSpace, .inconsistentSnapshot: return nil
      }
    case let error as CurvatureError: self.init(.diverged, "\(error)")
    case let error as DeformationError: self.init(.stopped, "\(error)")
    default: return nil
    }
  }
}

/// What a comparison's folder knows of its cells.
struct CellLedger {
  let run: RunFolder
  /// Number of training examples on which ends are measured.
  let exampleCount: Int

  /// Under what the number of examples is noted.
  static let exampleCountKey = "examples"
  /// Under what the gradients of each arm's runs are noted.
  static let gradientCountsKey = "exampleGradients"

  private func key(_ cell: ComparisonCell) -> String { "cell \(cell.name)" }

  private func key(_ cell: ComparisonCell, _ quantity: ComparisonQuantity) -> String {
    "cell \(cell.name): \(quantity.key) of \(exampleCount)"
  }

  /// How a cell ended; `nil` before it did.
  func record(_ cell: ComparisonCell) throws -> CellRecord? { try run.facts.value(key(cell))?.decoded() }

  /// Notes how a cell ended.
  func note(_ record: CellRecord, of cell: ComparisonCell) throws {
    try run.facts.set(key(cell), to: JSONValue(encoding: record))
  }

  /// A quantity at the end of a cell; `nil` before it was measured.
  func value(_ quantity: ComparisonQuantity, of cell: ComparisonCell) throws -> MeasuredValue? {
    try run.facts.value(key(cell, quantity))?.decoded()
  }

  /// Notes a quantity at the end of a cell.
  func note(_ value: MeasuredValue, _ quantity: ComparisonQuantity, of cell: ComparisonCell) throws {
    try run.facts.set(key(cell, quantity), to: JSONValue(encoding: value))
  }
}

extension CellRecord {
  /// The record of the finished run in a folder. A run that ends without a finite loss has diverged.
  init(finishedIn folder: String) throws {
    let run = try RunFolder.open(folder)
    defer { run.close() }
    let last = try run.history().entries().last
    let average = try run.facts.value(RunCheckpoint.averageName)
    func value(_ name: String) -> Double? { average.map { $0[name]?.doubleValue } ?? last?.values[name] }
    let loss = value("testLoss")
    let isFinite = loss?.isFinite == true
    self.init(
      epochs: last?.epoch ?? 0,
      failure: isFinite ? nil : CellFailure(.diverged, "the test loss is not finite at the end"),
      checkpoint: try sha256(ofFile: CheckpointOrigin(folder).path),
      testAccuracy: isFinite ? value("testAccuracy") : nil, testLoss: isFinite ? loss : nil)
  }

  /// The record of a run in a folder that could not go on.
  init(failedIn folder: String, _ failure: CellFailure) throws {
    let run = try RunFolder.open(folder)
    defer { run.close() }
    self.init(epochs: try run.history().lastEpoch() ?? 0, failure: failure)
  }
}
