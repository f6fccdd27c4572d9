import Foundation
public import ThalwegLinearAlgebra

/// Interpolation between scattered points that says how far off it may be: ordinary kriging.
///
/// Values are taken for a draw of a Gaussian process with an unknown constant mean and the Matérn covariance of
/// smoothness 3/2, whose draws can be differentiated once:
///
///     k(h) = σ² (1 + √3 r) exp(−√3 r),   r² = Σᵢ (hᵢ / ℓᵢ)²
///
/// Smoother covariances interpolate smooth functions better and claim more than they hold: with smoothness 5/2 intervals
/// of 95 % held half of the values of a bowl's logarithm on 5 × 5 points, with 3/2 five sixths.
///
/// The lengths ℓ and the variance σ² are those under which leaving out one point after another is predicted best
/// (largest leave-one-out density, of which both errors and their claimed sizes are part). Surfaces are rougher here than
/// there: where leaving out the points around a place errs by more, the place's σ² is theirs. A noise of 10⁻¹⁰ σ² keeps
/// the equations solvable; errors contain it.
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
  /// Variance of the process, σ², over all points.
  public let variance: Double

  private let points: [[Double]]
  private let values: [Double]
  /// The equations of all points; `nil` where they are too many, and each place is predicted from those around it.
  private let system: System?

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
    let (some, their) = (chosen.map { points[$0] }, chosen.map { values[$0] })
    var best: (lengths: [Double], score: Double, variance: Double)?
    for candidate in lengths.map({ [$0] }) ?? Kriging.candidates(points[0].count) {
      guard let system = try System(some, their, candidate), system.score < best?.score ?? .infinity else { continue }
      best = (candidate, system.score, system.variance)
    }
    self.lengths = best?.lengths ?? lengths ?? points[0].map { _ in 1 }
    variance = best?.variance ?? 0
    system = points.count <= Kriging.systemCount ? try System(points, values, self.lengths) : nil
  }

  /// The values at `places`.
  ///
  /// - Throws: `LinearAlgebraError` for a place that is not finite.
  /// - Complexity: O(n²) for each of them with n points, at most 400.
  public func predict(_ places: [[Double]]) throws(LinearAlgebraError) -> [Prediction] {
    if let system { return try predict(places, from: system) }
    var predictions: [Prediction] = []
    for place in places {
      let distances = points.map { Kriging.squaredDistance($0, place, lengths) }
      let near = Kriging.nearest(distances, count: Kriging.neighbourCount)
      let system = try System(near.map { points[$0] }, near.map { values[$0] }, lengths)
      predictions += try predict([place], from: system)
    }
    return predictions
  }

  private func predict(_ places: [[Double]], from system: System?) throws(LinearAlgebraError) -> [Prediction] {
    guard variance > 0, let system else {
      // Values without variance are all the same.
      return places.map { _ in Prediction(value: values[0], error: variance.squareRoot()) }
    }
    let correlations = Matrix(
      columns: places.map { place in
        system.points.map { Kriging.correlation(Kriging.squaredDistance($0, place, lengths)) }
      })
    let solved = system.cholesky.solve(correlations)
    return places.indices.map { index in
      let place = places[index]
      if let known = system.points.firstIndex(of: place) { return Prediction(value: system.values[known], error: 0) }
      let (k, c) = (correlations.column(index), solved.column(index))
      var value = system.mean
      for i in k.indices { value += k[i] * system.weights[i] }
      let lack = 1 - c.reduce(0, +)
      let unexplained = 1 - VectorKernel.dot(k, c) + lack * lack / system.precision
      let around = Kriging.nearest(
        system.points.map { Kriging.squaredDistance($0, place, lengths) }, count: Kriging.localCount)
      let local = around.reduce(0) { $0 + system.squaredErrors[$1] } / Double(around.count)
      return Prediction(
        value: value, error: (max(variance, local) * (max(0, unexplained) + Kriging.noise)).squareRoot())
    }
  }

  /// Solved equations of some points, and what leaving out one after another says of them.
  private struct System {
    let points: [[Double]]
    let values: [Double]
    let cholesky: CholeskyDecomposition
    /// The generalised mean, (1ᵀ K⁻¹ y) / (1ᵀ K⁻¹ 1).
    let mean: Double
    /// 1ᵀ K⁻¹ 1.
    let precision: Double
    /// K⁻¹ (y − mean).
    let weights: [Double]
    /// The squared error of each point's value as the others predict it, over the variance expected for σ = 1.
    let squaredErrors: [Double]
    /// Minus twice the mean leave-one-out log density, but for a constant.
    let score: Double

    /// The variance σ² under which errors are as large as claimed.
    var variance: Double { squaredErrors.reduce(0, +) / Double(squaredErrors.count) }

    /// `nil` where they can't be solved.
    init?(_ points: [[Double]], _ values: [Double], _ lengths: [Double]) throws(LinearAlgebraError) {
      guard let cholesky = try CholeskyDecomposition(of: Kriging.correlations(points, lengths)) else { return nil }
      let n = points.count
      let inverse = cholesky.solve(Matrix.identity(n))
      let u = cholesky.solve([Double](repeating: 1, count: n))
      let w = cholesky.solve(values)
      let precision = u.reduce(0, +)
      let mean = w.reduce(0, +) / precision
      let weights = zip(w, u).map { $0 - mean * $1 }
      // With P = K⁻¹ − u uᵀ / (1ᵀ u), the error without point i is (P y)ᵢ / Pᵢᵢ and its variance σ² / Pᵢᵢ.
      var (squaredErrors, logarithms) = ([Double](), 0.0)
      for i in 0..<n {
        let own = inverse[i, i] - u[i] * u[i] / precision
        guard own > 0 else { return nil }
        squaredErrors.append(weights[i] * weights[i] / own)
        logarithms -= log(own)
      }
      let variance = squaredErrors.reduce(0, +) / Double(n)
      score = variance > 0 && variance.isFinite ? log(variance) + logarithms / Double(n) : -.infinity
      (self.points, self.values, self.cholesky) = (points, values, cholesky)
      (self.mean, self.precision, self.weights, self.squaredErrors) = (mean, precision, weights, squaredErrors)
    }
  }

  // MARK: - The process

  /// Points at most of which all predict.
  private static let systemCount = 400
  /// Points around a place that predict where there are more. With fewer, intervals would be too narrow.
  private static let neighbourCount = 120
  /// Points around a place whose errors tell how rough it is there.
  private static let localCount = 6
  /// Points on which lengths are fitted.
  private static let fittedCount = 200
  private static let noise = 1e-10

  private static func candidates(_ dimension: Int) -> [[Double]] {
    let lengths = [0.08, 0.15, 0.3, 0.6, 1.2, 2.4, 4.8]
    return dimension == 1 ? lengths.map { [$0] } : lengths.flatMap { x in lengths.map { [x, $0] } }
  }

  private static func squaredDistance(_ a: [Double], _ b: [Double], _ lengths: [Double]) -> Double {
    var sum = 0.0
    for i in a.indices {
      let difference = (a[i] - b[i]) / lengths[i]
      sum += difference * difference
    }
    return sum
  }

  /// k / σ² over a squared distance in units of the lengths.
  private static func correlation(_ squared: Double) -> Double {
    let r = (3 * squared).squareRoot()
    return (1 + r) * exp(-r)
  }

  private static func correlations(_ points: [[Double]], _ lengths: [Double]) -> Matrix {
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
