public import ThalwegExchange
import ThalwegFiles
import ThalwegStores

/// A surface in another program's file, made a result's folder like those of surveys: points, facts, tables, figures.
public struct SurfaceImport {
  /// Points stored in one transaction.
  private static let blockSize = 20_000

  /// The file.
  public let path: String
  /// What the file holds.
  public let surface: ExchangedSurface
  private let format: ExchangeFormat
  private let hash: String

  /// Reads the file.
  ///
  /// - Throws: `ExchangeError`, `FileFormatError` or `FileAccessError`, one line each.
  public init(_ path: String) throws {
    format = try ExchangeFormat(path: path, forReading: true)
    surface = try ExchangedSurface(FileBytes(path: path), format: format)
    hash = try sha256(ofFile: path)
    self.path = path
  }

  /// A few lines for people.
  public var lines: [String] {
    let counts = PointState.allCases.compactMap { state -> String? in
      let count = surface.states.count { $0 == state }
      return count > 0 ? "\(count) \(state.rawValue)" : nil
    }
    let axes = surface.grid.axes.reversed().map { axis in
      "\(axis.name): \(axis.coordinates.count) points from \(axis.coordinates[0]) to "
        + "\(axis.coordinates[axis.coordinates.count - 1])"
    }
    let further = surface.otherNames.isEmpty ? [] : ["further      " + surface.otherNames.joined(separator: ", ")]
    return [
      "file         \(path), \(format.title)", "             SHA-256 \(hash)",
      "grid         " + axes.joined(separator: "; "), "points       " + counts.joined(separator: ", "),
    ] + further
  }

  /// Stores the surface in the folder at `folder`, with tables and figures. The same again finds it done.
  ///
  /// - Parameters:
  ///   - folder: The folder; it need not exist.
  ///   - commandLine: The command line, for the record.
  ///   - figures: How figures look.
  /// - Returns: The paths of the figures.
  /// - Throws: ``OtherRun`` where the folder holds another result, and `StoreError`.
  public func store(
    in folder: String, commandLine: [String] = [], figures: FigureSettings = FigureSettings()
  ) throws -> [String] {
    try figures.validate()
    let kind = surface.ys == nil ? "slice" : "surface"
    let description = RunDescription(
      kind: kind, options: ["imported": .string(format.rawValue)], hashes: ["file": hash],
      settings: ["file": .string(path)], commandLine: commandLine, versions: Machine.versions,
      machine: Machine.description)
    let run = try RunFolder.openOrMake(folder, description)
    defer { run.close() }
    let store = try run.surface(named: "loss", axes: surface.grid.axes)
    let missing = try store.pendingPoints().filter { surface.states[$0] != .pending }
    for start in stride(from: 0, to: missing.count, by: Self.blockSize) {
      try store.write(missing[start..<min(start + Self.blockSize, missing.count)].map(surface.point))
    }
    let name = path.split(separator: "/").last.map(String.init) ?? path
    try DrawnSurface.keep(caption: "From \(name), \(format.title).", in: run)
    try run.facts.set(
      DrawnSurface.logarithmKey, to: figures.isLogarithmic.map { .bool($0) } ?? .null, as: .circumstance)
    if let split = surface.split { try run.facts.set("split", to: .string(split.rawValue)) }
    try store.exportCSV(to: folder + "/\(kind).csv")
    try store.exportJSON(to: folder + "/\(kind).json")
    let drawn = try DrawnSurface(named: "loss", of: run).drawable?.figures(figures) ?? []
    let paths = try drawn.flatMap { try $0.figure.write(to: run, named: $0.name, formats: figures.formats) }
    try run.finish()
    return paths
  }
}

extension DrawnSurface {
  /// The surface, unless it has too few points for a figure.
  var drawable: DrawnSurface? { xs.count > 1 && (ys.map { $0.count > 1 } ?? true) ? self : nil }
}
