import ThalwegSpectra
public import ThalwegSurfaces

/// Applies a function of the loss to a surface or to each minibatch: ℓ ↦ δ(ℓ).
///
/// Value δ(ℓ), gradient `δ′(ℓ) ∇ℓ`, Hessian `δ′(ℓ) H + δ″(ℓ) ∇ℓ ∇ℓᵀ`. δ acts on the mean over all examples,
/// after reduction, and not on the loss of each example; these stay what they were, and so does
/// ``Evaluation/undeformedLoss``. On a stream it acts on the mean of each minibatch, which costs one
/// multiplication of the gradient. What an optimiser adds afterwards, such as weight decay, is not deformed.
///
/// The slope must be positive at every loss that is met; otherwise evaluations throw ``DeformationError``. A
/// loss that is not finite is passed on as it is.
public struct FunctionDeformation: Deformation, StreamDeformation, NamedDeformation {
  /// δ, with its limits.
  public let function: any DeformationFunction

  /// The deformation by `function`.
  ///
  /// - Parameters:
  ///   - function: δ.
  ///   - maximumSlope: A bound of the slope, above 0; see ``CappedFunction``.
  ///   - lossWindow: Losses inside which δ is used; see ``WindowedFunction``. The cap comes after the window.
  public init(
    _ function: any DeformationFunction, maximumSlope: Double? = nil, lossWindow: ClosedRange<Double>? = nil
  ) {
    var limited = function
    if let lossWindow { limited = WindowedFunction(limited, window: lossWindow) }
    if let maximumSlope { limited = CappedFunction(limited, maximumSlope: maximumSlope) }
    self.function = limited
  }

  /// The deformed surface.
  public func apply(to surface: any LossSurface) -> any LossSurface {
    FunctionDeformedSurface(base: surface, function: function)
  }

  /// The stream of deformed minibatches. If the surfaces of the given stream can be looked at, so can these.
  public func apply(to stream: any FieldStream) -> any FieldStream {
    if let stream = stream as? any SurfaceStream {
      return FunctionDeformedSurfaceStream(base: stream, deformation: self)
    }
    return FunctionDeformedStream(base: stream, function: function)
  }

  /// The deformation as text.
  public var description: String { function.description }
}

extension DeformationFunction {
  /// The evaluation after deformation, and the factor of the gradient.
  func deform(_ evaluation: Evaluation) throws -> (evaluation: Evaluation, slope: Double) {
    guard evaluation.status == .ok else { return (evaluation, 1) }
    let slope = try checkedSlope(at: evaluation.loss)
    return (evaluation.replacingLoss(by: value(at: evaluation.loss), slope: slope), slope)
  }
}

extension Evaluation {
  /// The evaluation with another value of the deformed loss, whose gradient was multiplied by `slope` once more.
  func replacingLoss(by loss: Double, slope: Double = 1) -> Evaluation {
    Evaluation(
      loss: loss, undeformedLoss: undeformedLoss, correctCount: correctCount, exampleCount: exampleCount,
      slope: slope * self.slope)
  }
}

private struct FunctionDeformedSurface: LossSurface {
  let base: any LossSurface
  let function: any DeformationFunction

  var space: StateSpace { base.space }

  func makeEvaluator() throws -> any Evaluator {
    FunctionDeformedEvaluator(base: try base.makeEvaluator(), function: function)
  }

  func linearise(at state: ModelState) throws -> any Linearisation {
    try FunctionDeformedLinearisation(base: base.linearise(at: state), function: function)
  }
}

private final class FunctionDeformedEvaluator: Evaluator {
  private let base: any Evaluator
  private let function: any DeformationFunction

  init(base: any Evaluator, function: any DeformationFunction) {
    self.base = base
    self.function = function
  }

  var perExampleLosses: [Double] { base.perExampleLosses }

  func evaluate(at state: borrowing ModelState) throws -> Evaluation {
    try function.deform(base.evaluate(at: state)).evaluation
  }

  func gradient(at state: borrowing ModelState, into gradient: inout ModelVector) throws -> Evaluation {
    let (evaluation, slope) = try function.deform(base.gradient(at: state, into: &gradient))
    if slope != 1 { gradient.scale(by: slope) }
    return evaluation
  }
}

private final class FunctionDeformedLinearisation: Linearisation {
  private let base: any Linearisation
  private let slope: Double
  private let secondSlope: Result<Double, DeformationError>
  let primal: Evaluation
  let gradient: ModelVector

  init(base: any Linearisation, function: any DeformationFunction) throws {
    self.base = base
    (primal, slope) = try function.deform(base.primal)
    let loss = base.primal.loss
    secondSlope = Result { () throws(DeformationError) in try function.checkedCurvature(at: loss) }
    var gradient = base.gradient
    if slope != 1 { gradient.scale(by: slope) }
    self.gradient = gradient
  }

  var state: ModelState { base.state }

  func curvature(_ kind: CurvatureKind) throws -> any SymmetricOperator {
    let matrix = try base.curvature(kind)
    switch kind {
    case .hessian:
      let second = try secondSlope.get()
      if second == 0 { return scaled(matrix, by: slope) }
      return SumOfOperators([(slope, matrix), (second, OuterProductOperator(base.gradient.doubles))])
    case .gaussNewton, .sampledFisher:
      return scaled(matrix, by: slope)
    case .gradientCovariance:
      // Each example's share of the deformed gradient is δ′ times what it was, and the covariance is
      // quadratic in it.
      return scaled(matrix, by: slope * slope)
    }
  }

  private func scaled(_ matrix: any SymmetricOperator, by factor: Double) -> any SymmetricOperator {
    factor == 1 ? matrix : ScaledOperator(matrix, by: factor)
  }
}
