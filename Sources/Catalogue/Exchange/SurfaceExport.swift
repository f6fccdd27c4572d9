public import ThalwegExchange
import ThalwegFiles
import ThalwegStores

/// A stored surface or slice, written for other programs.
public struct SurfaceExport {
  /// What the result's folder holds.
  public let surface: ExchangedSurface
  private let store: SurfaceStore

  /// Reads the surface of a result's folder.
  ///
  /// - Parameters:
  ///   - path: The folder.
  ///   - name: The surface's name; `nil` where there is only one.
  /// - Throws: `StoreError`, or ``NotDrawable`` where there is no such surface.
  public init(_ path: String, surface name: String? = nil) throws {
    let run = try RunFolder.open(path)
    let names = try run.surfaceNames()
    guard let name = name ?? (names.count == 1 ? names[0] : names.first { $0 == "loss" }) else {
      let kind = run.runDescription.kind
      let found = names.isEmpty ? "a run of kind “\(kind)” without a surface" : names.joined(separator: ", ")
      throw NotDrawable(
        path: path, found: found, expected: names.isEmpty ? "a surface or a slice" : "one, by --surface")
    }
    store = try run.surface(named: name)
    let text = try run.facts.value("split")?.stringValue ?? run.runDescription.options["split"]?.stringValue
    surface = try ExchangedSurface(store, split: text.flatMap { ExchangedSurface.Split(rawValue: $0) })
  }

  /// Writes the surface to `path`, wholly or not at all, in the format that the extension names.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - hasLogarithmicHeight: Whether the height of polygons is ln(loss + 0.1); for `.vtp` alone.
  /// - Throws: `ExchangeError` for what the format cannot hold, and the system's refusal.
  public func write(to path: String, hasLogarithmicHeight: Bool = false) throws {
    let format = try ExchangeFormat(path: path, forReading: false)
    guard !hasLogarithmicHeight || format == .vtp else {
      throw SettingError("log", found: "a .\(format.rawValue) file", expected: "a .vtp file, which has heights")
    }
    switch format {
    case .h5: try atomicWrite(path, try LossLandscapeFile.bytes(surface))
    case .npz: try atomicWrite(path, try NumPySurfaceFile.bytes(surface))
    case .vtp:
      try atomicWrite(path, try ParaViewFile.polygons(surface, height: hasLogarithmicHeight ? .logarithm : .loss))
    case .vti: try atomicWrite(path, try ParaViewFile.image(surface))
    case .csv: try store.exportCSV(to: path)
    case .json: try store.exportJSON(to: path)
    }
  }
}
