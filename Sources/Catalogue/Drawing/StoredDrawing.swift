import Foundation
import ThalwegFigures
import ThalwegFiles
import ThalwegStores

/// The figures of stored results, drawn again: one result as it was drawn at first, or several on one scale.
///
/// Surfaces stand side by side with common levels and colours; slices, courses of training and spectra lie over one
/// another.
public struct StoredDrawing {
  /// What a result's folder has to draw.
  private enum Content {
    case surface(DrawnSurface)
    case slice(DrawnSurface)
    case training(TrainingCourse)
    case spectrum(SpectrumFigure)
    case ridges(RidgeFigure)

    var title: String {
      switch self {
      case .surface: "a surface"
      case .slice: "a slice"
      case .training: "a training run"
      case .spectrum: "a spectrum"
      case .ridges: "spectra of several checkpoints"
      }
    }
  }

  /// One result.
  private struct Part {
    let path: String
    let title: String
    let content: Content
    /// The losses that a cap may cut.
    var losses: [Double?] {
      switch content {
      case .surface(let surface), .slice(let surface): surface.losses
      case .training(let course): course.epochs.map(\.trainLoss)
      case .spectrum, .ridges: []
      }
    }
    /// What the result was asked to be drawn like.
    let isLogarithmic: Bool?
    /// The text above and below a training's figure.
    var texts: (headline: String, note: String?) = ("", nil)
  }

  private let parts: [Part]
  /// Whether all parts are of one folder that was named once.
  private let isOneResult: Bool

  /// Reads the results.
  ///
  /// - Parameter paths: Folders of results, at least one.
  /// - Throws: ``NotDrawable`` for a result without figures and for results of different kinds, and `StoreError`.
  public init(_ paths: [String]) throws {
    precondition(!paths.isEmpty, "a drawing needs at least one result")
    isOneResult = paths.count == 1
    let titles = Self.titles(of: paths)
    parts = try zip(paths, titles).flatMap { try Self.parts($0, title: $1) }
    let kind = parts[0].content.title
    if let other = parts.first(where: { $0.content.title != kind }) {
      throw NotDrawable(path: other.path, found: other.content.title, expected: "\(kind), as in \(paths[0])")
    }
    if parts.count > 1, case .ridges = parts[0].content {
      throw NotDrawable(
        path: paths[0], found: kind, expected: "one checkpoint's (spectrum --last) to draw beside others")
    }
  }

  /// Writes the figures.
  ///
  /// - Parameters:
  ///   - settings: Formats and scales.
  ///   - folder: Where to; it is made if it is absent. `nil` for the one result's own figures.
  /// - Returns: The paths of the files; none where no point has a value.
  /// - Throws: ``SettingError``, also for a cap below all losses, `FigureError`, and the system's refusal of a folder.
  public func write(_ settings: FigureSettings, to folder: String? = nil) throws -> [String] {
    try settings.validate()
    var settings = settings
    if settings.isLogarithmic == nil && isOneResult {
      settings.isLogarithmic = parts[0].isLogarithmic
    }
    try settings.checkCap(of: parts.flatMap(\.losses))
    let figures = try figures(settings)
    let place = folder ?? parts[0].path + "/figures"
    do {
      try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    } catch {
      throw FileAccessError(path: place, operation: "create folder", reason: String(cString: strerror(errno)))
    }
    return try figures.flatMap { try $0.figure.write(to: "\(place)/\($0.name)", formats: settings.formats) }
  }

  // MARK: - Reading

