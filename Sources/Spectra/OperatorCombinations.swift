import ThalwegLinearAlgebra

/// The weighted sum `Σ wᵢ Aᵢ` of operators of equal dimension; one product costs one product of each.
public final class SumOfOperators: SymmetricOperator {
  private let terms: [(weight: Double, operator: any SymmetricOperator)]
  private var scratch: [Double] = []
  /// Number of rows and columns.
  public let dimension: Int

  /// The sum of at least one term.
  public init(_ terms: [(weight: Double, operator: any SymmetricOperator)]) {
    precondition(!terms.isEmpty, "a sum of no operators has no dimension")
    dimension = terms[0].operator.dimension
    for term in terms {
      precondition(
        term.operator.dimension == dimension, "dimensions \(dimension) and \(term.operator.dimension)")
    }
    self.terms = terms
  }

  /// Y = Σ wᵢ Aᵢ X, the terms added in their order.
  public func multiply(
    _ vectors: Span<Double>, columnCount: Int, into products: inout MutableSpan<Double>
  ) throws {
    if scratch.count != vectors.count { scratch = Array(repeating: 0, count: vectors.count) }
    products.update(repeating: 0)
    for term in terms {
      try scratch.withUnsafeMutableBufferPointer {
        var span = $0.mutableSpan
        try term.operator.multiply(vectors, columnCount: columnCount, into: &span)
      }
      scratch.withUnsafeBufferPointer { x in
        products.withUnsafeMutableBufferPointer { VectorKernel.add(term.weight, times: x, to: $0) }
      }
    }
  }
}

/// The operator `factor · A + shift · I`.
///
/// Weight decay adds its strength to every eigenvalue of a loss's Hessian: a shift.
public final class ShiftedOperator: SymmetricOperator {
  private let base: any SymmetricOperator
  private let factor: Double
  private let shift: Double

  /// `factor · base + shift · I`.
  public init(_ base: any SymmetricOperator, factor: Double = 1, shift: Double) {
    self.base = base
    self.factor = factor
    self.shift = shift
  }

  /// Number of rows and columns.
  public var dimension: Int { base.dimension }

  /// Y = factor · A X + shift · X.
  public func multiply(
    _ vectors: Span<Double>, columnCount: Int, into products: inout MutableSpan<Double>
  ) throws {
    try base.multiply(vectors, columnCount: columnCount, into: &products)
    for i in 0..<vectors.count { products[i] = factor * products[i] + shift * vectors[i] }
  }
}

/// The operator `factor · A`.
public final class ScaledOperator: SymmetricOperator {
  private let base: any SymmetricOperator
  private let factor: Double

  /// `factor · base`.
  public init(_ base: any SymmetricOperator, by factor: Double) {
    self.base = base
    self.factor = factor
  }

  /// Number of rows and columns.
  public var dimension: Int { base.dimension }

  /// Y = factor · A X.
  public func multiply(
    _ vectors: Span<Double>, columnCount: Int, into products: inout MutableSpan<Double>
  ) throws {
    try base.multiply(vectors, columnCount: columnCount, into: &products)
    for i in 0..<products.count { products[i] *= factor }
  }
}
