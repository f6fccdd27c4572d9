public import ThalwegSurfaces

/// A surface that is a sum of squares, `L(θ) = ½ Σ rⱼ(θ)²`, and can show its residuals.
public protocol ResidualSurface: LossSurface {
  /// Number of residuals.
  var residualCount: Int { get }
  /// An evaluator of the residuals, with memory of its own.
  func makeResidualEvaluator() throws -> any ResidualEvaluator
}

/// Evaluates the residuals of a ``ResidualSurface`` at one point after another. Evaluation is pure.
public protocol ResidualEvaluator: AnyObject {
  /// The residuals at `state`, `residualCount` numbers.
  func residuals(at state: borrowing ModelState) throws -> [Double]
  /// The residuals and their Jacobian `∂rⱼ/∂θᵢ`, row after row: `residualCount × parameterCount`.
  func linearise(at state: borrowing ModelState) throws -> (residuals: [Double], jacobian: [Double])
}
