import Foundation

/// Finds the files of a data set in the places where people unpack them.
struct FolderSearch {
  /// The folder that was named.
  let folder: String
  /// Folders below it to look into as well.
  let subfolders: [String]

  /// Whether `path` is a folder.
  static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }

  /// The first of `names` that exists.
  ///
  /// - Throws: ``DatasetError/missingFile(folder:allowed:)`` where none does.
  func find(_ names: [String]) throws(DatasetError) -> String {
    for subfolder in [""] + subfolders {
      for name in names {
        let path = subfolder.isEmpty ? "\(folder)/\(name)" : "\(folder)/\(subfolder)/\(name)"
        if FileManager.default.fileExists(atPath: path) { return path }
      }
    }
    throw .missingFile(folder: folder, allowed: names)
  }
}

/// The part of a data set.
public enum DatasetSplit: String, Sendable, CaseIterable, Codable {
  /// The examples to learn from.
  case train
  /// The examples held back.
  case test
}
