import ThalwegFigures
import ThalwegStores

extension Figure {
  /// Writes the figure among a run's figures. What cannot be drawn again from the run's other results is stored.
  ///
  /// - Returns: The paths of the files.
  @discardableResult
  func write(
    to run: RunFolder, named name: String, formats: [FigureFormat] = FigureFormat.usual
  ) throws -> [String] {
    if let figure = self as? any StoredFigure {
      try run.facts.set(StoredFigureKey.of(name), to: figure.json, as: .circumstance)
    }
    return try write(to: run.figurePath(name), formats: formats)
  }

  /// Writes the figure, `path` being the file's name without extension.
  ///
  /// - Returns: The paths of the files.
  @discardableResult
  func write(to path: String, formats: [FigureFormat]) throws -> [String] {
    try formats.map { format in
      let file = "\(path).\(format.rawValue)"
      try write(to: file)
      return file
    }
  }
}
