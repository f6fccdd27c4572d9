import Foundation
import ThalwegLinearAlgebra

/// The pacGen metric of flatness: how widely a parameter may be perturbed before a bound on generalisation
/// suffers.
///
/// `G = Σₙ ln[ (|pₙ|(1 + μ) + ν) · max( √(Hₙₙ + ε √ñ (μ|pₙ| + ν)), 1/(μ|pₙ| + ν) ) ]`, with p the ñ
/// parameters and Hₙₙ the diagonal of the Hessian. It assumes a loss that is convex near p; a radicand below
/// zero is taken as zero, and the second term of the maximum decides. Lower is better.
///
/// Source: Wang, Keskar, Xiong & Socher (2018), Identifying generalization properties in neural networks,
/// arXiv:1809.07402.
public struct PacGenMetric: Sendable, Codable, Equatable {
  /// μ: the perturbation's radius relative to the parameter.
  public var relativeRadius: Double
  /// ν: the part of the radius that does not depend on the parameter.
  public var absoluteRadius: Double
  /// ε: the Lipschitz constant of the Hessian.
  public var hessianLipschitzConstant: Double

  /// A metric. Both radii must be above 0, the constant at least 0.
  public init(relativeRadius: Double, absoluteRadius: Double, hessianLipschitzConstant: Double) {
    precondition(
      relativeRadius > 0 && absoluteRadius > 0 && hessianLipschitzConstant >= 0,
      "radii \(relativeRadius), \(absoluteRadius) and constant \(hessianLipschitzConstant)")
    self.relativeRadius = relativeRadius
    self.absoluteRadius = absoluteRadius
    self.hessianLipschitzConstant = hessianLipschitzConstant
  }

  /// G at `parameters` with `hessianDiagonal`, of equal count.
  public func value(parameters: [Double], hessianDiagonal: [Double]) -> Double {
    precondition(
      parameters.count == hessianDiagonal.count,
      "\(parameters.count) parameters, \(hessianDiagonal.count) entries")
    let root = Double(parameters.count).squareRoot()
    return zip(parameters, hessianDiagonal).reduce(0) { sum, entry in
      let size = abs(entry.0)
      let radius = relativeRadius * size + absoluteRadius
      let curvature = max(0, entry.1 + hessianLipschitzConstant * root * radius).squareRoot()
      return sum + log((size * (1 + relativeRadius) + absoluteRadius) * max(curvature, 1 / radius))
    }
  }
}

/// An estimate from below of how fast a Hessian changes near a point.
public struct HessianLipschitzEstimate: Sendable, Equatable {
  /// The largest ratio found. A lower bound of the constant: directions that were not tried may be worse.
  public let value: Double
  /// The ratio of each direction.
  public let ratios: [Double]
  /// Products spent.
  public let products: Int
}

/// Estimates the Lipschitz constant of a Hessian as the largest `‖(H(p + r d) − H(p)) v‖ / r` over random
/// unit d, v.
///
/// - Parameters:
///   - dimension: Number of parameters.
///   - radius: r, the length of the displacements, in the unit of the parameters.
///   - directionCount: Number of displacements, each with a new v.
///   - powerStepCount: How often v is replaced by the normalised product, which leads it to the worst one.
///   - seed: Seed of all random vectors.
///   - makeOperator: Makes the Hessian at the point displaced by its argument.
/// - Throws: ``OperatorError``, what `makeOperator` and the operators throw.
/// - Complexity: `2 · directionCount · (1 + powerStepCount)` products and `directionCount + 1` operators.
public func estimateHessianLipschitzConstant(
  dimension: Int, radius: Double, directionCount: Int = 8, powerStepCount: Int = 0, seed: UInt64 = 0,
  at makeOperator: (_ displacement: [Double]) throws -> any SymmetricOperator
) throws -> HessianLipschitzEstimate {
  precondition(
    dimension > 0 && radius > 0 && directionCount > 0, "\(directionCount) directions of length \(radius)")
  let centre = try makeOperator([Double](repeating: 0, count: dimension))
  var ratios: [Double] = []
  for index in 0..<directionCount {
    try Task.checkCancellation()
    var d = randomVector(count: dimension, .gaussian, seed: seed, RandomKey.displacement, 2 * index)
    _ = d.normalise()
    let moved = try makeOperator(d.map { $0 * radius })
    var v = randomVector(count: dimension, .gaussian, seed: seed, RandomKey.displacement, 2 * index + 1)
    var largest = 0.0
    for _ in 0...powerStepCount {
      guard v.normalise() else { break }
      var change = try moved.product(with: v)
      VectorKernel.add(-1, times: try centre.product(with: v), to: &change)
      largest = max(largest, VectorKernel.norm(change) / radius)
      v = change
    }
    ratios.append(largest)
  }
  return HessianLipschitzEstimate(
    value: ratios.reduce(0, max), ratios: ratios, products: 2 * directionCount * (1 + powerStepCount))
}
