import Foundation
import ThalwegFiles
import ThalwegStores

/// What a run found and what the result rests on, for people: `report.md`, and `report.html` with the pictures inside.
///
/// Everything is read from the run's folder but for the lines that the run says anyway, whose first 13 columns are a name.
struct RunReport {
  /// A picture and its place.
  struct Picture {
    let name: String
    let path: String
  }

  /// A table with a heading.
  struct Table {
    let heading: String
    let columns: [String]
    let rows: [[String]]
  }

  let title: String
  /// How to read the result, in words.
  let reading: String
  /// What stands between paragraphs of words.
  static let paragraphBreak = "\n\n"
  /// What was found, by name.
  let findings: [[String]]
  /// What was found, in tables.
  let results: [Table]
  /// What the result rests on, by name.
  let basis: [[String]]
  /// Further tables, for example of layers.
  let tables: [Table]
  let pictures: [Picture]
  /// The command that makes the result again.
  let command: String

  /// The report of the run in `folder`.
  ///
  /// - Parameters:
  ///   - title: The heading.
  ///   - reading: How to read the result, in a few sentences or paragraphs.
  ///   - findings: What was found, as the command says it.
  ///   - plan: What was to be done, as the command says it.
  ///   - results: What was found, in tables.
  ///   - tables: Further tables.
  init(
    of folder: RunFolder, title: String, reading: String, findings: [String], plan: [String], results: [Table] = [],
    tables: [Table] = []
  ) throws {
    self.title = title
    self.reading = reading
    self.findings = Self.rows(findings)
    let run = folder.runDescription
    var basis = Self.rows(plan)
    // A hash that the plan says already needs no second row.
    basis += run.hashes.filter { hash in !plan.contains { $0.contains(hash.value) } }.sorted { $0.key < $1.key }
      .map { ["SHA-256", "\($0.key): \($0.value)"] }
    basis += run.seeds.sorted { $0.key < $1.key }.map { ["seed", "\($0.key): \($0.value)"] }
    if let text = run.options["precision"]?.stringValue { basis.append(["precision", text]) }
    let circumstances = try folder.facts.all(.circumstance)
    if let threads = circumstances["threads"]?.doubleValue ?? run.settings["threads"]?.doubleValue {
      basis.append(["threads", fixed(threads, 0)])
    }
    if let bytes = circumstances["peakMemoryBytes"]?.doubleValue {
      basis.append(["peak memory", byteText(Int(bytes))])
    }
    basis.append(["versions", Self.list(run.versions)])
    basis.append(["machine", Self.list(run.machine)])
    basis.append(["started", folder.times.started])
    self.basis = basis
    self.results = results
    self.tables = tables
    pictures = try Self.pictures(in: folder.path)
    // Where the program lies is nobody else's concern.
    let program = run.commandLine.first.map { [URL(fileURLWithPath: $0).lastPathComponent] } ?? []
    command = Self.shellText(program + run.commandLine.dropFirst())
  }

  /// Writes both forms into the run's folder.
  func write(to folder: RunFolder) throws {
    try atomicWrite(folder.path + "/report.md", markdown)
    try atomicWrite(folder.path + "/report.html", try html(in: folder.path))
  }

  // MARK: - Content

  /// Lines with a name in their first 13 columns; those without belong to the one before.
  private static func rows(_ lines: [String]) -> [[String]] {
    var rows: [[String]] = []
    for line in lines {
      let name = line.prefix(13).trimmingCharacters(in: .whitespaces)
      let text = line.dropFirst(13).trimmingCharacters(in: .whitespaces)
      if line.count > 13, line.dropFirst(12).first == " ", !name.contains("  ") {
        rows.append([name, text])
      } else {
        rows.append(["", line.trimmingCharacters(in: .whitespaces)])
      }
    }
    return rows
  }

  private static func list(_ values: [String: String]) -> String {
    values.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
  }

  /// Every figure once, as SVG where there is one, the main ones first.
  private static func pictures(in folder: String) throws -> [Picture] {
    let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder + "/figures")) ?? []).sorted()
    var byName: [String: String] = [:]
    for file in files {
      guard let dot = file.lastIndex(of: "."), ["svg", "png"].contains(file[file.index(after: dot)...]) else {
        continue
      }
      let name = String(file[..<dot])
      if byName[name]?.hasSuffix(".svg") != true { byName[name] = "figures/" + file }
    }
    let first = [
      "contours", "contour", "surface", "slices", "slice", "path", "trajectory", "spectrum", "ridges", "ends",
      "differences", "training",
    ]
    func rank(_ name: String) -> Int { first.firstIndex(of: name) ?? first.count }
    return byName.sorted { (rank($0.key), $0.key) < (rank($1.key), $1.key) }.map {
      Picture(name: $0.key, path: $0.value)
    }
  }

  /// A command line that a shell takes apart again.
  private static func shellText(_ words: [String]) -> String {
    words.map { word in
      let isPlain = !word.isEmpty && word.allSatisfy { $0.isLetter || $0.isNumber || "-_./:=,+@%".contains($0) }
      return isPlain ? word : "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
    }.joined(separator: " ")
  }

  // MARK: - Markdown

  private var markdown: String {
    var lines = ["# \(Self.escaped(title))", "", Self.escaped(reading), ""]
    for picture in pictures { lines += ["![\(picture.name)](\(picture.path))", ""] }
    lines += Self.markdown(Table(heading: "What was found", columns: ["", ""], rows: findings))
    for table in results { lines += Self.markdown(table) }
    lines += Self.markdown(Table(heading: "What it rests on", columns: ["", ""], rows: basis))
    for table in tables { lines += Self.markdown(table) }
    if !command.isEmpty { lines += ["## To make it again", "", "```", command, "```", ""] }
    return lines.joined(separator: "\n")
  }

  private static func markdown(_ table: Table) -> [String] {
    guard !table.rows.isEmpty else { return [] }
    func row(_ cells: [String]) -> String { "| " + cells.map(escaped).joined(separator: " | ") + " |" }
    let rule = "|" + String(repeating: " --- |", count: table.columns.count)
    return ["## \(table.heading)", "", row(table.columns), rule] + table.rows.map(row) + [""]
  }

  /// Text in which Markdown finds no marks of its own.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      if "\\|*_`<>[]".contains(character) { result.append("\\") }
      result.append(character)
    }
    return result
  }
}
