import Foundation
import ThalwegLinearAlgebra
import ThalwegSpectra
public import ThalwegSurfaces

/// The local entropy of a surface in up to three variables: `F(θ) = −ln ∫ exp(−ℓ(θ′) − (γ/2) ‖θ − θ′‖²) dθ′`.
///
/// Value, gradient `γ (θ − μ)` and Hessian `γ I − γ² C`, with μ and C the mean and the covariance of the
/// Gibbs density inside the integral. Computed by the trapezoidal rule on a grid around θ that reaches `8/√γ`
/// to every side, which for smooth surfaces converges faster than any power of the number of nodes. ℓ must be
/// bounded below.
///
/// It is what ``EntropyDescent`` estimates by walking, for surfaces on which one wants to know the answer. As
/// text: `localentropy(gamma: 0.5)`.
public struct LocalEntropy: Deformation, NamedDeformation, Equatable {
  /// The name in front of the arguments.
  public static let keyword = "localentropy"
  /// Variables for which a grid is possible.
  public static let parameterLimit = 3
  /// γ, above 0.
  public let scope: Double
  /// Nodes along each axis.
  public let nodeCount: Int

  /// The local entropy with γ, by `nodeCount ≥ 3` nodes along each axis.
  public init(scope: Double, nodeCount: Int = 81) {
    precondition(scope > 0 && scope.isFinite && nodeCount >= 3, "γ = \(scope) with \(nodeCount) nodes")
    self.scope = scope
    self.nodeCount = nodeCount
  }

  /// The surface F.
  public func apply(to surface: any LossSurface) -> any LossSurface {
    LocalEntropySurface(base: surface, settings: self)
  }

  /// The deformation as text.
  public var description: String { "\(Self.keyword)(gamma: \(brief(scope)), nodes: \(nodeCount))" }
}

private struct LocalEntropySurface: LossSurface {
  let base: any LossSurface
  let settings: LocalEntropy

  var space: StateSpace { base.space }

  func makeEvaluator() throws -> any Evaluator {
    let count = base.space.parameterCount
    guard count <= LocalEntropy.parameterLimit else {
      throw DeformationError.tooManyParameters(
        deformation: settings.description, count: count, limit: LocalEntropy.parameterLimit)
    }
    return LocalEntropyEvaluator(base: try base.makeEvaluator(), settings: settings)
  }

  func linearise(at state: ModelState) throws -> any Linearisation {
    guard let evaluator = try makeEvaluator() as? LocalEntropyEvaluator else {
      preconditionFailure("an evaluator of another surface")
    }
    return try LocalEntropyLinearisation(state: state, evaluator: evaluator)
  }
}

/// Moments of the Gibbs density around a point.
private struct GibbsMoments {
  /// F.
  var entropy: Double
  /// `μ − θ`.
  var shift: [Double]
  /// C, by rows.
  var covariance: [[Double]]
  var centre: Evaluation
}

private final class LocalEntropyEvaluator: Evaluator {
  let base: any Evaluator
  let settings: LocalEntropy
  let perExampleLosses: [Double] = []
  private var scratch = ScratchState()

  init(base: any Evaluator, settings: LocalEntropy) {
    self.base = base
    self.settings = settings
  }

  func evaluate(at state: borrowing ModelState) throws -> Evaluation {
    let moments = try moments(at: state)
    return moments.centre.replacingLoss(by: moments.entropy)
  }

  func gradient(at state: borrowing ModelState, into gradient: inout ModelVector) throws -> Evaluation {
    let moments = try moments(at: state)
    for (i, shift) in moments.shift.enumerated() { gradient[i] = -settings.scope * shift }
    return moments.centre.replacingLoss(by: moments.entropy)
  }

  func moments(at state: borrowing ModelState) throws -> GibbsMoments {
    let centre = try base.evaluate(at: state)
    let dimension = state.parameters.count
    let reach = 8 / settings.scope.squareRoot()
    let spacing = 2 * reach / Double(settings.nodeCount - 1)
    let count = (0..<dimension).reduce(1) { product, _ in product * settings.nodeCount }
    // Exponents relative to the largest so far, so that neither tiny nor huge integrals leave the range of
    // numbers.
    var largest = -Double.infinity
    var total = 0.0
    var first = [Double](repeating: 0, count: dimension)
    var second = [[Double]](repeating: first, count: dimension)
    var offset = first
    for node in 0..<count {
      var rest = node
      var square = 0.0
      for i in 0..<dimension {
        offset[i] = -reach + spacing * Double(rest % settings.nodeCount)
        square += offset[i] * offset[i]
        rest /= settings.nodeCount
      }
      let loss = try scratch.withCopy(of: state) { moved in
        for i in 0..<dimension { moved.parameters[i] += offset[i] }
        return try base.evaluate(at: moved).loss
      }
      let exponent = -loss - 0.5 * settings.scope * square
      guard exponent.isFinite else { continue }
      if exponent > largest {
        let factor = exp(largest - exponent)
        total *= factor
        for i in 0..<dimension {
          first[i] *= factor
          for j in 0..<dimension { second[i][j] *= factor }
        }
        largest = exponent
      }
      let weight = exp(exponent - largest)
      total += weight
      for i in 0..<dimension {
        first[i] += weight * offset[i]
        for j in 0..<dimension { second[i][j] += weight * offset[i] * offset[j] }
      }
    }
    let shift = first.map { $0 / total }
    let covariance = (0..<dimension).map { i in
      (0..<dimension).map { j in second[i][j] / total - shift[i] * shift[j] }
    }
    return GibbsMoments(
      entropy: -(largest + log(total) + Double(dimension) * log(spacing)), shift: shift,
      covariance: covariance, centre: centre)
  }
}

private final class LocalEntropyLinearisation: Linearisation {
  let state: ModelState
  let primal: Evaluation
  let gradient: ModelVector
  private let hessian: Matrix

  init(state: ModelState, evaluator: LocalEntropyEvaluator) throws {
    self.state = state
    let moments = try evaluator.moments(at: state)
    guard moments.entropy.isFinite else { throw CurvatureError.diverged(loss: moments.entropy) }
    let scope = evaluator.settings.scope
    primal = moments.centre.replacingLoss(by: moments.entropy)
    gradient = ModelVector(moments.shift.map { -scope * $0 })
    let dimension = moments.shift.count
    hessian = Matrix(
      rows: (0..<dimension).map { i in
        (0..<dimension).map { j in (i == j ? scope : 0) - scope * scope * moments.covariance[i][j] }
      })
  }

  func curvature(_ kind: CurvatureKind) throws -> any SymmetricOperator {
    guard kind == .hessian else {
      throw CurvatureError.undefined(kind, reason: "a local entropy is no mean over examples")
    }
    return DenseOperator(hessian)
  }
}
