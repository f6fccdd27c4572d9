public import ThalwegSurfaces

/// SAM: the gradient where the loss nearby is largest, to first order.
///
/// On one minibatch: `e = ρ ∇ℓ/(‖∇ℓ‖ + 10⁻¹²)`; the field at θ is `∇ℓ(θ + e)`. Adaptive, with lengths
/// measured in units of each parameter: `e = ρ θ² ∘ ∇ℓ / (‖|θ| ∘ ∇ℓ‖ + 10⁻¹²)`, which does not change when a
/// layer is scaled.
///
/// Two gradients a step. The evaluation and the batch statistics are those of the first, at θ. The field is
/// the gradient of no simple value, so there is a stream and no surface.
///
/// Source: Foret, Kleiner, Mobahi, Neyshabur (2021), arXiv 2010.01412; adaptive: Kwon, Kim, Park, Choi
/// (2021), arXiv 2102.11600. As text: `sam(rho: 0.05)`, `sam(rho: 0.5, adaptive: true)`.
public struct SharpnessAwareMinimisation: StreamDeformation, NamedDeformation, Equatable {
  /// The name in front of the arguments.
  public static let keyword = "sam"
  /// ρ, at least 0.
  public let radius: Double
  /// Whether lengths are measured in units of each parameter.
  public let isAdaptive: Bool

  /// The method with radius ρ, about 0.05; adaptive, about 0.5 to 2.
  public init(radius: Double = 0.05, isAdaptive: Bool = false) {
    precondition(radius >= 0 && radius.isFinite, "a radius of \(radius)")
    self.radius = radius
    self.isAdaptive = isAdaptive
  }

  /// One gradient at θ and one at `θ + e`.
  public var gradientsPerStep: Int { 2 }

  /// The stream of displaced gradients.
  public func apply(to stream: any FieldStream) -> any FieldStream {
    DerivedStream(base: stream) { SharpnessAwareEvaluator(base: $0, method: self) }
  }

  /// The deformation as text.
  public var description: String {
    "\(Self.keyword)(rho: \(brief(radius))" + (isAdaptive ? ", adaptive: true)" : ")")
  }
}

/// A stream over the same space whose evaluators wrap those of another.
struct DerivedStream: FieldStream {
  let base: any FieldStream
  let wrap: @Sendable (any StreamEvaluator) -> any StreamEvaluator

  var space: StateSpace { base.space }
  var stepsPerEpoch: Int { base.stepsPerEpoch }

  func makeEvaluator() throws -> any StreamEvaluator { wrap(try base.makeEvaluator()) }
}

private final class SharpnessAwareEvaluator: StreamEvaluator {
  private let base: any StreamEvaluator
  private let method: SharpnessAwareMinimisation
  private var scratch = ScratchState()

  init(base: any StreamEvaluator, method: SharpnessAwareMinimisation) {
    self.base = base
    self.method = method
  }

  func gradient(
    at state: borrowing ModelState, draw: Draw, into gradient: inout ModelVector
  ) throws -> Evaluation {
    let evaluation = try base.gradient(at: state, draw: draw, into: &gradient)
    guard evaluation.status == .ok else { return evaluation }
    return try scratch.withCopy(of: state) { moved in
      base.commitBatchStatistics(to: &moved)
      climb(&moved, along: gradient)
      let second = try base.gradient(at: moved, draw: draw, into: &gradient)
      return second.status == .ok ? evaluation : second
    }
  }

  // The statistics were folded after the first pass; those of the second are not wanted.
  func commitBatchStatistics(to state: inout ModelState) { scratch.copyBuffers(to: &state) }

  private func climb(_ state: inout ModelState, along gradient: ModelVector) {
    let guardedNorm = 1e-12
    if method.isAdaptive {
      let norm = state.parameters.sum(with: gradient) { ($0 * $1) * ($0 * $1) }.squareRoot()
      let factor = method.radius / (norm + guardedNorm)
      state.parameters.combine(gradient) { $0 + factor * $0 * $0 * $1 }
    } else {
      state.parameters.add(method.radius / (gradient.norm() + guardedNorm), gradient)
    }
  }
}
