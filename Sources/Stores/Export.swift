import Foundation

extension SurfaceStore {
  /// The surface as comma-separated values: a head, then one line per point in the order of positions.
  ///
  /// Columns: the axes' coordinates, `state`, `loss`, `standard_error`, `correct_count`, `example_count`,
  /// and the further values by name. What is not known is empty; numbers have as many digits as needed to
  /// read back to the same bits.
  public func csv() throws(StoreError) -> String {
    let points = try allPoints()
    let extras = Self.extraNames(of: points)
    var table = TextTable(
      columns: grid.axes.map(\.name)
        + ["state", "loss", "standard_error", "correct_count", "example_count"] + extras)
    for point in points {
      var cells = grid.coordinates(of: point.position).map { "\($0)" }
      cells += [point.state.rawValue, TextTable.cell(point.loss), TextTable.cell(point.standardError)]
      cells += [point.correctCount, point.exampleCount].map { $0.map { "\($0)" } ?? "" }
      cells += extras.map { TextTable.cell(point.extra[$0]) }
      table.append(cells)
    }
    return table.text
  }

  /// The surface as JSON: `name`, `axes`, `shape`, and a list per quantity in the order of positions.
  ///
  /// Holes are `null`; there is no NaN. A quantity that no point has is left out.
  public func json() throws(StoreError) -> JSONValue {
    let points = try allPoints()
    func column(_ value: (SurfacePoint) -> JSONValue?) -> JSONValue {
      .array(points.map { value($0) ?? .null })
    }
    var fields: [String: JSONValue] = [
      "name": .string(name),
      "axes": grid.json,
      "shape": .array(grid.shape.map { .integer(Int128($0)) }),
      "state": column { .string($0.state.rawValue) },
      "loss": column { JSONValue(finite: $0.loss) },
    ]
    if points.contains(where: { $0.standardError != nil }) {
      fields["standardError"] = column { JSONValue(finite: $0.standardError) }
    }
    if points.contains(where: { $0.correctCount != nil }) {
      fields["correctCount"] = column { $0.correctCount.map { .integer(Int128($0)) } }
    }
    if points.contains(where: { $0.exampleCount != nil }) {
      fields["exampleCount"] = column { $0.exampleCount.map { .integer(Int128($0)) } }
    }
    let extras = Self.extraNames(of: points)
    if !extras.isEmpty {
      fields["extra"] = .object(
        Dictionary(
          uniqueKeysWithValues: extras.map { name in (name, column { JSONValue(finite: $0.extra[name]) }) }))
    }
    return .object(fields)
  }

  /// Writes ``csv()`` to a file, in place of an earlier one.
  public func exportCSV(to path: String) throws(StoreError) {
    try replaceFile(path, text: try csv())
  }

  /// Writes ``json()`` to a file, in place of an earlier one.
  public func exportJSON(to path: String) throws(StoreError) {
    try replaceFile(path, text: try json().indentedText + "\n")
  }

  private static func extraNames(of points: [SurfacePoint]) -> [String] {
    points.reduce(into: Set<String>()) { $0.formUnion($1.extra.keys) }.sorted()
  }
}

extension HistoryStore {
  /// The history as comma-separated values: `epoch`, the values by name, then the durations by name with
  /// `_seconds` appended. What is not known, a NaN too, is empty.
  public func csv() throws(StoreError) -> String {
    let entries = try entries()
    let (values, durations) = Self.names(of: entries)
    var table = TextTable(columns: ["epoch"] + values + durations.map { $0 + "_seconds" })
    for entry in entries {
      var cells = ["\(entry.epoch)"]
      cells += values.map { TextTable.cell(entry.values[$0]) }
      cells += durations.map { TextTable.cell(entry.durations[$0]) }
      table.append(cells)
    }
    return table.text
  }

  /// The history as JSON: `name`, `epoch`, and below `values` and `durations` a list per name. Values that
  /// are absent or not finite are `null`.
  public func json() throws(StoreError) -> JSONValue {
    let entries = try entries()
    let (values, durations) = Self.names(of: entries)
    func columns(_ names: [String], _ value: (HistoryEntry, String) -> Double?) -> JSONValue {
      .object(
        Dictionary(
          uniqueKeysWithValues: names.map { name in
            (name, .array(entries.map { JSONValue(finite: value($0, name)) }))
          }))
    }
    return [
      "name": .string(name),
      "epoch": .array(entries.map { .integer(Int128($0.epoch)) }),
      "values": columns(values) { $0.values[$1] },
      "durations": columns(durations) { $0.durations[$1] },
    ]
  }

  /// Writes ``csv()`` to a file, in place of an earlier one.
  public func exportCSV(to path: String) throws(StoreError) {
    try replaceFile(path, text: try csv())
  }

  /// Writes ``json()`` to a file, in place of an earlier one.
  public func exportJSON(to path: String) throws(StoreError) {
    try replaceFile(path, text: try json().indentedText + "\n")
  }

  private static func names(of entries: [HistoryEntry]) -> (values: [String], durations: [String]) {
    (
      entries.reduce(into: Set<String>()) { $0.formUnion($1.values.keys) }.sorted(),
      entries.reduce(into: Set<String>()) { $0.formUnion($1.durations.keys) }.sorted()
    )
  }
}

extension JSONValue {
  /// The number, or `null` where there is none that JSON can hold.
  init(finite value: Double?) {
    self = value.flatMap { $0.isFinite ? .number($0) : nil } ?? .null
  }
}

/// Comma-separated values as RFC 4180 has them, with line feeds.
struct TextTable {
  private(set) var text = ""

  init(columns: [String]) { append(columns) }

  mutating func append(_ cells: [String]) {
    text += cells.map(Self.quoted).joined(separator: ",") + "\n"
  }

  /// The shortest text that reads back to the same bits; `inf` and `-inf`; empty for NaN and `nil`.
  static func cell(_ value: Double?) -> String {
    value.flatMap { $0.isNaN ? nil : "\($0)" } ?? ""
  }

  private static func quoted(_ cell: String) -> String {
    guard cell.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return cell }
    return "\"" + cell.replacing("\"", with: "\"\"") + "\""
  }
}
