import Foundation
import ThalwegRandomness
public import ThalwegSurfaces

/// Entropy-SGD: the field `θ − μ`, with μ a running mean of a short Langevin walk around θ. It estimates the
/// gradient of the local entropy (see ``LocalEntropy``) divided by γ.
///
/// In outer step t, `γ = γ₀ (1 + s)^t`, `x ← θ`, `μ ← θ`. Then L times, on fresh minibatches: `d = ∇ℓ(x) +
/// decay · x`; with inner momentum β, `v ← β v + d`, `d ← d + β v` (v starts at 0 in each outer step); `d ← d
/// − γ (θ − x) + ε/√(η′/2) · N(0, 1)`; `x ← x − η′ d`; `μ ← α μ + (1 − α) x`. γ is absorbed in the outer
/// rate, which is about 1 at first; outer momentum and decay belong to the optimiser. With L = 0 the field is
/// `∇ℓ(θ)`.
///
/// L gradients a step, in L lanes of the draw, the first of them at θ: its evaluation is returned. Batch
/// statistics of all of them are folded, as in the authors' program. Running time is compared by epochs times
/// L.
///
/// Source: Chaudhari et al. (2017), arXiv 1611.01838, and the authors' program. As text:
/// `entropy(steps: 20, gamma: 1e-4, scoping: 1e-3)`.
public struct EntropyDescent: StreamDeformation, NamedDeformation, Equatable {
  /// The name in front of the arguments.
  public static let keyword = "entropy"
  /// L, at least 0.
  public var stepCount = 20
  /// γ₀, at least 0.
  public var scope = 1e-4
  /// s, at least 0.
  public var scoping = 1e-3
  /// η′, above 0.
  public var innerRate = 0.1
  /// α, the share of μ that is kept, in `0..<1`.
  public var averaging = 0.75
  /// ε, at least 0.
  public var noise = 1e-4
  /// β, in `0..<1`. 0 for none.
  public var innerMomentum = 0.9
  /// Decay in the inner steps, at least 0.
  public var innerDecay = 0.0

  /// The method with the authors' settings for MNIST.
  public init() {}

  /// L, and 1 for L = 0.
  public var gradientsPerStep: Int { max(1, stepCount) }

  /// The stream of fields `θ − μ`.
  public func apply(to stream: any FieldStream) -> any FieldStream {
    precondition(
      stepCount >= 0 && scope >= 0 && scoping >= 0 && innerRate > 0 && noise >= 0 && innerDecay >= 0
        && (0..<1).contains(averaging) && (0..<1).contains(innerMomentum),
      "\(self) has a setting out of range")
    return DerivedStream(base: stream) { EntropyEvaluator(base: $0, method: self) }
  }

  /// The deformation as text.
  public var description: String {
    "\(Self.keyword)(steps: \(stepCount), gamma: \(brief(scope)), scoping: \(brief(scoping)), "
      + "rate: \(brief(innerRate)), averaging: \(brief(averaging)), noise: \(brief(noise)), "
      + "momentum: \(brief(innerMomentum)), decay: \(brief(innerDecay)))"
  }
}

private final class EntropyEvaluator: StreamEvaluator {
  private let base: any StreamEvaluator
  private let method: EntropyDescent
  private var scratch = ScratchState()
  private var mean = ModelVector([Float]())
  private var velocity = ModelVector([Float]())

  init(base: any StreamEvaluator, method: EntropyDescent) {
    self.base = base
    self.method = method
  }

  func gradient(
    at state: borrowing ModelState, draw: Draw, into gradient: inout ModelVector
  ) throws -> Evaluation {
    prepare(like: state.parameters)
    let scope = method.scope * pow(1 + method.scoping, Double(draw.step))
    var random = RandomStream(seed: draw.seed, 0x656E_7472_6F70, UInt64(draw.step), UInt64(draw.lane))
    let result = try scratch.withCopy(of: state) { walker in
      let first = try look(at: &walker, draw: draw, step: 0, into: &gradient)
      guard first.status == .ok, method.stepCount > 0 else { return first }
      walk(&walker.parameters, around: state.parameters, along: &gradient, scope: scope, random: &random)
      for step in 1..<method.stepCount {
        let evaluation = try look(at: &walker, draw: draw, step: step, into: &gradient)
        guard evaluation.status == .ok else { return evaluation }
        walk(&walker.parameters, around: state.parameters, along: &gradient, scope: scope, random: &random)
      }
      return first
    }
    if method.stepCount > 0, result.status == .ok {
      gradient.copy(state.parameters)
      gradient.add(-1, mean)
    }
    return result
  }

  func commitBatchStatistics(to state: inout ModelState) { scratch.copyBuffers(to: &state) }

  /// The gradient of the inner step `step`; its statistics are folded into the walker.
  private func look(
    at walker: inout ModelState, draw: Draw, step: Int, into gradient: inout ModelVector
  ) throws -> Evaluation {
    let lane = draw.lane * method.gradientsPerStep + step
    let evaluation = try base.gradient(
      at: walker, draw: Draw(seed: draw.seed, step: draw.step, lane: lane), into: &gradient)
    if evaluation.status == .ok { base.commitBatchStatistics(to: &walker) }
    return evaluation
  }

  private func prepare(like parameters: ModelVector) {
    mean.copy(parameters)
    if velocity.count != parameters.count || velocity.precision != parameters.precision {
      velocity = ModelVector(zeros: parameters.count, precision: parameters.precision)
    }
    velocity.transform { _ in 0 }
  }

  /// One inner step. `gradient` is used up.
  private func walk(
    _ walker: inout ModelVector, around centre: ModelVector, along gradient: inout ModelVector, scope: Double,
    random: inout RandomStream
  ) {
    if method.innerDecay > 0 { gradient.add(method.innerDecay, walker) }
    if method.innerMomentum > 0 {
      let share = method.innerMomentum
      velocity.combine(gradient) { share * $0 + $1 }
      gradient.add(share, velocity)
    }
    gradient.add(-scope, centre)
    gradient.add(scope, walker)
    if method.noise > 0 {
      let amplitude = method.noise / (method.innerRate / 2).squareRoot()
      gradient.transform { $0 + amplitude * random.normal() }
    }
    walker.add(-method.innerRate, gradient)
    let share = method.averaging
    mean.combine(walker) { share * $0 + (1 - share) * $1 }
  }
}
