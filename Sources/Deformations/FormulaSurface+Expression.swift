public import ThalwegExpressions
public import ThalwegSurfaces

extension FormulaSurface {
  /// The surface of a formula given as text, with exact gradient and Hessian.
  ///
  /// ```swift
  /// let surface = try FormulaSurface(expression: "0.5*p1^2 + sin(p2)", variables: ["p1", "p2"])
  /// ```
  ///
  /// - Throws: `ExpressionError`, one line with a column.
  public init(expression text: String, variables: [String]) throws(ExpressionError) {
    self.init(expression: try Expression(text, variables: variables))
  }

  /// The surface of `expression`, with exact gradient and Hessian.
  public init(expression: Expression) {
    self.init(
      variables: expression.variables, value: { expression.value(at: $0) },
      gradient: { expression.derivatives(at: $0).gradient }, hessian: { expression.hessian(at: $0) })
  }
}
