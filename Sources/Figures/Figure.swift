import Foundation

/// A drawing that can be written to a file.
public protocol Figure: Sendable {
  /// The extent of the page.
  var size: Size { get }

  /// Draws onto a page of this figure's ``size``.
  ///
  /// - Throws: ``FigureError`` where there is nothing that can be drawn.
  func draw(on canvas: Canvas) throws(FigureError)
}

extension Figure {
  /// The figure as the bytes of a file. The same figure gives the same bytes.
  public func encoded(as format: FigureFormat) throws(FigureError) -> [UInt8] {
    let canvas = Canvas(size: size, format: format)
    try draw(on: canvas)
    return try canvas.finish()
  }

  /// Writes the figure to `path` in the format that its extension names: svg, png (2 pixels per point) or
  /// pdf.
  ///
  /// The file is replaced as a whole, so a reader never sees half of it.
  public func write(to path: String) throws(FigureError) {
    let bytes = try encoded(as: FigureFormat(path: path))
    let partial = path + ".part"
    let failure = { FigureError.cannotWrite(path: path, reason: String(cString: strerror(errno))) }
    guard let file = fopen(partial, "wb") else { throw failure() }
    let isComplete = fwrite(bytes, 1, bytes.count, file) == bytes.count
    let isClosed = fclose(file) == 0  // Closing writes what is buffered, and may meet a full disk.
    guard isComplete, isClosed, rename(partial, path) == 0 else {
      let error = failure()
      remove(partial)
      throw error
    }
  }
}
