import Foundation

/// The folder of shared data beside the repository.
public let sharedFolder = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().appendingPathComponent("shared").path

/// Whether `path` exists below the shared folder.
public func sharedExists(_ path: String) -> Bool {
  FileManager.default.fileExists(atPath: "\(sharedFolder)/\(path)")
}
