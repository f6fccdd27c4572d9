import Foundation

/// Gauss–Legendre quadrature.
enum GaussLegendre {
  /// Nodes in (−1, 1) in ascending order and their weights, which sum to 2. Exact for polynomials of degree
  /// `2 count − 1`; nodes and weights are right to a few units in the last place.
  static func rule(_ count: Int) -> (nodes: [Double], weights: [Double]) {
    precondition(count > 0, "a rule of \(count) nodes")
    var nodes = [Double](repeating: 0, count: count)
    var weights = nodes
    for i in 0..<(count + 1) / 2 {
      var x = cos(.pi * (Double(i) + 0.75) / (Double(count) + 0.5))
      var slope = 1.0
      for _ in 0..<100 {
        let (value, derivative) = polynomial(count, x)
        slope = derivative
        let step = value / derivative
        x -= step
        if abs(step) <= 1e-16 { break }
      }
      if 2 * i + 1 == count { x = 0 }
      slope = polynomial(count, x).slope
      let weight = 2 / ((1 - x) * (1 + x) * slope * slope)
      (nodes[count - 1 - i], nodes[i]) = (x, -x)
      (weights[count - 1 - i], weights[i]) = (weight, weight)
    }
    return (nodes, weights)
  }

  /// `∫ f` from `start` to `end`, by halving until 16 nodes and twice 16 nodes agree to about 12 digits.
  static func integrate(from start: Double, to end: Double, _ f: (Double) -> Double) -> Double {
    let whole = sum(start, end, f)
    return refine(start, end, whole, tolerance: 1e-13, depth: 40, f)
  }

  private static let sixteen = rule(16)

  private static func sum(_ start: Double, _ end: Double, _ f: (Double) -> Double) -> Double {
    let (half, middle) = (0.5 * (end - start), 0.5 * (start + end))
    var total = 0.0
    for i in 0..<16 { total += sixteen.weights[i] * f(middle + half * sixteen.nodes[i]) }
    return half * total
  }

  private static func refine(
    _ start: Double, _ end: Double, _ whole: Double, tolerance: Double, depth: Int, _ f: (Double) -> Double
  ) -> Double {
    let middle = 0.5 * (start + end)
    let (left, right) = (sum(start, middle, f), sum(middle, end, f))
    let isGood = abs(left + right - whole) <= tolerance * (abs(left) + abs(right))
    // A sum that is not finite won't become so by halving.
    if isGood || depth == 0 || !(left + right).isFinite { return left + right }
    return refine(start, middle, left, tolerance: tolerance, depth: depth - 1, f)
      + refine(middle, end, right, tolerance: tolerance, depth: depth - 1, f)
  }

  private static func polynomial(_ count: Int, _ x: Double) -> (value: Double, slope: Double) {
    var (before, value) = (1.0, x)
    for k in stride(from: 2, through: count, by: 1) {
      let n = Double(k)
      (before, value) = (value, ((2 * n - 1) * x * value - (n - 1) * before) / n)
    }
    return (value, Double(count) * (before - x * value) / ((1 - x) * (1 + x)))
  }
}
