import ThalwegSurfaces

/// A surface as a function of an array, for methods that do their algebra in double precision. It counts what
/// it is asked for.
final class CountedSurface {
  private let evaluator: any Evaluator
  private var state: ModelState
  private var slope: ModelVector
  /// Number of points that were evaluated.
  private(set) var evaluationCount = 0
  /// Number of them with a gradient.
  private(set) var gradientCount = 0

  /// The function of `start`'s parameters, with its buffers, in its precision.
  init(_ surface: any LossSurface, start: ModelState) throws {
    precondition(start.space == surface.space, "the first point is of another space than the surface")
    evaluator = try surface.makeEvaluator()
    state = start
    slope = ModelVector(zeros: start.parameters.count, precision: start.parameters.precision)
  }

  /// The loss at `point`; infinite where it is no number.
  func loss(at point: [Double]) throws -> Double {
    evaluationCount += 1
    let loss = try evaluator.evaluate(at: moved(to: point)).loss
    return loss.isNaN ? .infinity : loss
  }

  /// The loss at `point`, and the gradient; the loss is infinite where either is not finite.
  func gradient(at point: [Double]) throws -> (loss: Double, gradient: [Double]) {
    evaluationCount += 1
    gradientCount += 1
    let loss = try evaluator.gradient(at: moved(to: point), into: &slope).loss
    let gradient = slope.doubles
    return (loss.isFinite && gradient.allSatisfy(\.isFinite) ? loss : .infinity, gradient)
  }

  /// The state at `point`, rounded to the precision of the start.
  func moved(to point: [Double]) -> ModelState {
    state.parameters =
      state.parameters.precision == .single ? ModelVector(point.map { Float($0) }) : ModelVector(point)
    return state
  }
}

/// `Σ xᵢ yᵢ`.
func dot(_ x: [Double], _ y: [Double]) -> Double {
  var total = 0.0
  for i in x.indices { total += x[i] * y[i] }
  return total
}

/// `√Σ xᵢ²`.
func norm(_ x: [Double]) -> Double { dot(x, x).squareRoot() }

/// `x + factor · y`.
func sum(_ x: [Double], _ factor: Double, _ y: [Double]) -> [Double] {
  x.indices.map { x[$0] + factor * y[$0] }
}
