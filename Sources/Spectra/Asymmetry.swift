import ThalwegLinearAlgebra
import ThalwegRandomness

/// How far an operator is from symmetric: `|xᵀAy − yᵀAx| / (‖x‖ ‖Ay‖)` for two random normal vectors.
///
/// Zero up to rounding for a symmetric operator; about `1e−7 … 1e−6` for products in single precision, `1e−3`
/// for bfloat16. Of two random vectors only a small part `xᵀAy` is seen, so that the number is an order of
/// magnitude.
///
/// - Parameters:
///   - seed: The vectors' seed.
/// - Returns: The ratio; zero for a zero product.
/// - Throws: ``OperatorError`` and what the operator throws.
/// - Complexity: 2 products.
public func measureAsymmetry(of a: some SymmetricOperator, seed: UInt64) throws -> Double {
  let x = randomVector(count: a.dimension, .gaussian, seed: seed, RandomKey.asymmetry, 0)
  let y = randomVector(count: a.dimension, .gaussian, seed: seed, RandomKey.asymmetry, 1)
  let ax = try a.product(with: x)
  let ay = try a.product(with: y)
  let size = VectorKernel.norm(x) * VectorKernel.norm(ay)
  return size > 0 ? abs(VectorKernel.dot(x, ay) - VectorKernel.dot(y, ax)) / size : 0
}

/// The distribution of a random probe vector's independent entries.
public enum ProbeKind: String, Sendable, Codable {
  /// Standard normal. Its direction is uniform on the sphere.
  case gaussian
  /// ±1 with equal probability. Exact for diagonal operators.
  case rademacher
}

/// Keys that keep the random streams of different purposes apart under one seed.
enum RandomKey {
  static let start: UInt64 = 1
  static let asymmetry: UInt64 = 2
  static let quadrature: UInt64 = 3
  static let trace: UInt64 = 4
  static let sketch: UInt64 = 5
  static let displacement: UInt64 = 6
}

/// A vector of independent entries, a function of seed, purpose and index alone.
func randomVector(count: Int, _ kind: ProbeKind, seed: UInt64, _ purpose: UInt64, _ index: Int) -> [Double] {
  var stream = RandomStream(seed: seed, purpose, UInt64(index))
  switch kind {
  case .gaussian:
    return (0..<count).map { _ in stream.normal() }
  case .rademacher:
    var bits: UInt64 = 0
    return (0..<count).map { i in
      if i % 64 == 0 { bits = stream.next() }
      defer { bits >>= 1 }
      return bits & 1 == 0 ? -1 : 1
    }
  }
}

extension Array where Element == Double {
  /// Divides by the Euclidean norm; `false`, and no change, for a vector that is zero or not finite.
  mutating func normalise() -> Bool {
    let norm = VectorKernel.norm(self)
    guard norm > 0 && norm.isFinite else { return false }
    for i in indices { self[i] /= norm }
    return true
  }
}
