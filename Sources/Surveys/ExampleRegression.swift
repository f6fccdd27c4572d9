package import ThalwegLinearAlgebra

/// The mean over all examples of what only few of them saw, by regression on what all saw.
///
/// Losses at neighbouring points hang together example by example. With losses `y` of `n` examples at one point, `z` of the
/// same examples at `k` others, and the means `Z` of all `N` examples there,
///
///     Y = ȳ + βᵀ (Z − z̄),   β = (z̃ᵀ z̃)⁻¹ z̃ᵀ ỹ
///     σ² = s² (1/n − 1/N + (Z − z̄)ᵀ (z̃ᵀ z̃)⁻¹ (Z − z̄))
///
/// where ~ is less the mean and `s²` the residuals' variance with `n − k − 1` degrees of freedom. What the sample lacks is
/// its residuals' mean, however little the surface has in common with a line.
///
/// Source: W. G. Cochran, Sampling Techniques (1977), chapter 7 and 12 (double sampling).
package struct ExampleRegression {
  /// A point at which all examples were seen.
  package struct Predictor {
    /// The losses of the few.
    package let few: [Float]
    /// The mean over all.
    package let mean: Double

    package init(few: [Float], mean: Double) {
      self.few = few
      self.mean = mean
    }
  }

  /// The estimated mean over all examples.
  package let mean: Double
  /// Its standard error, as an estimate of that mean.
  package let error: Double

  /// Regresses `losses` on `predictors`; `nil` for too few examples, or losses that are not finite.
  package init?(of losses: [Float], on predictors: [Predictor], total: Int) throws(LinearAlgebraError) {
    let (n, k) = (losses.count, predictors.count)
    guard n > k + 2 else { return nil }
    let y = Self.centred(losses)
    let z = predictors.map { Self.centred($0.few) }
    var products = Matrix(rowCount: k, columnCount: k)
    for i in 0..<k { for j in 0..<k { products[i, j] = VectorKernel.dot(z[i].rest, z[j].rest) } }
    let trace = (0..<k).reduce(0) { $0 + products[$1, $1] }
    // Points at which all examples agree, as at the same place, leave the equations solvable.
    for i in 0..<k { products[i, i] += 1e-9 * trace / Double(max(1, k)) + .leastNormalMagnitude }
    let cholesky = k > 0 ? try CholeskyDecomposition(of: products) : nil
    guard k == 0 || cholesky != nil else { return nil }
    let slopes = cholesky?.solve(z.map { VectorKernel.dot($0.rest, y.rest) }) ?? []
    let shifts = zip(predictors, z).map { $0.mean - $1.mean }
    var squares = 0.0
    for example in 0..<n {
      var residual = y.rest[example]
      for i in 0..<k { residual -= slopes[i] * z[i].rest[example] }
      squares += residual * residual
    }
    let leverage = zip(shifts, cholesky?.solve(shifts) ?? []).reduce(0) { $0 + $1.0 * $1.1 }
    let variance = squares / Double(n - k - 1)
    mean = y.mean + zip(slopes, shifts).reduce(0) { $0 + $1.0 * $1.1 }
    error = (variance * (1 / Double(n) - 1 / Double(total) + max(0, leverage))).squareRoot()
    guard mean.isFinite && error.isFinite else { return nil }
  }

  /// The mean, and what is left without it.
  private static func centred(_ values: [Float]) -> (mean: Double, rest: [Double]) {
    let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
    return (mean, values.map { Double($0) - mean })
  }
}
