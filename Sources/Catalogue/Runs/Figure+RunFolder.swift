import ThalwegFigures
import ThalwegStores

extension Figure {
  /// Writes the figure as SVG and PNG among a run's figures.
  func write(to run: RunFolder, named name: String) throws {
    try write(to: run.figurePath(name + ".svg"))
    try write(to: run.figurePath(name + ".png"))
  }

  /// Writes the figure as SVG and PNG, `path` being the file's name without extension.
  func writeBoth(to path: String) throws {
    try write(to: path + ".svg")
    try write(to: path + ".png")
  }
}
