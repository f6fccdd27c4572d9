import Foundation
import GRDB
import Synchronization

/// `results.sqlite` of one run folder and, for writing, the folder's lock.
///
/// The stores of a run share this object, so that the lock is held as long as any of them can write. A
/// rollback journal (mode `DELETE`) rather than a write-ahead log keeps the results in one file that can be
/// copied; `synchronous = EXTRA` also flushes the folder after each commit, so that a committed block
/// survives a power cut.
final class ResultDatabase: Sendable {
  let path: String
  private let isWritable: Bool
  /// `nil` once closed. Calls in progress keep the connection, and with it the lock, until they end.
  private let connection: Mutex<Connection?>

  private final class Connection: Sendable {
    let queue: DatabaseQueue
    /// `nil` where the run is only read.
    let lock: FolderLock?

    init(queue: DatabaseQueue, lock: FolderLock?) {
      self.queue = queue
      self.lock = lock
    }
  }

  /// How long another process may hold the database before a call fails.
  private static let waitingSeconds = 10.0

  /// Opens the file, and creates it where it is absent or empty and `lock` is given.
  ///
  /// - Throws: ``StoreError/resultsLost(path:)`` where it is absent or empty and `mustHaveResults`.
  init(path: String, lock: FolderLock?, mustHaveResults: Bool) throws(StoreError) {
    // SQLite would take a relative path that begins with `file:` for an address.
    let file = path.hasPrefix("/") ? path : "./" + path
    let exists = FileManager.default.fileExists(atPath: path)
    if mustHaveResults && !exists { throw .resultsLost(path: path) }
    guard lock != nil || exists else {
      throw .unreadable(path: path, reason: "there is no such file")
    }
    self.path = path
    isWritable = lock != nil
    do {
      let queue = try Self.openQueue(file, isReadOnly: lock == nil)
      connection = Mutex(Connection(queue: queue, lock: lock))
    } catch {
      throw Self.storeError(error, path: path)
    }
    try prepareLayout(mustHaveResults: mustHaveResults)
  }

  /// Runs `body` on one consistent state of the database.
  func read<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
    try perform { try $0.read(body) }
  }

  /// Runs `body` in one transaction, which is durable when this returns and leaves nothing when it throws.
  func write<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
    guard isWritable else { throw .openedForReading(path: path) }
    return try perform { try $0.write(body) }
  }

  /// Closes the file and gives the lock back.
  func close() {
    connection.withLock { $0 = nil }
  }

  /// Whether ``close()`` has been called.
  var isClosed: Bool { connection.withLock { $0 == nil } }

  private func perform<Value>(_ body: (DatabaseQueue) throws -> Value) throws(StoreError) -> Value {
    guard let open = connection.withLock({ $0 }) else { throw .closed(path: path) }
    do {
      // The connection, not only its queue, has to live until the end.
      return try withExtendedLifetime(open) { try body(open.queue) }
    } catch {
      throw Self.storeError(error, path: path)
    }
  }

  // MARK: - Opening

  private static func openQueue(_ file: String, isReadOnly: Bool) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.busyMode = .timeout(waitingSeconds)
    configuration.prepareDatabase { database in
      // Sorting and rollback must not need space in a temporary folder.
      try database.execute(sql: "PRAGMA temp_store = MEMORY; PRAGMA synchronous = EXTRA")
    }
    guard isReadOnly else { return try DatabaseQueue(path: file, configuration: configuration) }
    configuration.readonly = true
    do {
      let queue = try DatabaseQueue(path: file, configuration: configuration)
      _ = try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_schema") }
      return queue
    } catch let error as DatabaseError
      where error.resultCode == .SQLITE_READONLY || error.resultCode == .SQLITE_CANTOPEN
    {
      // A run that was killed in a transaction has a journal to roll back, which changes the file.
      configuration.readonly = false
      return try DatabaseQueue(path: file, configuration: configuration)
    }
  }

  private func prepareLayout(mustHaveResults: Bool) throws(StoreError) {
    let (application, layout, isEmpty) = try read { database in
      (
        try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0,
        try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0,
        try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") == 0
      )
    }
    if application == 0 && layout == 0 && isEmpty {
      if mustHaveResults { throw .resultsLost(path: path) }
      guard isWritable else {
        throw .unreadable(path: path, reason: "it is empty; the run was interrupted when it began")
      }
      try write { try $0.execute(sql: ResultSchema.statements) }
      return
    }
    guard application == ResultSchema.applicationIdentifier else {
      throw .foreignDatabase(path: path, reason: "it is the database of another program")
    }
    guard layout == ResultSchema.layout else {
      throw .unsupportedLayout(path: path, found: layout, supported: ResultSchema.layout)
    }
    let verdict = try read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
    guard verdict == "ok" else {
      throw .damagedDatabase(path: path, reason: verdict ?? "it cannot be checked")
    }
    guard isWritable else { return }
    try perform { queue in
      try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
    }
  }

  // MARK: - Errors

  private static func storeError(_ error: any Error, path: String) -> StoreError {
    if let error = error as? StoreError { return error }
    guard let error = error as? DatabaseError else {
      return .database(path: path, reason: "\(error)")
    }
    let message = error.message ?? "error \(error.extendedResultCode.rawValue)"
    switch error.resultCode {
    case .SQLITE_FULL: return .diskFull(path: path)
    case .SQLITE_READONLY, .SQLITE_PERM: return .notWritable(path: path)
    case .SQLITE_NOTADB: return .foreignDatabase(path: path, reason: message)
    case .SQLITE_CORRUPT: return .damagedDatabase(path: path, reason: message)
    case .SQLITE_BUSY, .SQLITE_LOCKED: return .busy(path: path)
    case .SQLITE_IOERR, .SQLITE_CANTOPEN:
      // SQLite does not say that a journal could not be made for want of space.
      var space = statvfs()
      let isFull = statvfs(path, &space) == 0 && (space.f_bavail == 0 || space.f_favail == 0)
      if isFull && space.f_files > 0 { return .diskFull(path: path) }
      let folder = (path as NSString).deletingLastPathComponent
      if access(folder.isEmpty ? "." : folder, W_OK) != 0 { return .notWritable(path: path) }
      return .database(path: path, reason: message)
    default: return .database(path: path, reason: message)
    }
  }
}

extension Row {
  /// The value of a column; a stored value of another kind is an error, where GRDB's subscript would trap.
  func value<Value: DatabaseValueConvertible>(_ column: Int) throws -> Value {
    guard let value = Value.fromDatabaseValue(self[column] as DatabaseValue) else {
      throw StoreError.unreadable(
        path: "results.sqlite", reason: "column \(columnNames.dropFirst(column).first ?? "?") of \(self)")
    }
    return value
  }

  /// The value of a column that may be `NULL`.
  func optionalValue<Value: DatabaseValueConvertible>(_ column: Int) throws -> Value? {
    (self[column] as DatabaseValue).isNull ? nil : try value(column)
  }
}
