import ThalwegFiles

/// A data set that cannot be had as asked.
public enum DatasetError: Error, Equatable, Sendable {
  /// The text names no source of data.
  case unknownSource(found: String)
  /// An option of a source is unknown, or its value cannot be used.
  case badOption(source: String, found: String, allowed: String)
  /// None of the files by which a data set is known stands in the folder.
  case missingFile(folder: String, allowed: [String])
  /// Two parts of a data set disagree, or what is asked of it does not fit.
  case mismatch(what: String, found: String, expected: String)
}

extension DatasetError: CustomStringConvertible {
  /// What was found and what is allowed, on one line.
  public var description: String {
    switch self {
    case .unknownSource(let found):
      "“\(printable(found))” names no data; allowed: \(DatasetSource.allowedForms)"
    case .badOption(let source, let found, let allowed):
      "\(printable(source)): found “\(printable(found))”; allowed: \(allowed)"
    case .missingFile(let folder, let allowed):
      "\(printable(folder)): found none of the files \(allowed.joined(separator: ", "))"
    case .mismatch(let what, let found, let expected):
      "\(printable(what)): found \(printable(found)), expected \(printable(expected))"
    }
  }
}
