public import ThalwegTraining

/// An optimiser that takes over after some epochs, with an empty memory. As text: `5 adam(decay: 1e-4)`.
public struct LaterOptimiser: Sendable, CustomStringConvertible {
  /// Number of epochs before it.
  public let epoch: Int
  /// The optimiser.
  public let optimiser: any NamedOptimiser

  /// `optimiser` from the end of `epoch ≥ 1` epochs on.
  public init(epoch: Int, _ optimiser: any NamedOptimiser) {
    precondition(epoch > 0, "an optimiser that takes over after \(epoch) epochs is the first one")
    self.epoch = epoch
    self.optimiser = optimiser
  }

  /// Reads an epoch and an optimiser.
  ///
  /// - Throws: ``SettingError`` or `CallError`, each one line.
  public init(_ text: String) throws {
    let parts = text.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, let epoch = Int(parts[0]), epoch > 0 else {
      throw SettingError(
        "then", found: text, expected: "'EPOCH OPTIMISER' with an epoch of at least 1, such as '5 adam()'")
    }
    self.init(epoch: epoch, try OptimiserRegistry.standard.parse(String(parts[1])))
  }

  /// The text.
  public var description: String { "\(epoch) \(optimiser)" }
}
