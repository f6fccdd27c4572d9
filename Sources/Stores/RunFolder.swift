import Foundation
import Synchronization

/// A folder with everything that one run leaves behind.
///
/// | name | content |
/// | --- | --- |
/// | `run.json` | what the run is: ``RunDescription`` and ``RunTimes`` |
/// | `checkpoints/` | parameters, one file for each stored epoch |
/// | `results.sqlite` | surfaces, histories, facts |
/// | `figures/` | drawings |
/// | `run.lock` | excludes a second writer |
///
/// The folder can be copied or moved while nobody writes it, also after a kill (a file
/// `results.sqlite-journal` then belongs to it). A run that was killed is opened again with
/// ``openOrCreate(_:_:)``, does what is still pending, and ends with the same ``contentDigest()`` as one that
/// ran through.
///
/// ```swift
/// let run = try RunFolder.openOrCreate("runs/resnet20", description)
/// let surface = try run.surface(named: "test loss", axes: [x, y])
/// // … write blocks for surface.pendingPoints() …
/// try run.finish()
/// ```
public final class RunFolder: Sendable {
  /// What a run is opened for.
  public enum Purpose: Sendable {
    /// Any number of readers, also beside a writer. Takes no lock and needs no right to write.
    case reading
    /// One writer at a time.
    case writing
  }

  /// The folder's path as given.
  public let path: String
  /// What the run was opened for.
  public let purpose: Purpose

  let database: ResultDatabase
  private let record: Mutex<RunRecord>

  private init(path: String, purpose: Purpose, record: RunRecord, lock: FolderLock?) throws(StoreError) {
    self.path = path
    self.purpose = purpose
    self.record = Mutex(record)
    database = try ResultDatabase(
      path: RunLayout.database(path), lock: lock, mustHaveResults: record.needsResults)
  }

  // MARK: - Opening

  /// Makes a new run folder. The folder may exist if it is empty.
  ///
  /// - Throws: ``StoreError/alreadyExists(path:)`` for a run folder,
  ///   ``StoreError/notARunFolder(path:found:)`` for a folder with anything else in it, or the system's
  ///   refusal.
  public static func create(_ path: String, _ description: RunDescription) throws(StoreError) -> RunFolder {
    guard try !RunLayout.holdsRun(path) else { throw .alreadyExists(path: path) }
    try makeFolder(path)
    let lock = try FolderLock(file: RunLayout.lock(path), folder: path)
    // Looked at again under the lock: another process may have been faster.
    guard try !RunLayout.holdsRun(path) else { throw .alreadyExists(path: path) }
    var record = RunRecord(
      description: description, times: RunTimes(started: timestamp(), resumed: [], finished: nil))
    // Written first: a kill between this and the database leaves a run with everything still to do.
    try record.write(RunLayout.record(path))
    let run = try prepared(path, record: record, lock: lock)
    record.hasResults = true
    try run.replaceRecord(record)
    return run
  }

  /// Opens an existing run folder.
  ///
  /// - Throws: ``StoreError/noRun(path:)`` where there is none, ``StoreError/locked(path:processIdentifier:)``
  ///   where it is to be written and another process does so, or what is wrong with its files.
  public static func open(_ path: String, for purpose: Purpose = .reading) throws(StoreError) -> RunFolder {
    guard let seen = try RunRecord.read(RunLayout.record(path)) else { throw .noRun(path: path) }
    switch purpose {
    case .reading: return try RunFolder(path: path, purpose: .reading, record: seen, lock: nil)
    case .writing: return try resume(path, expected: nil)
    }
  }

  /// Opens the run of this description for writing, or makes it.
  ///
  /// - Throws: ``StoreError/identityMismatch(path:difference:)`` where the folder holds a run with another
  ///   identity; the error names the first differing field. The folder is left as it was. Otherwise as
  ///   ``create(_:_:)`` and ``open(_:for:)``.
  public static func openOrCreate(
    _ path: String, _ description: RunDescription
  ) throws(StoreError) -> RunFolder {
    guard try RunLayout.holdsRun(path) else { return try create(path, description) }
    // Read before the lock's file is made: a foreign run.json is an error that writes nothing.
    _ = try RunRecord.read(RunLayout.record(path))
    return try resume(path, expected: description)
  }

  private static func resume(_ path: String, expected: RunDescription?) throws(StoreError) -> RunFolder {
    let lock = try FolderLock(file: RunLayout.lock(path), folder: path)
    guard var record = try RunRecord.read(RunLayout.record(path)) else { throw .noRun(path: path) }
    if let difference = expected.flatMap({ record.description.identityDifferences(from: $0).first }) {
      throw .identityMismatch(path: path, difference: difference)
    }
    try RunLayout.removeLeftovers(path)
    let run = try prepared(path, record: record, lock: lock)
    record.times.resumed.append(timestamp())
    record.times.finished = nil
    record.hasResults = true
    try run.replaceRecord(record)
    return run
  }

  private static func prepared(
    _ path: String, record: RunRecord, lock: FolderLock
  ) throws(StoreError) -> RunFolder {
    try makeFolder(RunLayout.checkpoints(path))
    try makeFolder(RunLayout.figures(path))
    return try RunFolder(path: path, purpose: .writing, record: record, lock: lock)
  }

  // MARK: - The record

  /// What the run is.
  public var runDescription: RunDescription { record.withLock { $0.description } }

  /// When the run was worked on.
  public var times: RunTimes { record.withLock { $0.times } }

  /// Notes in `run.json` that the run is complete.
  public func finish() throws(StoreError) {
    var changed = record.withLock { $0 }
    changed.times.finished = timestamp()
    try replaceRecord(changed)
  }

  /// Closes the database and gives the lock back. Later calls fail with ``StoreError/closed(path:)``.
  ///
  /// Without this call both happen when the last reference to the run and its stores is gone.
  public func close() {
    database.close()
  }

  private func replaceRecord(_ changed: RunRecord) throws(StoreError) {
    guard purpose == .writing else { throw .openedForReading(path: path) }
    guard !database.isClosed else { throw .closed(path: path) }
    try changed.write(RunLayout.record(path))
    record.withLock { $0 = changed }
  }

  // MARK: - Files

  /// The path of a checkpoint's file; the folder exists.
  public func checkpointPath(epoch: Int) -> String {
    RunLayout.checkpoint(path, epoch: epoch)
  }

  /// The epochs of the checkpoints in the folder, in ascending order.
  public func checkpointEpochs() throws(StoreError) -> [Int] {
    try (names(inFolder: RunLayout.checkpoints(path)) ?? []).compactMap(RunLayout.epoch).sorted()
  }

  /// The path of the file of a checkpoint that has a name of its own, such as `peak`; the folder exists.
  ///
  /// - Parameter name: Letters, digits and hyphens; it doesn't begin with `epoch-`.
  public func checkpointPath(named name: String) -> String {
    RunLayout.checkpoint(path, named: name)
  }

  /// The names of the checkpoints that stand for no epoch, sorted.
  public func checkpointNames() throws(StoreError) -> [String] {
    try (names(inFolder: RunLayout.checkpoints(path)) ?? []).compactMap(RunLayout.name).sorted()
  }

  /// The path of a figure's file, such as `surface.svg`; the folder exists.
  public func figurePath(_ name: String) -> String {
    RunLayout.figures(path) + "/" + name
  }
}
