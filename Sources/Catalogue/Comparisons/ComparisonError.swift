import ThalwegFiles

/// A comparison's file that makes no sense, found before any work.
public struct ComparisonError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file.
  public let path: String
  /// What was found and what was expected, with the place in the file.
  public let reason: String

  /// A file that was refused.
  public init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  /// One line.
  public var description: String { "\(path): \(printable(reason, limit: 600))" }
}
