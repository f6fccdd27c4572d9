import ThalwegSurfaces

extension ModelVector {
  /// Replaces each number `x` of `range` by `body(x, y)` with `y` the number of `other` at the same place.
  ///
  /// Allocates nothing when both vectors have the same precision.
  @inline(__always)
  mutating func combine(
    _ other: ModelVector, over range: Range<Int>? = nil, _ body: (Double, Double) -> Double
  ) {
    precondition(count == other.count, "vectors of \(count) and \(other.count) numbers don't combine")
    let range = range ?? 0..<count
    switch precision {
    case .single:
      other.withFloats { y in
        withMutableFloats { x in for i in range { x[i] = Float(body(Double(x[i]), Double(y[i]))) } }
      }
    case .double:
      let y = other.doubles
      withMutableDoubles { x in for i in range { x[i] = body(x[i], y[i]) } }
    }
  }

  /// Replaces each number `x` of `range` by `body(x)`.
  @inline(__always)
  mutating func transform(over range: Range<Int>? = nil, _ body: (Double) -> Double) {
    let range = range ?? 0..<count
    switch precision {
    case .single: withMutableFloats { x in for i in range { x[i] = Float(body(Double(x[i]))) } }
    case .double: withMutableDoubles { x in for i in range { x[i] = body(x[i]) } }
    }
  }

  /// `Σ body(xᵢ, yᵢ)` over all places, in index order.
  @inline(__always)
  func sum(with other: ModelVector, _ body: (Double, Double) -> Double) -> Double {
    precondition(count == other.count, "vectors of \(count) and \(other.count) numbers")
    var total = 0.0
    switch precision {
    case .single:
      withFloats { x in
        other.withFloats { y in for i in 0..<x.count { total += body(Double(x[i]), Double(y[i])) } }
      }
    case .double:
      let (x, y) = (doubles, other.doubles)
      for i in x.indices { total += body(x[i], y[i]) }
    }
    return total
  }

  /// The number `√Σ xᵢ²` over several ranges.
  func norm(over ranges: [Range<Int>]) -> Double { dot(self, over: ranges).squareRoot() }

  /// `Σ xᵢ yᵢ` over several ranges.
  func dot(_ other: ModelVector, over ranges: [Range<Int>]) -> Double {
    var total = 0.0
    for range in ranges { total += dot(other, over: range) }
    return total
  }
}
