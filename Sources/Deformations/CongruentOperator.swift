import ThalwegSpectra

/// The operator `diag(d) A diag(d) + diag(c)`: what a coordinate-wise change of variables makes of a Hessian.
final class CongruentOperator: SymmetricOperator {
  private let base: any SymmetricOperator
  private let scales: [Double]
  private let shifts: [Double]?
  private var scratch: [Double] = []

  /// `diag(scales) base diag(scales) + diag(shifts)`; without shifts the last term is left out.
  init(_ base: any SymmetricOperator, scales: [Double], shifts: [Double]? = nil) {
    precondition(
      scales.count == base.dimension && (shifts.map { $0.count == scales.count } ?? true),
      "\(scales.count) scales for an operator of dimension \(base.dimension)")
    self.base = base
    self.scales = scales
    self.shifts = shifts
  }

  /// Number of rows and columns.
  var dimension: Int { base.dimension }

  /// Y = D A D X + C X.
  func multiply(
    _ vectors: Span<Double>, columnCount: Int, into products: inout MutableSpan<Double>
  ) throws {
    let n = dimension
    if scratch.count != vectors.count { scratch = [Double](repeating: 0, count: vectors.count) }
    for column in 0..<columnCount {
      for i in 0..<n { scratch[i + column * n] = scales[i] * vectors[i + column * n] }
    }
    try scratch.withUnsafeBufferPointer {
      try base.multiply($0.span, columnCount: columnCount, into: &products)
    }
    for column in 0..<columnCount {
      for i in 0..<n {
        let place = i + column * n
        products[place] = scales[i] * products[place] + (shifts.map { $0[i] * vectors[place] } ?? 0)
      }
    }
  }
}
