/// The file formats that figures are written in.
public enum FigureFormat: String, Equatable, Sendable, CaseIterable {
  /// Scalable Vector Graphics, with letters as outlines so that it looks the same everywhere.
  case svg
  /// A raster image with two pixels per point.
  case png
  /// One page of Portable Document Format.
  case pdf

  /// The format that the extension of `path` names, in either case of letters.
  public init(path: String) throws(FigureError) {
    let fileExtension = path.split(separator: "/").last?.split(separator: ".").dropFirst().last ?? ""
    guard let format = FigureFormat(rawValue: fileExtension.lowercased()) else {
      throw FigureError.unknownFormat(path: path)
    }
    self = format
  }
}
