public import ThalwegSurfaces

/// Why a point has no value although its parameters are finite.
public enum PointHole: Sendable, Equatable, Codable {
  /// A running variance is negative, which no data have. It comes from moving running statistics beyond the states that
  /// they belong to.
  case negativeVariance(entry: String, value: Double)
}

extension ModelState {
  /// The hole that the state's running variances make, with the most negative of them; `nil` if none is negative.
  public var negativeVariance: PointHole? {
    var worst: (name: String, value: Double)?
    for (entry, range) in space.buffers where entry.role == .runningVariance {
      for index in range where buffers[index] < worst?.value ?? 0 { worst = (entry.name, buffers[index]) }
    }
    return worst.map { .negativeVariance(entry: $0.name, value: $0.value) }
  }
}
