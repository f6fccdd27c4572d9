/// A surface given by a formula in a few variables. It runs in `Double` through the same surveys as a network, so every
/// survey can be tested against exact answers.
public struct FormulaSurface: LossSurface {
  /// One coordinate entry for each variable.
  public let space: StateSpace
  private let value: @Sendable ([Double]) -> Double
  private let slope: @Sendable ([Double]) -> [Double]
  private let hessian: (@Sendable ([Double]) -> [[Double]])?

  /// A surface in `variables` with its value, its gradient and, where second derivatives are wanted, the rows of its
  /// Hessian.
  public init(
    variables: [String], value: @escaping @Sendable ([Double]) -> Double,
    gradient: @escaping @Sendable ([Double]) -> [Double],
    hessian: (@Sendable ([Double]) -> [[Double]])? = nil
  ) {
    space = StateSpace(variables: variables)
    self.value = value
    slope = gradient
    self.hessian = hessian
  }

  /// The quadratic form `½ (x − c)ᵀ A (x − c)` with symmetric `A`, given by rows, and centre `c`.
  public static func quadratic(matrix: [[Double]], centre: [Double]) -> FormulaSurface {
    precondition(matrix.count == centre.count && matrix.allSatisfy { $0.count == centre.count })
    let product: @Sendable ([Double]) -> [Double] = { x in
      matrix.map { row in zip(row, zip(x, centre)).reduce(0) { $0 + $1.0 * ($1.1.0 - $1.1.1) } }
    }
    return FormulaSurface(
      variables: centre.indices.map { "x\($0 + 1)" },
      value: { x in 0.5 * zip(product(x), zip(x, centre)).reduce(0) { $0 + $1.0 * ($1.1.0 - $1.1.1) } },
      gradient: product, hessian: { _ in matrix })
  }

  /// The point with the given coordinates.
  public func point(_ coordinates: [Double]) -> ModelState {
    ModelState(space: space, parameters: ModelVector(coordinates), buffers: ModelVector([Double]()))
  }

  /// An evaluator; it needs no memory.
  public func makeEvaluator() -> any Evaluator { FormulaEvaluator(value: value, slope: slope) }

  /// The value, the gradient and, if the formula states it, the Hessian at `state`.
  public func linearise(at state: ModelState) throws -> any Linearisation {
    let x = state.parameters.doubles
    let loss = value(x)
    guard loss.isFinite else { throw CurvatureError.diverged(loss: loss) }
    return MatrixLinearisation(
      state: state, primal: Evaluation(loss: loss), gradient: ModelVector(slope(x)),
      matrices: hessian.map { [.hessian: $0(x)] } ?? [:])
  }

  private final class FormulaEvaluator: Evaluator {
    let value: @Sendable ([Double]) -> Double
    let slope: @Sendable ([Double]) -> [Double]
    let perExampleLosses: [Double] = []

    init(value: @escaping @Sendable ([Double]) -> Double, slope: @escaping @Sendable ([Double]) -> [Double]) {
      self.value = value
      self.slope = slope
    }

    func evaluate(at state: borrowing ModelState) -> Evaluation {
      Evaluation(loss: value(state.parameters.doubles))
    }

    func gradient(at state: borrowing ModelState, into gradient: inout ModelVector) -> Evaluation {
      let coordinates = state.parameters.doubles
      gradient = ModelVector(slope(coordinates))
      return Evaluation(loss: value(coordinates))
    }
  }
}
