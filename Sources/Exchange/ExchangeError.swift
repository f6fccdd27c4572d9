import ThalwegFiles

/// What cannot be exchanged with another program.
public enum ExchangeError: Error, Equatable, Sendable {
  /// The path's extension names no format of this kind.
  case unknownFormat(path: String, expected: String)
  /// The file can be read, but what it holds is no surface.
  case notASurface(file: String, found: String, expected: String)
  /// The surface has something that the format cannot hold.
  case cannotHold(format: String, found: String, expected: String)
  /// The HDF5 library refused.
  case library(operation: String)
}

extension ExchangeError: CustomStringConvertible {
  /// One line: where, what was found, what was expected.
  public var description: String {
    switch self {
    case .unknownFormat(let path, let expected):
      "found the file name “\(printable(path, limit: 400))”, expected one that ends in \(expected)"
    case .notASurface(let file, let found, let expected):
      "\(printable(file, limit: 400)): found \(printable(found)), expected \(printable(expected))"
    case .cannotHold(let format, let found, let expected):
      "\(format) cannot hold this surface: found \(printable(found)), expected \(printable(expected))"
    case .library(let operation):
      "the HDF5 library could not \(operation)"
    }
  }
}
