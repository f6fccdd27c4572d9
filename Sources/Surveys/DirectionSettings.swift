/// How the length of a random direction is fitted to the parameters.
public enum DirectionNormalisation: String, Sendable, Codable, CaseIterable {
  /// Each unit's part (a filter, a neuron's row) has the length of that unit's parameters.
  case filter
  /// Each tensor's part has the length of that tensor.
  case layer
  /// Independent standard normal entries, as drawn.
  case none
}

/// What a random direction does to tensors of rank 0 and 1: biases, scales and shifts of normalisations.
public enum SmallTensorTreatment: String, Sendable, Codable, CaseIterable {
  /// They stay where they are.
  case zero
  /// They move along random entries, scaled to the tensor's length, or as drawn under
  /// ``DirectionNormalisation/none``.
  case random
}

/// A direction that cannot be used.
public enum DirectionError: Error, Equatable, Sendable {
  /// Every entry of the direction is zero: the parameters that set its length are.
  case vanishes
  /// A tensor contains an infinite number or one that is not a number.
  case notFinite(name: String)
  /// The two states have different tensors.
  case otherSpace
}

extension DirectionError: CustomStringConvertible {
  /// What was found and what was expected, in one line.
  public var description: String {
    switch self {
    case .vanishes:
      "the direction is zero everywhere: all parameters that set its length are zero, "
        + "or the two states are equal"
    case .notFinite(let name):
      "tensor “\(name)” contains numbers that are not finite, so no direction can be fitted to it"
    case .otherSpace:
      "the two states have different tensors, so there is no direction between them"
    }
  }
}
