import Foundation
import ThalwegLinearAlgebra

/// Interpolation between scattered points that says how far off it may be: ordinary kriging.
///
/// Values are taken for a draw of a Gaussian process with an unknown constant mean and the Matérn covariance of
/// smoothness 5/2, whose draws can be differentiated twice:
///
///     k(h) = σ² (1 + √5 r + 5 r²/3) exp(−√5 r),   r² = Σᵢ (hᵢ / ℓᵢ)²
///
/// The lengths ℓ and the variance σ² are those under which leaving out one point after another is predicted best
/// (largest leave-one-out density, of which both errors and their claimed sizes are part). Measured points are met, but
/// for a relative noise of 10⁻⁸ of σ² that keeps the equations solvable.
///
/// Source: C. E. Rasmussen, C. K. I. Williams, Gaussian Processes for Machine Learning (2006), chapters 2, 4 and 5.4.2;
/// O. Dubrule, Cross validation of kriging in a unique neighborhood, Mathematical Geology 15 (1983).
public struct Kriging: Sendable {
  /// A prediction with the standard deviation of its error.
  public struct Prediction: Sendable, Equatable {
    /// The expected value.
    public let value: Double
    /// Standard deviation of the error; 0 at a known point.
    public let error: Double
  }

  /// The length along each axis over which values hang together, in the points' unit.
  public let lengths: [Double]
  /// Variance of the process, σ².
  public let variance: Double

  private let points: [[Double]]
  private let values: [Double]

  /// Fits the process to at least three values at different points.
  ///
  /// - Parameters:
  ///   - points: Coordinates, one or two of each; axes of about unit extent suit the lengths that are tried.
  ///   - values: Finite values at the points.
  ///   - lengths: Lengths known from elsewhere; `nil` fits them. The variance is always fitted.
  /// - Throws: `LinearAlgebraError` for values that are not finite.
  /// - Complexity: O(min(n, 200)³) for each of some dozens of lengths.
  public init(points: [[Double]], values: [Double], lengths: [Double]? = nil) throws(LinearAlgebraError) {
    precondition(points.count == values.count && points.count >= 3, "\(values.count) values at \(points.count) points")
    self.points = points
    self.values = values
    // Some of many points tell the lengths as well, if they are spread evenly.
    let step = max(1, (points.count + Kriging.fittedCount - 1) / Kriging.fittedCount)
    let chosen = Array(stride(from: 0, to: points.count, by: step))
    let fit = Fit(points: chosen.map { points[$0] }, values: chosen.map { values[$0] })
    var best: (lengths: [Double], fit: Fit.Result)?
    for candidate in lengths.map({ [$0] }) ?? Kriging.candidates(points[0].count) {
      guard let result = try fit.leaveOneOut(candidate), result.score < best?.fit.score ?? .infinity else { continue }
      best = (candidate, result)
    }
    self.lengths = best?.lengths ?? lengths ?? points[0].map { _ in 1 }
    variance = best?.fit.variance ?? 0
  }

  /// The value at `point`, from the points around it.
  ///
  /// - Throws: `LinearAlgebraError` for a point that is not finite.
  public func predict(_ point: [Double]) throws(LinearAlgebraError) -> Prediction {
    let distances = points.map { Kriging.squaredDistance($0, point, lengths) }
    if let index = distances.firstIndex(of: 0) { return Prediction(value: values[index], error: 0) }
    let near = Kriging.nearest(distances, count: Kriging.neighbourCount)
    let matrix = Kriging.correlations(near.map { points[$0] }, lengths)
    guard variance > 0, let cholesky = try CholeskyDecomposition(of: matrix) else {
      let mean = near.reduce(0) { $0 + values[$1] } / Double(near.count)
      return Prediction(value: mean, error: variance.squareRoot())
    }
    let correlation = near.map { Kriging.correlation(distances[$0]) }
    let ones = [Double](repeating: 1, count: near.count)
    let solved = cholesky.solve(Matrix(columns: [near.map { values[$0] }, ones, correlation]))
    let (w, u, c) = (solved.column(0), solved.column(1), solved.column(2))
    let weight = u.reduce(0, +)
    let mean = w.reduce(0, +) / weight
    var value = mean
    for i in near.indices { value += correlation[i] * (w[i] - mean * u[i]) }
    let lack = 1 - c.reduce(0, +)
    let unexplained = 1 - VectorKernel.dot(correlation, c) + lack * lack / weight
    return Prediction(value: value, error: (variance * max(0, unexplained)).squareRoot())
  }

