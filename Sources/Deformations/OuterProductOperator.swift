import ThalwegSpectra

/// The operator `g gᵀ`, of rank one.
final class OuterProductOperator: SymmetricOperator {
  private let vector: [Double]

  /// `vector vectorᵀ`.
  init(_ vector: [Double]) { self.vector = vector }

  /// Number of rows and columns.
  var dimension: Int { vector.count }

  /// Y = g (gᵀ X).
  func multiply(_ vectors: Span<Double>, columnCount: Int, into products: inout MutableSpan<Double>) {
    let n = vector.count
    for column in 0..<columnCount {
      var dot = 0.0
      for i in 0..<n { dot += vector[i] * vectors[i + column * n] }
      for i in 0..<n { products[i + column * n] = vector[i] * dot }
    }
  }
}