  /// What one folder holds: one result, or a surface or slice for each policy of statistics.
  private static func parts(_ path: String, title: String) throws -> [Part] {
    let run = try RunFolder.open(path)
    defer { run.close() }
    func logarithm() throws -> Bool? {
      guard case .bool(let value)? = try run.facts.value(DrawnSurface.logarithmKey, as: .circumstance) else {
        return nil
      }
      return value
    }
    let names = try run.surfaceNames()
    let policies = names.filter { $0.hasPrefix(DrawnSurface.policyPrefix) }
    let drawn = names.contains("loss") ? ["loss"] : policies.isEmpty ? Array(names.prefix(1)) : policies
    if !drawn.isEmpty {
      return try drawn.map { name in
        var surface = try DrawnSurface(named: name, of: run)
        surface.title = [title, surface.title].filter { !$0.isEmpty }.joined(separator: ", ")
        return Part(
          path: path, title: surface.title, content: surface.ys == nil ? .slice(surface) : .surface(surface),
          isLogarithmic: try logarithm())
      }
    }
    func stored(_ name: String) throws -> JSONValue? {
      try run.facts.value(StoredFigureKey.of(name), as: .circumstance)
    }
    if let json = try stored("ridges") {
      return [Part(path: path, title: title, content: .ridges(try RidgeFigure(json, path: path)), isLogarithmic: nil)]
    }
    if let json = try stored("spectrum") {
      return [
        Part(path: path, title: title, content: .spectrum(try SpectrumFigure(json, path: path)), isLogarithmic: nil)
      ]
    }
    let course = try TrainingCourse(run.history())
    guard !course.epochs.isEmpty else {
      throw NotDrawable(
        path: path, found: "a run of kind “\(run.runDescription.kind)” without figures",
        expected: "a surface, a slice, a training run or a spectrum")
    }
    var part = Part(path: path, title: title, content: .training(course), isLogarithmic: nil)
    let options = run.runDescription.options
    let subject = [options["network"]?.stringValue, options["data"]?.stringValue].compactMap { $0 }
    part.texts.headline =
      try run.facts.value("headline", as: .circumstance)?.stringValue ?? subject.joined(separator: " on ")
    part.texts.note = try run.facts.value("note", as: .circumstance)?.stringValue
    return [part]
  }

  /// The names of the folders, or as much of their paths as tells them apart.
  private static func titles(of paths: [String]) -> [String] {
    guard paths.count > 1 else { return [""] }
    let leaves = paths.map { $0.split(separator: "/").last.map(String.init) ?? $0 }
    return Set(leaves).count == leaves.count ? leaves : paths
  }

  // MARK: - Figures

  private func figures(_ settings: FigureSettings) throws -> [NamedFigure] {
    guard parts.count > 1 else { return try figures(of: parts[0], settings) }
    var surfaces: [DrawnSurface] = []
    var slices: [DrawnSurface] = []
    var courses: [(String, TrainingCourse)] = []
    var spectra: [SpectrumFigure] = []
    for part in parts {
      switch part.content {
      case .surface(let surface): surfaces.append(surface)
      case .slice(let slice): slices.append(slice)
      case .training(let course): courses.append((part.title, course))
      case .spectrum(let figure): spectra.append(figure)
      case .ridges: break
      }
    }
    if isOneResult { return DrawingsTogether.figures(of: surfaces + slices, settings) }
    let together = DrawingsTogether(settings: settings, titles: parts.map(\.title))
    if !surfaces.isEmpty { return together.surfaces(surfaces) }
    if !slices.isEmpty { return together.slices(slices) }
    if !courses.isEmpty { return together.courses(courses) }
    return together.spectra(spectra)
  }

  private func figures(of part: Part, _ settings: FigureSettings) throws -> [NamedFigure] {
    switch part.content {
    case .surface(let surface), .slice(let surface): return surface.figures(settings)
    case .training(let course):
      var figure = course.figure(headline: part.texts.headline, note: part.texts.note)
      figure.left = settings.axis("loss (nats)", of: figure.series.filter { $0.side == .left }.flatMap(\.values))
      return [NamedFigure(name: "training", figure: figure)]
    case .spectrum(var figure):
      if let isLogarithmic = settings.isLogarithmic { figure.isSymmetricLogarithmicAxis = isLogarithmic }
      return [NamedFigure(name: "spectrum", figure: figure)]
    case .ridges(var figure):
      if let isLogarithmic = settings.isLogarithmic { figure.isSymmetricLogarithmicAxis = isLogarithmic }
      return [NamedFigure(name: "ridges", figure: figure)]
    }
  }
}
