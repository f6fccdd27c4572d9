import GRDB

/// What training reports after one epoch.
public struct HistoryEntry: Codable, Equatable, Sendable {
  /// The number of epochs done.
  public var epoch: Int
  /// Results by name, such as `trainLoss`. A diverged run's NaN is kept as NaN.
  public var values: [String: Double]
  /// Durations in seconds by name; not part of the results.
  public var durations: [String: Double]

  /// An entry for `epoch`.
  public init(epoch: Int, values: [String: Double], durations: [String: Double] = [:]) {
    self.epoch = epoch
    self.values = values
    self.durations = durations
  }
}

/// A series of entries with ascending epochs: the course of a training.
///
/// Each entry is one transaction. Store the entry of an epoch before or after its checkpoint, as you like:
/// whoever resumes from the checkpoint of epoch `k` first calls ``truncate(after:)`` with `k` and then
/// repeats the later epochs.
public struct HistoryStore: Sendable {
  /// The series' name within the run.
  public let name: String
  let database: ResultDatabase

  /// Adds an entry, whose epoch must be later than all stored ones.
  ///
  /// - Throws: ``StoreError/invalidValue(place:reason:)`` where the epoch is not later, or the error of the
  ///   database. Nothing is stored then.
  public func append(_ entry: HistoryEntry) throws(StoreError) {
    try database.write { database in
      if let last = try Self.lastEpoch(of: name, in: database), last >= entry.epoch {
        throw StoreError.invalidValue(
          place: "epoch \(entry.epoch) of history '\(name)'", reason: "epoch \(last) is stored already")
      }
      try database.execute(
        sql: "INSERT INTO history (series, epoch) VALUES (?, ?)", arguments: [name, entry.epoch])
      for (key, value) in entry.values {
        try database.execute(
          sql: "INSERT INTO history_value (series, epoch, name, value) VALUES (?, ?, ?, ?)",
          arguments: [name, entry.epoch, key, value])
      }
      for (key, seconds) in entry.durations {
        try database.execute(
          sql: "INSERT INTO history_time (series, epoch, name, seconds) VALUES (?, ?, ?, ?)",
          arguments: [name, entry.epoch, key, seconds])
      }
    }
  }

  /// All entries by ascending epoch.
  public func entries() throws(StoreError) -> [HistoryEntry] {
    try database.read { database in
      var entries: [Int: HistoryEntry] = [:]
      let epochs = try Row.fetchAll(
        database, sql: "SELECT epoch FROM history WHERE series = ?", arguments: [name])
      for row in epochs {
        let epoch: Int = try row.value(0)
        entries[epoch] = HistoryEntry(epoch: epoch, values: [:])
      }
      let values = try Row.fetchCursor(
        database, sql: "SELECT epoch, name, value FROM history_value WHERE series = ?", arguments: [name])
      while let row = try values.next() {
        // SQLite keeps a NaN as NULL.
        entries[try row.value(0)]?.values[try row.value(1)] = try row.optionalValue(2) ?? .nan
      }
      let durations = try Row.fetchCursor(
        database, sql: "SELECT epoch, name, seconds FROM history_time WHERE series = ?", arguments: [name])
      while let row = try durations.next() {
        entries[try row.value(0)]?.durations[try row.value(1)] = try row.optionalValue(2) ?? .nan
      }
      return entries.values.sorted { $0.epoch < $1.epoch }
    }
  }

  /// The latest stored epoch; `nil` for an empty series.
  public func lastEpoch() throws(StoreError) -> Int? {
    try database.read { try Self.lastEpoch(of: name, in: $0) }
  }

  /// Removes the entries of all epochs later than `epoch`.
  public func truncate(after epoch: Int) throws(StoreError) {
    try database.write { database in
      for table in ["history", "history_value", "history_time"] {
        try database.execute(
          sql: "DELETE FROM \(table) WHERE series = ? AND epoch > ?", arguments: [name, epoch])
      }
    }
  }

  private static func lastEpoch(of name: String, in database: Database) throws -> Int? {
    try Int.fetchOne(database, sql: "SELECT max(epoch) FROM history WHERE series = ?", arguments: [name])
  }
}
