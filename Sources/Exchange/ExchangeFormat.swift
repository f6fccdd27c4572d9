public import ThalwegFiles

/// The formats in which surfaces are exchanged with other programs.
public enum ExchangeFormat: String, CaseIterable, Sendable {
  /// loss-landscape's HDF5, see ``LossLandscapeFile``.
  case h5
  /// ParaView's polygons, see ``ParaViewFile``.
  case vtp
  /// ParaView's images, see ``ParaViewFile``.
  case vti
  /// numpy's archive, see ``NumPySurfaceFile``.
  case npz
  /// Comma-separated values, one line per point.
  case csv
  /// JSON, one list per quantity.
  case json

  /// Whether surfaces can be read from it.
  public var isReadable: Bool { [.h5, .npz, .csv].contains(self) }

  /// What it is, for people.
  public var title: String {
    switch self {
    case .h5: "loss-landscape's HDF5"
    case .vtp: "ParaView's polygons"
    case .vti: "ParaView's image"
    case .npz: "numpy's archive"
    case .csv: "comma-separated values"
    case .json: "JSON"
    }
  }

  /// The format that the extension of `path` names, in either case of letters.
  ///
  /// - Throws: ``ExchangeError/unknownFormat(path:expected:)``, for reading also where the format is only written.
  public init(path: String, forReading isForReading: Bool) throws(ExchangeError) {
    let name = path.split(separator: "/").last?.split(separator: ".").dropFirst().last?.lowercased()
    let format = name.flatMap { ExchangeFormat(rawValue: $0) } ?? (isForReading && name == "hdf5" ? .h5 : nil)
    guard let format, format.isReadable || !isForReading else {
      let choices = Self.allCases.filter { $0.isReadable || !isForReading }.map { "." + $0.rawValue }
      throw .unknownFormat(path: path, expected: choices.joined(separator: ", "))
    }
    self = format
  }
}

extension ExchangedSurface {
  /// Reads a surface from a file, whose extension says the format.
  ///
  /// Memory stays within a small multiple of the file's size, whatever the file announces.
  ///
  /// - Throws: ``ExchangeError``, `FileFormatError` or `FileAccessError`, one line each.
  public init(path: String) throws {
    let format = try ExchangeFormat(path: path, forReading: true)
    self = try ExchangedSurface(FileBytes(path: path), format: format)
  }

  /// Reads a surface from bytes in memory.
  ///
  /// - Throws: ``ExchangeError`` or `FileFormatError`.
  public init(_ file: FileBytes, format: ExchangeFormat) throws {
    switch format {
    case .h5: self = try LossLandscapeFile.surface(file)
    case .npz: self = try NumPySurfaceFile.surface(file)
    case .csv: self = try SurfaceTableReader.surface(file)
    case .vtp, .vti, .json:
      throw ExchangeError.unknownFormat(path: file.name, expected: ".h5, .npz, .csv")
    }
  }
}
