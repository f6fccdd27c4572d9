public import ThalwegStores

/// A folder that holds a run with other settings than those asked for.
public struct OtherRun: Error, Equatable, Sendable, CustomStringConvertible {
  /// The folder.
  public let path: String
  /// The first setting that differs; the folder's value is the found one.
  public let difference: FieldDifference

  /// What settings are called whose names in records are nobody's words.
  private static let names = [
    "switches": "other later optimisers", "logGradient": "another choice of --log-gradient",
    "logCurvature": "another choice of --log-curvature",
  ]

  /// One line that names the setting and both values.
  public var description: String {
    let parts = difference.field.split(separator: ".", maxSplits: 1).map(String.init)
    let name = parts.last ?? difference.field
    let what =
      switch parts.first {
      case "hashes": "another SHA-256 of \(name)"
      case "seeds": "another seed of \(name)"
      default: Self.names[name] ?? (name.hasSuffix("s") ? "other \(name)" : "another \(name)")
      }
    return "\(path) holds a run with \(what): found \(short(difference.found)), asked for "
      + "\(short(difference.expected)); choose another --out"
  }
}

/// The text of a setting; of a long one, such as all axes of an imported surface, the beginning.
private func short(_ text: String?) -> String {
  guard let text else { return "none" }
  return text.count <= 120 ? text : text.prefix(120) + "…"
}

extension RunFolder {
  /// Opens the run of this description for writing, or makes it.
  ///
  /// - Throws: ``OtherRun`` where the folder holds a run with other settings, and `StoreError`.
  static func openOrMake(_ path: String, _ description: RunDescription) throws -> RunFolder {
    do throws(StoreError) {
      return try RunFolder.openOrCreate(path, description)
    } catch {
      guard case .identityMismatch(_, let first) = error else { throw error }
      try checkIdentity(path, description)
      throw OtherRun(path: path, difference: first)
    }
  }

  /// Checks that a run in the folder, if there is one, is the run of this description. Writes nothing.
  ///
  /// - Throws: ``OtherRun`` for a run with other settings, and `StoreError`.
  static func checkIdentity(_ path: String, _ description: RunDescription) throws {
    let stored: RunFolder
    do throws(StoreError) {
      stored = try RunFolder.open(path)
    } catch {
      switch error {
      case .noRun, .unreadable: return  // Killed while it began; whoever opens it for writing sees to that.
      default: throw error
      }
    }
    defer { stored.close() }
    let all = stored.runDescription.identityDifferences(from: description)
    // Hashes differ because an option differs: that is what the user can act upon.
    guard let difference = all.first(where: { !$0.field.hasPrefix("hashes.") }) ?? all.first else { return }
    throw OtherRun(path: path, difference: difference)
  }
}
