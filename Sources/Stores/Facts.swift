import GRDB

/// Whether a fact must come out the same when the run is repeated.
public enum FactKind: Sendable, CaseIterable {
  /// Part of the results: the cosine of two axes, the norm of each layer, a hash.
  case result
  /// Depends on machine and moment: peak memory, speed. Not part of the content digest.
  case circumstance

  var table: String {
    switch self {
    case .result: "fact"
    case .circumstance: "circumstance"
    }
  }
}

/// Small named values beside the results, most of them reasons to trust these: what the axes are, how batch
/// normalisation was treated, what was hashed.
public struct Facts: Sendable {
  let database: ResultDatabase

  /// Stores `value` under `key` in place of an earlier value.
  public func set(_ key: String, to value: JSONValue, as kind: FactKind = .result) throws(StoreError) {
    try set([key: value], as: kind)
  }

  /// Stores several values in one transaction.
  public func set(_ values: [String: JSONValue], as kind: FactKind = .result) throws(StoreError) {
    try database.write { database in
      for (key, value) in values {
        try database.execute(
          sql: "INSERT OR REPLACE INTO \(kind.table) (key, value) VALUES (?, ?)",
          arguments: [key, value.canonicalText])
      }
    }
  }

  /// The value under `key`; `nil` where there is none.
  public func value(_ key: String, as kind: FactKind = .result) throws(StoreError) -> JSONValue? {
    try database.read { database in
      try Row.fetchOne(
        database, sql: "SELECT value FROM \(kind.table) WHERE key = ?", arguments: [key]
      ).map { try JSONValue(parsing: try $0.value(0)) }
    }
  }

  /// All values of a kind.
  public func all(_ kind: FactKind = .result) throws(StoreError) -> [String: JSONValue] {
    try database.read { database in
      var values: [String: JSONValue] = [:]
      for row in try Row.fetchAll(database, sql: "SELECT key, value FROM \(kind.table)") {
        values[try row.value(0)] = try JSONValue(parsing: try row.value(1))
      }
      return values
    }
  }

  /// Removes the value under `key`, if there is one.
  public func remove(_ key: String, as kind: FactKind = .result) throws(StoreError) {
    try database.write { database in
      try database.execute(sql: "DELETE FROM \(kind.table) WHERE key = ?", arguments: [key])
    }
  }
}
