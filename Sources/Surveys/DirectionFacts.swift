public import ThalwegSurfaces

extension Displacement {
  /// The cosine of the angle between the parameter parts of two directions; `nil` when one of them is zero.
  public func cosine(with other: Displacement) -> Double? {
    let lengths = parameters.norm() * other.parameters.norm()
    guard lengths > 0, lengths.isFinite else { return nil }
    return parameters.dot(other.parameters) / lengths
  }

  /// The Euclidean length of each trainable tensor's part, in the order of the entries.
  public func lengths(in space: StateSpace) -> [(name: String, length: Double)] {
    space.parameters.map { ($0.entry.name, parameters.norm(over: $0.range)) }
  }
}

/// Whether two directions are as perpendicular as independent random directions are.
///
/// Two random directions are never quite perpendicular. For independent isotropic directions in `n`
/// dimensions the mean of |cos| is close to `√(2 / (πn))`. Normalised directions are not isotropic: large
/// tensors count for more, so the number of dimensions that matters is smaller, `n = Σd² Σe² / Σ d²e²` over
/// the entries of the two directions, whose expectation is `(Σσ²)² / Σσ⁴` for entries of variance σ².
public struct DirectionPair: Sendable, Equatable, Codable {
  /// The cosine of the angle between the directions; buffers don't count.
  public let cosine: Double
  /// The number of dimensions that matters, as defined above.
  public let effectiveDimension: Double

  /// Compares two directions over the same parameters; `nil` when they share no entry that is not zero.
  public init?(_ first: Displacement, _ second: Displacement) {
    guard let cosine = first.cosine(with: second) else { return nil }
    let (d, e) = (first.parameters, second.parameters)
    var shared = 0.0
    for i in 0..<d.count { shared += d[i] * d[i] * e[i] * e[i] }
    guard shared > 0 else { return nil }
    self.cosine = cosine
    effectiveDimension = d.dot(d) * e.dot(e) / shared
  }

  /// The mean |cos| of independent directions with as many dimensions.
  public var expectedAbsoluteCosine: Double { Self.expectedAbsoluteCosine(dimension: effectiveDimension) }

  /// `√(2 / (πn))`, the mean |cos| of independent isotropic directions in `dimension` dimensions, up to a
  /// relative error of about `1 / (4n)`.
  public static func expectedAbsoluteCosine(dimension: Double) -> Double {
    precondition(dimension > 0, "no direction has \(dimension) dimensions")
    return (2 / (.pi * dimension)).squareRoot()
  }
}