  // MARK: - The process

  /// Points whose neighbourhood predicts.
  private static let neighbourCount = 40
  /// Points on which lengths are fitted.
  private static let fittedCount = 200
  private static let noise = 1e-8

  private static func candidates(_ dimension: Int) -> [[Double]] {
    let lengths = [0.08, 0.15, 0.3, 0.6, 1.2, 2.4, 4.8]
    return dimension == 1 ? lengths.map { [$0] } : lengths.flatMap { x in lengths.map { [x, $0] } }
  }

  fileprivate static func squaredDistance(_ a: [Double], _ b: [Double], _ lengths: [Double]) -> Double {
    var sum = 0.0
    for i in a.indices {
      let difference = (a[i] - b[i]) / lengths[i]
      sum += difference * difference
    }
    return sum
  }

  /// k / σ² over a squared distance in units of the lengths.
  fileprivate static func correlation(_ squared: Double) -> Double {
    let r = (5 * squared).squareRoot()
    return (1 + r + r * r / 3) * exp(-r)
  }

  fileprivate static func correlations(_ points: [[Double]], _ lengths: [Double]) -> Matrix {
    var matrix = Matrix(rowCount: points.count, columnCount: points.count)
    for j in points.indices {
      matrix[j, j] = 1 + noise
      for i in j + 1..<points.count { matrix[i, j] = correlation(squaredDistance(points[i], points[j], lengths)) }
    }
    return matrix
  }

  /// Positions of the smallest `distances`.
  private static func nearest(_ distances: [Double], count: Int) -> [Int] {
    guard distances.count > count else { return Array(distances.indices) }
    let border = distances.sorted()[count - 1]
    return Array(distances.indices.filter { distances[$0] <= border }.prefix(count))
  }
}

/// What leaving out one point after another says of some lengths.
private struct Fit {
  struct Result {
    /// Minus twice the mean leave-one-out log density, but for a constant.
    let score: Double
    /// The variance σ² under which errors are as large as claimed.
    let variance: Double
  }

  let points: [[Double]]
  let values: [Double]

  /// `nil` where the equations can't be solved.
  func leaveOneOut(_ lengths: [Double]) throws(LinearAlgebraError) -> Result? {
    let n = points.count
    guard let cholesky = try CholeskyDecomposition(of: Kriging.correlations(points, lengths)) else { return nil }
    let inverse = cholesky.solve(Matrix.identity(n))
    let u = cholesky.solve([Double](repeating: 1, count: n))
    let weight = u.reduce(0, +)
    let w = cholesky.solve(values)
    let mean = w.reduce(0, +) / weight
    // With P = K⁻¹ − u uᵀ / (1ᵀ u), the error without point i is (P y)ᵢ / Pᵢᵢ and its variance σ² / Pᵢᵢ.
    var (squares, logarithms) = (0.0, 0.0)
    for i in 0..<n {
      let precision = inverse[i, i] - u[i] * u[i] / weight
      guard precision > 0 else { return nil }
      let projected = w[i] - mean * u[i]
      squares += projected * projected / precision
      logarithms -= log(precision)
    }
    let variance = squares / Double(n)
    guard variance > 0, variance.isFinite else { return Result(score: -.infinity, variance: 0) }
    return Result(score: log(variance) + logarithms / Double(n), variance: variance)
  }
}
