import ThalwegFigures
import ThalwegStores

/// A figure that a run keeps beside its results, since they alone don't suffice to draw it again.
protocol StoredFigure: Figure {
  /// The figure's numbers and texts.
  var json: JSONValue { get }
  /// The figure that was stored.
  ///
  /// - Throws: ``NotDrawable`` where it is none.
  init(_ json: JSONValue, path: String) throws(NotDrawable)
}

/// Under which names runs keep figures.
enum StoredFigureKey {
  static func of(_ name: String) -> String { "figure \(name)" }
}

/// Reads a stored figure's fields, and checks what figures demand.
struct StoredFields {
  let json: JSONValue
  let path: String

  func failure(_ field: String) -> NotDrawable {
    NotDrawable(path: path, found: "a stored figure with another “\(field)”", expected: "one that this program wrote")
  }

  func text(_ field: String) throws(NotDrawable) -> String {
    guard let text = json[field]?.stringValue else { throw failure(field) }
    return text
  }

  func flag(_ field: String) throws(NotDrawable) -> Bool {
    guard case .bool(let value)? = json[field] else { throw failure(field) }
    return value
  }

  func list(_ field: String) throws(NotDrawable) -> [StoredFields] {
    guard case .array(let items)? = json[field] else { throw failure(field) }
    return items.map { StoredFields(json: $0, path: path) }
  }

  /// Numbers; `null` is NaN.
  func numbers(_ field: String) throws(NotDrawable) -> [Double] {
    guard case .array(let items)? = json[field] else { throw failure(field) }
    return items.map { $0.doubleValue ?? .nan }
  }

  /// Eigenvalues: finite and, if asked, ascending.
  func places(_ field: String, ascending: Bool) throws(NotDrawable) -> [Double] {
    let values = try numbers(field)
    guard values.allSatisfy({ abs($0) <= 1e300 }), !ascending || zip(values, values.dropFirst()).allSatisfy(<=) else {
      throw failure(field)
    }
    return values
  }

  /// A positive number, or none.
  func positive(_ field: String) throws(NotDrawable) -> Double? {
    guard let value = json[field]?.doubleValue else { return nil }
    guard value >= 1e-300, value <= 1e300 else { throw failure(field) }
    return value
  }
}

extension SpectrumFigure: StoredFigure {
  var json: JSONValue {
    func numbers(_ values: [Double]?) -> JSONValue { .array((values ?? []).map { .number($0) }) }
    return .object([
      "title": .string(title), "caption": .string(caption), "logarithmic": .bool(isSymmetricLogarithmicAxis),
      "lowestDensity": lowestDensity.map { .number($0) } ?? .null,
      "series": .array(
        series.map { series in
          .object([
            "label": .string(series.label), "positions": numbers(series.positions), "density": numbers(series.density),
            "lower": numbers(series.lower), "upper": numbers(series.upper),
            "marks": numbers(series.marks.map(\.position)),
            "markLabels": .array(series.marks.map { .string($0.label ?? "") }),
          ])
        }),
    ])
  }

  init(_ json: JSONValue, path: String) throws(NotDrawable) {
    let fields = StoredFields(json: json, path: path)
    let series = try fields.list("series").map { fields throws(NotDrawable) in
      let positions = try fields.places("positions", ascending: true)
      let (density, lower, upper) = (
        try fields.numbers("density"), try fields.numbers("lower"), try fields.numbers("upper")
      )
      let marks = try fields.places("marks", ascending: false)
      let labels = try fields.list("markLabels").map { $0.json.stringValue ?? "" }
      guard density.count == positions.count, lower.count == upper.count, [0, density.count].contains(lower.count),
        labels.count == marks.count
      else { throw fields.failure("density") }
      return SpectrumSeries(
        label: try fields.text("label"), positions: positions, density: density, lower: lower.isEmpty ? nil : lower,
        upper: upper.isEmpty ? nil : upper,
        marks: zip(marks, labels).map { SpectrumMark(position: $0, label: $1.isEmpty ? nil : $1) })
    }
    guard !series.isEmpty else { throw fields.failure("series") }
    self.init(
      title: try fields.text("title"), caption: try fields.text("caption"), series: series,
      isSymmetricLogarithmicAxis: try fields.flag("logarithmic"), lowestDensity: try fields.positive("lowestDensity"))
  }
}

extension RidgeFigure: StoredFigure {
  var json: JSONValue {
    func numbers(_ values: [Double]) -> JSONValue { .array(values.map { .number($0) }) }
    return .object([
      "title": .string(title), "caption": .string(caption), "logarithmic": .bool(isSymmetricLogarithmicAxis),
      "lowestDensity": lowestDensity.map { .number($0) } ?? .null, "rowHeading": .string(rowHeading),
      "rows": .array(
        rows.map { row in
          .object([
            "label": .string(row.label), "positions": numbers(row.positions), "density": numbers(row.density),
            "marks": numbers(row.marks),
          ])
        }),
    ])
  }

  init(_ json: JSONValue, path: String) throws(NotDrawable) {
    let fields = StoredFields(json: json, path: path)
    let rows = try fields.list("rows").map { fields throws(NotDrawable) in
      let positions = try fields.places("positions", ascending: true)
      let density = try fields.numbers("density")
      guard density.count == positions.count else { throw fields.failure("density") }
      return RidgeRow(
        label: try fields.text("label"), positions: positions, density: density,
        marks: try fields.places("marks", ascending: false))
    }
    guard !rows.isEmpty else { throw fields.failure("rows") }
    self.init(
      title: try fields.text("title"), caption: try fields.text("caption"), rows: rows,
      rowHeading: try fields.text("rowHeading"), isSymmetricLogarithmicAxis: try fields.flag("logarithmic"),
      lowestDensity: try fields.positive("lowestDensity"))
  }
}
