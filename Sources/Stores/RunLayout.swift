import Foundation

/// Where things are in a run folder.
enum RunLayout {
  static func record(_ folder: String) -> String { folder + "/run.json" }
  static func lock(_ folder: String) -> String { folder + "/run.lock" }
  static func database(_ folder: String) -> String { folder + "/results.sqlite" }
  static func checkpoints(_ folder: String) -> String { folder + "/checkpoints" }
  static func figures(_ folder: String) -> String { folder + "/figures" }

  /// `checkpoints/epoch-000012.safetensors`: names sort like epochs.
  static func checkpoint(_ folder: String, epoch: Int) -> String {
    let digits = String(epoch)
    let padding = String(repeating: "0", count: max(0, 6 - digits.count))
    return checkpoints(folder) + "/epoch-" + padding + digits + ".safetensors"
  }

  /// `checkpoints/peak.safetensors`.
  static func checkpoint(_ folder: String, named name: String) -> String {
    checkpoints(folder) + "/" + name + ".safetensors"
  }

  /// The name of a checkpoint that stands for no epoch; `nil` for other files.
  static func name(ofCheckpoint file: String) -> String? {
    guard !file.hasPrefix("epoch-"), file.hasSuffix(".safetensors") else { return nil }
    return String(file.dropLast(".safetensors".count))
  }

  /// The epoch in a checkpoint's name; `nil` for other files.
  static func epoch(ofCheckpoint name: String) -> Int? {
    guard name.hasPrefix("epoch-"), name.hasSuffix(".safetensors") else { return nil }
    return Int(name.dropFirst("epoch-".count).dropLast(".safetensors".count))
  }

  /// Whether the folder holds a run; `false` where it is absent, empty, or was left by a creation that was
  /// interrupted before it wrote `run.json`.
  ///
  /// - Throws: ``StoreError/notARunFolder(path:found:)`` where it holds anything else.
  static func holdsRun(_ folder: String) throws(StoreError) -> Bool {
    guard let names = try names(inFolder: folder) else { return false }
    if names.contains("run.json") { return true }
    if let foreign = names.first(where: { $0 != "run.lock" && !isLeftover($0) }) {
      throw .notARunFolder(path: folder, found: foreign)
    }
    return false
  }

  /// Removes temporary files of writers that were killed. Only the holder of the lock may do this.
  static func removeLeftovers(_ folder: String) throws(StoreError) {
    for name in try names(inFolder: folder) ?? [] where isLeftover(name) {
      unlink(folder + "/" + name)
    }
  }

  private static func isLeftover(_ name: String) -> Bool {
    name.hasPrefix(".run.json.") && name.hasSuffix(".tmp")
  }
}
