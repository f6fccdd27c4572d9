public import ThalwegSurfaces

/// Some of a network's parameters: by their role, or by how the names of their tensors begin.
public struct ParameterSelection: Sendable, Equatable, CustomStringConvertible {
  /// The text it was read from, such as `filters,dense` or `layer1.,fc`.
  public let description: String

  /// All parameters.
  public static let all = ParameterSelection(unchecked: "all")

  /// Words that mean roles and not the beginning of a name.
  private static let roles: [String: [Role]] = [
    "filters": [.filter], "norms": [.normScale, .normShift], "dense": [.denseWeight], "biases": [.bias],
  ]

  private init(unchecked text: String) { description = text }

  /// Reads `all`, or a list of `filters`, `norms`, `dense`, `biases` and beginnings of names, with commas between.
  ///
  /// - Throws: ``SettingError`` for an empty entry, and for `all` beside others.
  public init(_ text: String) throws(SettingError) {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.allSatisfy({ !$0.isEmpty }), parts == ["all"] || !parts.contains("all") else {
      throw SettingError(
        "parameters", found: text.isEmpty ? "nothing" : text,
        expected: "all, or a list of filters, norms, dense, biases and beginnings of names, such as filters,fc")
    }
    description = text
  }

  /// The tensors that are selected, with their places in the parameter vector.
  ///
  /// - Throws: ``SettingError`` where a part of the selection means no tensor of the network.
  public func tensors(of space: StateSpace) throws(SettingError) -> [(entry: StateEntry, range: Range<Int>)] {
    guard description != "all" else { return space.parameters }
    let parts = description.split(separator: ",").map(String.init)
    func isMeant(_ entry: StateEntry, by part: String) -> Bool {
      Self.roles[part]?.contains(entry.role) ?? entry.name.hasPrefix(part)
    }
    for part in parts where !space.parameters.contains(where: { isMeant($0.entry, by: part) }) {
      let names = space.parameters.prefix(4).map(\.entry.name).joined(separator: ", ")
      throw SettingError(
        "parameters", found: "\(part), which no tensor is", expected: "a part of a network with tensors \(names), …")
    }
    return space.parameters.filter { tensor in parts.contains { isMeant(tensor.entry, by: $0) } }
  }
}
