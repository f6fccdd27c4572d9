import ThalwegSpectra
public import ThalwegSurfaces

/// Adds BN-sharpness to a surface: `ℓ + λ S`.
///
/// The worst direction is searched anew at every point, so an evaluation is as dear as
/// ``BNSharpness/measure(_:at:)``. With a converged search and the total gradient, the gradient is that of
/// the value. For training, minibatch by minibatch and with two gradients a step, see
/// ``SharpnessGuidedDescent``. As text: `bnsharpness(weight: 0.1, radius: 0.01)`.
public struct BNSharpnessPenalty: Deformation, NamedDeformation, Equatable {
  /// The name in front of the arguments.
  public static let keyword = "bnsharpness"
  /// λ, at least 0.
  public let weight: Double
  /// S.
  public let sharpness: BNSharpness
  /// Which derivative of S is added to the gradient.
  public let gradientKind: BNSharpnessGradient

  /// The penalty λ S.
  public init(
    weight: Double, sharpness: BNSharpness = BNSharpness(), gradientKind: BNSharpnessGradient = .total
  ) {
    precondition(weight >= 0 && weight.isFinite, "a penalty's weight of \(weight)")
    self.weight = weight
    self.sharpness = sharpness
    self.gradientKind = gradientKind
  }

  /// The surface `ℓ + λ S`.
  public func apply(to surface: any LossSurface) -> any LossSurface {
    PenalisedSurface(base: surface, penalty: self)
  }

  /// The deformation as text.
  public var description: String {
    var text = "\(Self.keyword)(weight: \(brief(weight)), radius: \(brief(sharpness.radius)), "
    text += "exponent: \(brief(sharpness.exponent)), nodes: \(sharpness.nodeCount), "
    text += "steps: \(sharpness.search.stepCount), restarts: \(sharpness.search.restartCount), "
    text += "rest: \(sharpness.restLength.rawValue), gradient: \(gradientKind.rawValue)"
    if !sharpness.isNormalised { text += ", normalised: false" }
    return text + ")"
  }
}

private struct PenalisedSurface: LossSurface {
  let base: any LossSurface
  let penalty: BNSharpnessPenalty

  var space: StateSpace { base.space }

  func makeEvaluator() throws -> any Evaluator {
    PenalisedEvaluator(base: try base.makeEvaluator(), penalty: penalty, space: space)
  }

  func linearise(at state: ModelState) throws -> any Linearisation {
    let evaluator = try makeEvaluator()
    var gradient = ModelVector(zeros: state.parameters.count, precision: state.parameters.precision)
    let primal = try evaluator.gradient(at: state, into: &gradient)
    guard primal.status == .ok else { throw CurvatureError.diverged(loss: primal.loss) }
    return PenalisedLinearisation(state: state, primal: primal, gradient: gradient)
  }
}

private final class PenalisedEvaluator: Evaluator {
  private let base: any Evaluator
  private let penalty: BNSharpnessPenalty
  private let space: StateSpace
  private(set) var perExampleLosses: [Double] = []

  init(base: any Evaluator, penalty: BNSharpnessPenalty, space: StateSpace) {
    self.base = base
    self.penalty = penalty
    self.space = space
  }

  func evaluate(at state: borrowing ModelState) throws -> Evaluation {
    try divergedIfNotFinite {
      let probe = try makeProbe(at: state)
      let sharpness = try probe.measure().value
      return probe.centre.replacingLoss(by: probe.centre.loss + penalty.weight * sharpness)
    }
  }

  func gradient(at state: borrowing ModelState, into gradient: inout ModelVector) throws -> Evaluation {
    try divergedIfNotFinite {
      let probe = try makeProbe(at: state)
      let result = try probe.measure()
      gradient.copy(probe.gradient)
      gradient.add(
        penalty.weight, try probe.gradients(along: result.direction).combined(penalty.gradientKind))
      return probe.centre.replacingLoss(by: probe.centre.loss + penalty.weight * result.value)
    }
  }

  /// An evaluation says itself that a loss is not finite; here or anywhere on the way to θ + t v.
  private func divergedIfNotFinite(_ body: () throws -> Evaluation) throws -> Evaluation {
    do {
      return try body()
    } catch CurvatureError.diverged(let loss) {
      return Evaluation(loss: loss)
    }
  }

  private func makeProbe(at state: borrowing ModelState) throws -> SharpnessProbe {
    let probe = try SharpnessProbe(penalty.sharpness, evaluator: base, space: space, at: state)
    // Those at the point, before the probe moves on.
    perExampleLosses = base.perExampleLosses
    return probe
  }
}

private final class PenalisedLinearisation: Linearisation {
  let state: ModelState
  let primal: Evaluation
  let gradient: ModelVector

  init(state: ModelState, primal: Evaluation, gradient: ModelVector) {
    self.state = state
    self.primal = primal
    self.gradient = gradient
  }

  func curvature(_ kind: CurvatureKind) throws -> any SymmetricOperator {
    throw CurvatureError.undefined(
      kind, reason: "the worst direction of the sharpness penalty moves with the point")
  }
}
