public import ThalwegExpressions

/// A deformation function δ given by a formula in the loss, called `l` or `ℓ`.
///
/// Both derivatives are exact. As text: `delta("ln(exp(l) - 0.9)")`. Where losses grow large such a formula
/// may overflow; ``LogarithmExponential`` does not.
public struct FormulaFunction: DeformationFunction, Equatable {
  /// The name in front of the arguments.
  public static let keyword = "delta"
  /// The formula.
  public let expression: Expression

  /// The function `text`.
  ///
  /// - Throws: `ExpressionError`, one line with a column.
  public init(_ text: String) throws(ExpressionError) { expression = try lossExpression(text) }

  /// δ(ℓ).
  public func value(at loss: Double) -> Double { expression.value(at: [loss]) }

  /// δ′(ℓ).
  public func slope(at loss: Double) -> Double { expression.slope(at: loss).slope }

  /// δ″(ℓ).
  public func curvature(at loss: Double) -> Double { expression.hessian(at: [loss])[0][0] }

  /// The function as text.
  public var description: String { "\(Self.keyword)(\"\(expression)\")" }
}

/// A deformation function given by its slope φ, the wanted multiplier of the gradient, as a formula in the
/// loss, called `l` or `ℓ`.
///
/// The value is `δ(ℓ) = ℓ₀ + ∫ φ` from the reference ℓ₀ to ℓ, by adaptive Gauss quadrature to about 12
/// digits; training needs only slopes. As text: `slope("1 + 9*exp(-l)", reference: 1)`.
public struct SlopeFunction: DeformationFunction, Equatable {
  /// The name in front of the arguments.
  public static let keyword = "slope"
  /// φ.
  public let expression: Expression
  /// ℓ₀, a loss at which φ is finite; there δ(ℓ₀) = ℓ₀.
  public let reference: Double

  /// The function with the slope `text`.
  ///
  /// - Throws: `ExpressionError`, one line with a column.
  public init(slope text: String, reference: Double = 1) throws(ExpressionError) {
    precondition(reference.isFinite, "the reference \(reference) is not a loss")
    expression = try lossExpression(text)
    self.reference = reference
  }

  /// δ(ℓ), by quadrature.
  public func value(at loss: Double) -> Double {
    reference + GaussLegendre.integrate(from: reference, to: loss) { expression.value(at: [$0]) }
  }

  /// φ(ℓ).
  public func slope(at loss: Double) -> Double { expression.value(at: [loss]) }

  /// φ′(ℓ).
  public func curvature(at loss: Double) -> Double { expression.slope(at: loss).slope }

  /// The function as text.
  public var description: String { "\(Self.keyword)(\"\(expression)\", reference: \(brief(reference)))" }
}

/// A formula in the loss. One character stands for the other, so columns stay right.
private func lossExpression(_ text: String) throws(ExpressionError) -> Expression {
  try Expression(String(text.map { $0 == "ℓ" ? "l" : $0 }), variables: ["l"])
}
