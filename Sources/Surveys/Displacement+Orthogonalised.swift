public import ThalwegSurfaces

extension Displacement {
  /// The part of a direction that is perpendicular to `other`, stretched to the length that the direction had.
  ///
  /// Lengths and angles are those of the parameters. The buffers follow by the same combination, so that the plane of
  /// both directions stays what it was.
  ///
  /// - Throws: ``DirectionError/parallel`` when less than a millionth of the direction is left, which would be mostly
  ///   rounding; ``DirectionError/vanishes`` when one of the two is zero.
  public func orthogonalised(to other: Displacement) throws(DirectionError) -> Displacement {
    let (length, square) = (parameters.norm(), other.parameters.dot(other.parameters))
    guard length > 0, square > 0 else { throw .vanishes }
    var result = self
    // Twice, because the first difference is rounded in proportion to what it takes away.
    for _ in 0..<2 { result.add(-result.parameters.dot(other.parameters) / square, other) }
    let left = result.parameters.norm()
    guard left > 1e-6 * length else { throw .parallel }
    result.scale(by: length / left)
    return result
  }

  /// Adds `factor · other`; buffers that are missing count as zero.
  mutating func add(_ factor: Double, _ other: Displacement) {
    parameters.add(factor, other.parameters)
    guard let theirs = other.buffers else { return }
    var mine = buffers ?? ModelVector(zeros: theirs.count, precision: theirs.precision)
    mine.add(factor, theirs)
    buffers = mine
  }

  /// Multiplies the direction by `factor`.
  mutating func scale(by factor: Double) {
    parameters.scale(by: factor)
    buffers?.scale(by: factor)
  }
}
