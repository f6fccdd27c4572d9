import Foundation

/// A file or folder that the system refused to open, read or write.
public struct FileAccessError: Error, Equatable, Sendable {
  /// The path as it was given.
  public let path: String
  /// What was attempted, as a verb: `read`, `write`.
  public let operation: String
  /// The system's reason, in words.
  public let reason: String

  /// A failure of `operation` on `path`.
  public init(path: String, operation: String, reason: String) {
    self.path = path
    self.operation = operation
    self.reason = reason
  }

  /// A failure whose reason is the system's error number `code`.
  init(path: String, operation: String, code: Int32) {
    self.init(path: path, operation: operation, reason: String(cString: strerror(code)))
  }
}

extension FileAccessError: CustomStringConvertible {
  /// `path: cannot read: reason`.
  public var description: String {
    "\(printable(path, limit: 400)): cannot \(operation): \(reason)"
  }
}
