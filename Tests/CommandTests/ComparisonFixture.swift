import Foundation
import Testing
import ThalwegStores

/// A comparison on a few points of spirals, each of its training runs a small part of a second.
struct ComparisonFixture {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  /// The fields of the file, as JSON.
  var fields: [String: String] = [
    "title": "\"Momentum on spirals\"", "question": "\"Does momentum matter?\"",
    "paper": #"{"finding": "none", "citation": "nobody"}"#, "checked": "\"a tiny size\"",
    "settings": #"""
    {"network": "mlp:2-8-2,bn", "data": "spirals:count=60,test=20", "epochs": 2, "batch": 20,
    "schedule": "constant(0.05)", "optimiser": "sgd()", "threads": 1}
    """#,
    "seeds": "[1, 2]",
    "arms": #"[{"name": "plain"}, {"name": "momentum", "optimiser": "sgd(momentum: 0.9)"}]"#,
    "baseline": "\"plain\"",
    "measures": #"{"examples": 40, "of": ["eigenvalue()", "perturbation(radius: 0.25, draws: 2)"]}"#,
  ]

  /// Writes the file.
  func write() throws {
    let text = "{" + fields.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ",\n") + "}"
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder("spec.json")))
  }

  /// The arguments of a call.
  func arguments(_ options: String..., out: String = "job") -> [String] {
    ["compare", "spec.json", "--out", out] + options
  }

  /// Runs the comparison and gives its JSON.
  func json(_ options: String..., out: String = "job") throws -> JSONValue {
    let result = try Program(
      ["compare", "spec.json", "--json", "--out", out] + options, in: folder
    ).finish()
    try #require(result.status == 0, "\(result.errors)")
    return try JSONValue(parsing: result.output)
  }

  /// Whether there is such a file.
  func has(_ path: String) -> Bool { FileManager.default.fileExists(atPath: folder(path)) }
}

extension JSONValue {
  /// The entry of a list whose field has this text.
  func entry(where field: String, is text: String) -> JSONValue? {
    entries.first { $0[field]?.stringValue == text }
  }
}
