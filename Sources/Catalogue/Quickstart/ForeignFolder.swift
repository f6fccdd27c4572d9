import Foundation

/// A place for a quick start that holds something else.
public struct ForeignFolder: Error, Equatable, Sendable, CustomStringConvertible {
  /// The folder, or a file in its place.
  public let path: String
  /// One of the things in the folder; `nil` for a file.
  public let found: String?

  /// One line.
  public var description: String {
    let reason = found.map { "is no quick start's folder and not empty: it holds \($0)" } ?? "is a file"
    return "\(path) \(reason); choose another --out"
  }

  /// The names in the folder at `path`, sorted; `nil` where there is nothing.
  ///
  /// - Throws: ``ForeignFolder`` for a file, or the system's refusal.
  static func names(in path: String) throws -> [String]? {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return nil }
    guard isFolder.boolValue else { throw ForeignFolder(path: path, found: nil) }
    return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }
}
