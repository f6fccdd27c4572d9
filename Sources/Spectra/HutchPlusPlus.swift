import ThalwegLinearAlgebra

/// Estimates a trace by projecting out a sketch of the range first.
///
/// A third of the products makes an orthonormal basis Q of `A S` for random signs S, a third gives `tr(QᵀAQ)`
/// exactly, and the rest is Hutchinson's estimate of the trace on the complement of Q. For an operator of
/// rank at most a third of the products the answer is exact up to rounding. For positive semidefinite
/// operators the error falls like one over the number of products, not like one over its root. ``XTrace``
/// makes better use of the same products.
///
/// Source: Meyer, Musco, Musco & Woodruff (2021), Hutch++: optimal stochastic trace estimation, SOSA.
public struct HutchPlusPlus: Sendable, Codable, Equatable {
  /// Products spent at most, at least 3: two thirds for the sketch.
  public var productCount: Int
  /// Seed of the random signs.
  public var seed: UInt64 = 0

  /// An estimate from `productCount` products.
  public init(productCount: Int) {
    precondition(productCount >= 3, "\(productCount) products for three parts")
    self.productCount = productCount
  }

  /// Bytes that an estimate takes: sketch, its product, basis and that product, and the probes.
  public func requiredBytes(dimension: Int) -> Int {
    4 * sketchCount(dimension) * dimension * 8 + probeBytes(dimension: dimension)
  }

  private func sketchCount(_ dimension: Int) -> Int { min(productCount / 3, dimension) }

  /// `tr A`. Unbiased. The standard error is that of the samples on the complement; `nil` where there is one
  /// sample.
  ///
  /// - Throws: ``OperatorError``, `LinearAlgebraError`, `CancellationError`, and what the operator throws.
  public func trace(of a: some SymmetricOperator) throws -> TraceEstimate {
    let n = a.dimension
    let k = sketchCount(n)
    let sketch = Matrix(
      rowCount: n, columnCount: k,
      elements: (0..<k).flatMap { randomVector(count: n, .rademacher, seed: seed, RandomKey.sketch, $0) })
    let q = try QRDecomposition(of: a.products(with: sketch)).q
    let head = q.transposedTimes(try a.products(with: q)).trace
    let complement = ComplementOperator(a, of: q)
    let probeCount = productCount - 2 * k
    var samples: [Double] = []
    try withProbes(0..<probeCount, of: complement, .rademacher, seed: seed) {
      samples.append(VectorKernel.dot($1, $2))
    }
    let tail = DrawMean(of: samples)
    return TraceEstimate(value: head + tail.value, standardError: tail.standardError, products: productCount)
  }
}

/// `(I − QQᵀ) A (I − QQᵀ)` for orthonormal columns Q.
final class ComplementOperator: SymmetricOperator {
  private let base: any SymmetricOperator
  private let q: Matrix

  init(_ base: any SymmetricOperator, of q: Matrix) {
    self.base = base
    self.q = q
  }

  var dimension: Int { base.dimension }

  func multiply(_ vectors: Span<Double>, columnCount: Int, into products: inout MutableSpan<Double>) throws {
    let x = Matrix(
      rowCount: dimension, columnCount: columnCount, elements: vectors.withUnsafeBufferPointer { Array($0) })
    let image = projected(try base.products(with: projected(x)))
    for i in 0..<products.count { products[i] = image.elements[i] }
  }

  private func projected(_ x: Matrix) -> Matrix {
    var rest = x
    let part = q.times(q.transposedTimes(x))
    VectorKernel.add(-1, times: part.elements, to: &rest.elements)
    return rest
  }
}
