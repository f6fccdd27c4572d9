import Foundation
import GRDB
import ThalwegFiles

/// The digests of a run's results: SHA-256 over a canonical dump of the tables without times.
///
/// A section is one surface, one history or the facts. Its dump lists the rows by name and position, never
/// by the order of writing; numbers enter as their 64 bits and every entry with its length, so that equal
/// digests mean equal results, bit for bit.
enum ContentDigest {
  /// The digest of each section, such as `surface test loss`, `history training`, `facts`.
  static func sections(of database: ResultDatabase) throws(StoreError) -> [String: String] {
    try database.read { database in
      var sections: [String: String] = [:]
      for row in try Row.fetchAll(database, sql: "SELECT id, name FROM surface") {
        let identifier: Int64 = try row.value(0)
        let name: String = try row.value(1)
        sections["surface \(name)"] = try digest(
          of: [
            "SELECT axis, name FROM surface_axis WHERE surface = ? ORDER BY axis",
            "SELECT axis, position, value FROM surface_coordinate WHERE surface = ? ORDER BY axis, position",
            """
            SELECT position, state, loss, standard_error, correct_count, example_count
            FROM surface_point WHERE surface = ? ORDER BY position
            """,
            """
            SELECT position, name, value FROM surface_extra WHERE surface = ? ORDER BY position, name
            """,
          ], arguments: [identifier], in: database)
      }
      for name in try String.fetchAll(database, sql: "SELECT DISTINCT series FROM history") {
        sections["history \(name)"] = try digest(
          of: [
            "SELECT epoch FROM history WHERE series = ? ORDER BY epoch",
            "SELECT epoch, name, value FROM history_value WHERE series = ? ORDER BY epoch, name",
          ], arguments: [name], in: database)
      }
      sections["facts"] = try digest(
        of: ["SELECT key, value FROM fact ORDER BY key"], arguments: [], in: database)
      return sections
    }
  }

  /// One digest over all sections.
  static func combined(_ sections: [String: String]) -> String {
    var hasher = SHA256Hasher()
    for (name, digest) in sections.sorted(by: { $0.key < $1.key }) {
      hasher.update("\(name.utf8.count) \(name) \(digest)\n")
    }
    return hasher.finish()
  }

  private static func digest(
    of queries: [String], arguments: StatementArguments, in database: Database
  ) throws -> String {
    var hasher = SHA256Hasher()
    for query in queries {
      hasher.update("table\n")
      let rows = try Row.fetchCursor(database, sql: query, arguments: arguments)
      while let row = try rows.next() {
        var text = ""
        for (_, value) in row { append(value, to: &text) }
        hasher.update(text + "\n")
      }
    }
    return hasher.finish()
  }

  private static func append(_ value: DatabaseValue, to text: inout String) {
    switch value.storage {
    case .null: text += "n "
    case .int64(let whole): text += "i\(whole) "
    case .double(let number): text += "d\(String(number.bitPattern, radix: 16)) "
    case .string(let string): text += "s\(string.utf8.count):\(string) "
    case .blob(let bytes): text += "b\(bytes.count):\(bytes.base64EncodedString()) "
    }
  }
}
