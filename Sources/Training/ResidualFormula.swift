public import ThalwegSurfaces

/// A sum of squares `½ Σ rⱼ²` given by formulas in a few variables.
public struct ResidualFormula: ResidualSurface {
  /// One coordinate entry for each variable.
  public let space: StateSpace
  /// Number of residuals.
  public let residualCount: Int
  private let residuals: @Sendable ([Double]) -> [Double]
  private let jacobian: @Sendable ([Double]) -> [[Double]]

  /// A surface in `variables` with its residuals and the rows of their Jacobian.
  public init(
    variables: [String], residualCount: Int, residuals: @escaping @Sendable ([Double]) -> [Double],
    jacobian: @escaping @Sendable ([Double]) -> [[Double]]
  ) {
    space = StateSpace(variables: variables)
    self.residualCount = residualCount
    self.residuals = residuals
    self.jacobian = jacobian
  }

  /// The point with the given coordinates.
  public func point(_ coordinates: [Double]) -> ModelState {
    ModelState(space: space, parameters: ModelVector(coordinates), buffers: ModelVector([Double]()))
  }

  /// The value, the gradient and the Gauss–Newton matrix `Jᵀ J` at `state`.
  public func linearise(at state: ModelState) throws -> any Linearisation {
    let evaluator = FormulaEvaluator(self)
    var gradient = state.parameters
    let primal = evaluator.gradient(at: state, into: &gradient)
    guard primal.status == .ok else { throw CurvatureError.diverged(loss: primal.loss) }
    let rows = jacobian(state.parameters.doubles)
    let product = (0..<state.parameters.count).map { i in
      (0..<state.parameters.count).map { j in rows.reduce(0) { $0 + $1[i] * $1[j] } }
    }
    return MatrixLinearisation(
      state: state, primal: primal, gradient: gradient, matrices: [.gaussNewton: product])
  }

  /// An evaluator of the loss; it needs no memory.
  public func makeEvaluator() -> any Evaluator { FormulaEvaluator(self) }

  /// An evaluator of the residuals; it needs no memory.
  public func makeResidualEvaluator() -> any ResidualEvaluator { FormulaEvaluator(self) }

  private final class FormulaEvaluator: Evaluator, ResidualEvaluator {
    let formula: ResidualFormula
    let perExampleLosses: [Double] = []

    init(_ formula: ResidualFormula) { self.formula = formula }

    func residuals(at state: borrowing ModelState) -> [Double] {
      let residuals = formula.residuals(state.parameters.doubles)
      precondition(
        residuals.count == formula.residualCount,
        "\(residuals.count) residuals, \(formula.residualCount) were promised")
      return residuals
    }

    func linearise(at state: borrowing ModelState) -> (residuals: [Double], jacobian: [Double]) {
      let rows = formula.jacobian(state.parameters.doubles)
      precondition(
        rows.count == formula.residualCount && rows.allSatisfy { $0.count == state.parameters.count },
        "the Jacobian is not of \(formula.residualCount) rows of \(state.parameters.count)")
      return (residuals(at: state), Array(rows.joined()))
    }

    func evaluate(at state: borrowing ModelState) -> Evaluation {
      let residuals = residuals(at: state)
      return Evaluation(loss: 0.5 * dot(residuals, residuals))
    }

    func gradient(at state: borrowing ModelState, into gradient: inout ModelVector) -> Evaluation {
      let (residuals, jacobian) = linearise(at: state)
      gradient = ModelVector(transposedProduct(jacobian, residuals, columnCount: state.parameters.count))
      return Evaluation(loss: 0.5 * dot(residuals, residuals))
    }
  }
}
