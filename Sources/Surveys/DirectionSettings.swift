/// How the length of a random direction is fitted to the parameters.
public enum DirectionNormalisation: String, Sendable, Codable, CaseIterable {
  /// Each unit's part (a filter, a neuron's row) has the length of that unit's parameters.
  case filter
  /// Each tensor's part has the length of that tensor.
  case tensor
  /// The parts of a layer's tensors, whose names agree up to the last dot, together have the length of those tensors.
  case layer
  /// Each entry is multiplied by the parameter's magnitude: what is zero stays where it is.
  case weight
  /// Independent standard normal entries, as drawn.
  case none
}

/// What a random direction does to tensors of rank 0 and 1: biases, scales and shifts of normalisations.
public enum SmallTensorTreatment: String, Sendable, Codable, CaseIterable {
  /// They stay where they are.
  case zero
  /// They move along random entries, scaled to the tensor's length; with their layer under
  /// ``DirectionNormalisation/layer``, by entry under ``DirectionNormalisation/weight``, and as drawn under
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
  /// Two directions are parallel, or three points lie on a line: there is no plane.
  case parallel
  /// Points vary along fewer independent directions than are wanted.
  case tooFewComponents(found: Int, expected: Int)
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
    case .parallel:
      "the two directions are parallel, so they span no plane"
    case .tooFewComponents(let found, let expected):
      "the states vary along \(found) independent direction\(found == 1 ? "" : "s"), expected at least \(expected)"
    }
  }
}
