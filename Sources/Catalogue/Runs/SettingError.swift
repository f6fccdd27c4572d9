import ThalwegFiles

/// A setting that makes no sense, found before any work.
public struct SettingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The setting's name, as users know it.
  public let setting: String
  /// What was given.
  public let found: String
  /// What would be accepted.
  public let expected: String

  /// A setting that was refused.
  public init(_ setting: String, found: String, expected: String) {
    self.setting = setting
    self.found = found
    self.expected = expected
  }

  /// One line.
  public var description: String {
    "\(setting): found \(found.isEmpty ? "nothing" : printable(found)), expected \(expected)"
  }
}
