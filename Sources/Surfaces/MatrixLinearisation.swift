import ThalwegLinearAlgebra
public import ThalwegSpectra

/// The linearisation of a surface with few parameters, whose matrices are written out.
public final class MatrixLinearisation: Linearisation {
  /// The point.
  public let state: ModelState
  /// The value there.
  public let primal: Evaluation
  /// The gradient there.
  public let gradient: ModelVector
  private let matrices: [CurvatureKind: [[Double]]]

  /// What is known at `state`; each matrix is given by its rows.
  public init(
    state: ModelState, primal: Evaluation, gradient: ModelVector, matrices: [CurvatureKind: [[Double]]]
  ) {
    self.state = state
    self.primal = primal
    self.gradient = gradient
    self.matrices = matrices
  }

  /// The matrix of `kind`, if it was given.
  public func curvature(_ kind: CurvatureKind) throws -> any SymmetricOperator {
    guard let rows = matrices[kind] else {
      throw CurvatureError.undefined(kind, reason: "the formula doesn't state it")
    }
    return DenseOperator(Matrix(rows: rows))
  }
}
