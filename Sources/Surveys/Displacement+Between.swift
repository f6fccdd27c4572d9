public import ThalwegSurfaces

/// What a direction between two states moves.
public enum InterpolatedPart: String, Sendable, Codable, CaseIterable {
  /// The parameters; the buffers of the first state are used everywhere.
  case weights
  /// Parameters and buffers, so that running statistics are interpolated as well.
  case states
}

extension Displacement {
  /// The direction from `first` to `second`: coordinate 0 is `first`, coordinate 1 is `second` up to
  /// rounding.
  ///
  /// Differences are taken in the first state's precision.
  ///
  /// - Throws: ``DirectionError`` when the states have different tensors or the same numbers, or numbers that
  ///   are not finite.
  public init(
    from first: ModelState, to second: ModelState, moving part: InterpolatedPart
  ) throws(DirectionError) {
    guard first.space == second.space else { throw .otherSpace }
    self.init(parameters: Self.difference(second.parameters, first.parameters))
    if part == .states { buffers = Self.difference(second.buffers, first.buffers) }
    let length = parameters.norm() + (buffers?.norm() ?? 0)
    guard length.isFinite else { throw .notFinite(name: "one of the two states") }
    guard length > 0 else { throw .vanishes }
  }

  private static func difference(_ second: ModelVector, _ first: ModelVector) -> ModelVector {
    var difference = first
    difference.scale(by: -1)  // Negation is exact, so the sum is rounded once.
    difference.add(1, second)
    return difference
  }
}
