import Foundation
import ThalwegCatalogue
import ThalwegFigures
import ThalwegFiles
import ThalwegStores

extension FuzzReader {
  /// Result folders whose `run.json` or database was changed. Both readers read everything there is and draw nothing.
  static func resultReaders(folder: String) throws -> [FuzzReader] {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let path = folder + "/run"
    var databases: [[UInt8]] = []
    for make in [makeSpectrum, makeSurface] {
      try? FileManager.default.removeItem(atPath: path)
      try make(path)
      databases.append(Array(try FileBytes(path: path + "/results.sqlite").bytes))
    }
    let record = Array(try FileBytes(path: path + "/run.json").bytes)
    let database = databases[1]
    @Sendable func readAll(_ name: String, _ bytes: [UInt8]) throws {
      try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
      let run = try RunFolder.open(path)
      defer { run.close() }
      _ = run.runDescription.identity.canonicalText
      _ = try run.contentDigest()
      for name in try run.surfaceNames() { _ = try run.surface(named: name).csv() }
      for name in try run.historyNames() { _ = try run.history(named: name).csv() }
      _ = try (run.facts.all(), run.facts.all(.circumstance))
      _ = try run.changedCheckpoints()
      if try !run.surfaceNames().isEmpty { _ = try SurfaceExport(path) }
      _ = try StoredDrawing([path])
    }
    return [
      FuzzReader("run-json", [record]) { bytes in
        defer { try? Data(record).write(to: URL(fileURLWithPath: path + "/run.json")) }
        try readAll("run.json", bytes)
      },
      // SQLite keeps up to two megabytes of pages.
      FuzzReader("results", databases, allowance: 4_000_000) { bytes in
        defer { try? Data(database).write(to: URL(fileURLWithPath: path + "/results.sqlite")) }
        try readAll("results.sqlite", bytes)
      },
      // An import is drawn, for which Cairo takes pictures' memory.
      FuzzReader("import", [Array(table.utf8), Array(line.utf8)], isSlow: true, allowance: 32_000_000) { bytes in
        let (file, out) = (folder + "/table.csv", folder + "/imported")
        try? FileManager.default.removeItem(atPath: out)
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        _ = try SurfaceImport(file).store(in: out, figures: FigureSettings(formats: [.svg]))
      },
      FuzzReader("comparison", [Array(comparison.utf8)]) { bytes in
        let file = folder + "/comparison.json"
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        _ = try ComparisonPlan(path: file).cells
      },
    ]
  }

  /// A comparison with every field that there is.
  private static let comparison = #"""
    {"title": "a", "question": "b", "paper": {"finding": "c", "citation": "d"}, "checked": "e",
    "settings": {"network": "resnet8", "data": "shapes:count=60", "epochs": 9, "batch": 20, "augment": "flip",
    "normalisation": "none", "schedule": "cosine(0.1)", "precision": "float32", "threads": 1}, "seeds": [1, 22],
    "arms": [{"name": "a", "optimiser": "sgd()", "then": ["2 adam()"]}, {"name": "b-1", "deform": "LE(1, 0.9)"}],
    "grid": [[{"name": "x"}, {"name": "y", "epochs": 3}], [{"name": "z", "network": "lenet-bn"}]],
    "baseline": "a", "measures": {"examples": 40, "of": ["trace(products: 8)", "bnsharpness(radius: 0.01)"]}}
    """#

  /// Tables whose figures are drawn as well.
  private static let table =
    "y,x,loss,accuracy\n0,-1,2.5,0.1\n0,1e-3,nan,\n0,2,1e3,0.5\n4,-1,3,1\n4,1e-3,7,1\n4,2,1,0\n"
  private static let line = "x,loss,standard_error\n-1,2.5,0.25\n0,1,0.1\n1e2,1e-5,\n"

  private static func makeSpectrum(_ path: String) throws {
    let run = try RunFolder.create(path, RunDescription(kind: "spectrum"))
    defer { run.close() }
    let series: JSONValue = [
      "label": "a", "positions": [-1, 0, 2.5], "density": [0.1, nil, 3], "lower": [0, 0, 1], "upper": [1, 1, 9],
      "marks": [2.5], "markLabels": ["λ₁"],
    ]
    try run.facts.set(
      "figure spectrum",
      to: ["title": "t", "caption": "c", "logarithmic": false, "lowestDensity": 1e-3, "series": [series]],
      as: .circumstance)
    try run.finish()
  }

  private static func makeSurface(_ path: String) throws {
    let description = RunDescription(
      kind: "surface", options: ["network": "lenet", "data": "shapes", "examples": 100], seeds: ["directions": .max],
      hashes: ["data": "abc"], settings: ["threads": 2], commandLine: ["thalweg", "surface"],
      versions: ["thalweg": "0.1"], machine: ["cores": "2"])
    let run = try RunFolder.create(path, description)
    defer { run.close() }
    let axes = [
      SurfaceAxis(name: "y", coordinates: [0, 0.5]), SurfaceAxis(name: "x", coordinates: [-1, 0, 0.1]),
    ]
    let store = try run.surface(named: "loss", axes: axes)
    try store.write(
      (0..<5).map {
        .measured($0, loss: Double($0) / 3, standardError: 0.1, correctCount: $0, exampleCount: 9, extra: ["a": 1])
      })
    try run.facts.set(["cosine": 0.5, "batchNorm": "running"])
    try run.facts.set("caption", to: "lenet.", as: .circumstance)
    try run.history().append(HistoryEntry(epoch: 1, values: ["trainLoss": 1], durations: ["training": 2]))
    try run.finish()
  }
}
