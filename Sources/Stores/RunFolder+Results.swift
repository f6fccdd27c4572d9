import GRDB

extension RunFolder {
  /// The surface of this name over exactly these axes; all points are pending if it is new.
  ///
  /// - Throws: ``StoreError/axesMismatch(surface:difference:)`` where the surface is stored with other axes;
  ///   ``StoreError/openedForReading(path:)`` where it is new and the run was opened for reading.
  public func surface(named name: String, axes: [SurfaceAxis]) throws(StoreError) -> SurfaceStore {
    try SurfaceStore(name: name, grid: SurfaceGrid(axes: axes), in: database)
  }

  /// The stored surface of this name.
  ///
  /// - Throws: ``StoreError/noSurface(name:)`` where there is none.
  public func surface(named name: String) throws(StoreError) -> SurfaceStore {
    guard let store = try SurfaceStore(existing: name, in: database) else { throw .noSurface(name: name) }
    return store
  }

  /// The names of the stored surfaces, sorted.
  public func surfaceNames() throws(StoreError) -> [String] {
    try database.read { try String.fetchAll($0, sql: "SELECT name FROM surface ORDER BY name") }
  }

  /// The history of this name; it needs no creation.
  public func history(named name: String = "training") -> HistoryStore {
    HistoryStore(name: name, database: database)
  }

  /// The names of the histories that have entries, sorted.
  public func historyNames() throws(StoreError) -> [String] {
    try database.read { try String.fetchAll($0, sql: "SELECT DISTINCT series FROM history ORDER BY series") }
  }

  /// Named values beside the results.
  public var facts: Facts { Facts(database: database) }

  /// SHA-256 over surfaces, histories and facts, without times and circumstances, in hexadecimal digits.
  ///
  /// Two runs have equal digests exactly when their results agree in every bit. It does not depend on the
  /// order in which the results were written, nor on interruptions.
  public func contentDigest() throws(StoreError) -> String {
    ContentDigest.combined(try contentDigests())
  }

  /// The digest of each surface (`surface NAME`), each history (`history NAME`) and of `facts`.
  public func contentDigests() throws(StoreError) -> [String: String] {
    try ContentDigest.sections(of: database)
  }

  /// Compares this run with `other`, field by field and result by result.
  public func compared(with other: RunFolder) throws(StoreError) -> RunComparison {
    let mine = try contentDigests()
    let theirs = try other.contentDigests()
    return RunComparison(
      identityDifferences: runDescription.identityDifferences(from: other.runDescription),
      differingSections: Set(mine.keys).union(theirs.keys).filter { mine[$0] != theirs[$0] }.sorted())
  }
}

/// In what two runs differ.
public struct RunComparison: Equatable, Sendable {
  /// The fields of the identities that differ; the second run's value is the expected one.
  public let identityDifferences: [FieldDifference]
  /// The results that differ or that one run lacks, named as in ``RunFolder/contentDigests()``.
  public let differingSections: [String]

  /// Whether the results agree in every bit.
  public var haveEqualContent: Bool { differingSections.isEmpty }
}
