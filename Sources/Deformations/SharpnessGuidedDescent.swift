import Foundation
public import ThalwegSurfaces

/// SGDS: descends `ℓ + λ S` with S the BN-sharpness (see ``BNSharpness``), by its leading order in δ.
///
/// Each step: `g₁ = ∇ℓ_B₁(θ)`; in every block `vᵢ = ‖θᵢ‖ g₁ᵢ/‖g₁ᵢ‖`; T times `g = c_p δ ∇ℓ_B₂(θ + δ v)` and
/// `vᵢ ← ‖θᵢ‖ (vᵢ + η Pᵢ gᵢ)/‖…‖` with `Pᵢ = I − vᵢ vᵢᵀ/‖θᵢ‖²`; `g₂ = ∇ℓ_B₂(θ + δ v)`; `r = c_p (g₂ − g₁)`,
/// shortened to the length c if longer. The field is `g₁ + λ r`, with `c_p = (1/(p + 1))^{1/p}`.
///
/// `2 + T` gradients a step. B₁ and B₂ come from lanes of the draw. Evaluation and batch statistics are those
/// of g₁.
///
/// Source: Yi, Zhang, Chen, Ma, Liu (2021), arXiv 2101.02944, Algorithm 1. As text:
/// `sgds(weight: 1e-4, radius: 1e-3, steps: 5)`.
public struct SharpnessGuidedDescent: StreamDeformation, NamedDeformation, Equatable {
  /// Which minibatches the gradients of one step see.
  public enum Batches: String, Sendable, CaseIterable {
    /// All the same: `g₂ − g₁` has no noise of sampling.
    case same
    /// B₂ is another than B₁, and the inner steps see B₂.
    case different
    /// Every inner step sees a minibatch of its own, and so does g₂.
    case fresh
  }

  /// The name in front of the arguments.
  public static let keyword = "sgds"
  /// λ, at least 0.
  public var weight: Double
  /// δ, above 0.
  public var radius = 1e-3
  /// p, at least 1.
  public var exponent = 2.0
  /// T, at least 0.
  public var innerStepCount = 0
  /// η, above 0.
  public var innerRate = 1.0
  /// c, above 0; infinite for none.
  public var clip = 0.1
  /// Which minibatches are seen.
  public var batches = Batches.different
  /// The length of v in the block of everything that is not scale-free.
  public var restLength = BNSharpness.RestLength.norm

  /// The method with λ; the published text lost λ's and δ's values.
  public init(weight: Double) { self.weight = weight }

  /// `2 + T`.
  public var gradientsPerStep: Int { 2 + innerStepCount }

  /// The stream of fields `g₁ + λ r`.
  public func apply(to stream: any FieldStream) -> any FieldStream {
    checkSettings()
    let blocks = ParameterBlocks(of: stream.space)
    return DerivedStream(base: stream) { SharpnessGuidedEvaluator(base: $0, method: self, blocks: blocks) }
  }

  /// How much of `g₂ − g₁` is the same in every draw, at one state: the smaller δ, the more of it is noise
  /// where batches differ.
  ///
  /// - Parameters:
  ///   - stream: The stream that is deformed.
  ///   - state: The point.
  ///   - drawCount: At least 2 draws, those of the steps `0..<drawCount`.
  ///   - seed: Seed of the draws.
  /// - Complexity: `drawCount · gradientsPerStep` gradients.
  public func signalToNoise(
    on stream: any FieldStream, at state: ModelState, drawCount: Int, seed: UInt64
  ) throws -> SignalToNoise {
    precondition(drawCount >= 2, "\(drawCount) draws show no noise")
    checkSettings()
    let evaluator = SharpnessGuidedEvaluator(
      base: try stream.makeEvaluator(), method: self, blocks: ParameterBlocks(of: stream.space))
    var difference = ModelVector(zeros: state.parameters.count, precision: state.parameters.precision)
    var sum = ModelVector(zeros: state.parameters.count, precision: .double)
    var squares = 0.0
    for step in 0..<drawCount {
      let evaluation = try evaluator.difference(
        at: state, draw: Draw(seed: seed, step: step), into: &difference)
      guard evaluation.status == .ok else { throw CurvatureError.diverged(loss: evaluation.loss) }
      sum.add(1, difference)
      squares += difference.dot(difference)
    }
    let count = Double(drawCount)
    let meanSquare = sum.dot(sum) / (count * count)
    let variance = max(0, (squares - count * meanSquare) / (count - 1))
    return SignalToNoise(
      signal: max(0, meanSquare - variance / count).squareRoot(), noise: variance.squareRoot(),
      drawCount: drawCount)
  }

  /// The deformation as text.
  public var description: String {
    "\(Self.keyword)(weight: \(brief(weight)), radius: \(brief(radius)), exponent: \(brief(exponent)), "
      + "steps: \(innerStepCount), rate: \(brief(innerRate)), clip: \(brief(clip)), "
      + "batches: \(batches.rawValue), rest: \(restLength.rawValue))"
  }

  private func checkSettings() {
    precondition(
      weight >= 0 && radius > 0 && exponent >= 1 && innerStepCount >= 0 && innerRate > 0 && clip > 0,
      "\(self) has a setting out of range")
  }
}

/// A vector that is measured in several draws: what its draws share, and what they don't.
public struct SignalToNoise: Sendable, Equatable {
  /// Norm of the expected vector, estimated without bias in its square and not below 0.
  public let signal: Double
  /// Root of the expected squared distance of one draw from the expected vector.
  public let noise: Double
  /// Number of draws.
  public let drawCount: Int

  /// ``signal`` over ``noise``; infinite without noise.
  public var ratio: Double { noise > 0 ? signal / noise : .infinity }
}

private final class SharpnessGuidedEvaluator: StreamEvaluator {
  private let base: any StreamEvaluator
  private let method: SharpnessGuidedDescent
  private let blocks: [(ranges: [Range<Int>], hasUnitLength: Bool)]
  private let excluded: [Range<Int>]
  private let slopeFactor: Double
  private var scratch = ScratchState()
  private var first = ModelVector([Float]())
  private var direction = ModelVector([Float]())

  init(base: any StreamEvaluator, method: SharpnessGuidedDescent, blocks: ParameterBlocks) {
    self.base = base
    self.method = method
    var list = blocks.scaleFree.map { ($0, false) }
    switch method.restLength {
    case .norm: list.append((blocks.rest, false))
    case .unit: list.append((blocks.rest, true))
    case .excluded: break
    }
    self.blocks = list
    excluded = method.restLength == .excluded ? blocks.rest : []
    slopeFactor = pow(1 / (method.exponent + 1), 1 / method.exponent)
  }

  func gradient(
    at state: borrowing ModelState, draw: Draw, into gradient: inout ModelVector
  ) throws -> Evaluation {
    let evaluation = try difference(at: state, draw: draw, into: &gradient)
    guard evaluation.status == .ok else { return evaluation }
    gradient.scale(by: slopeFactor)
    let length = gradient.norm()
    let share = length > method.clip ? method.clip / length : 1
    let factor = method.weight * share
    gradient.combine(first) { factor * $0 + $1 }
    return evaluation
  }

  func commitBatchStatistics(to state: inout ModelState) { scratch.copyBuffers(to: &state) }

  /// `g₂ − g₁`; g₁ is left in `first`.
  func difference(
    at state: borrowing ModelState, draw: Draw, into gradient: inout ModelVector
  ) throws -> Evaluation {
    prepare(like: state.parameters)
    let evaluation = try base.gradient(at: state, draw: lane(0, of: draw), into: &first)
    guard evaluation.status == .ok else { return evaluation }
    let last = try scratch.withCopy(of: state) { moved in
      base.commitBatchStatistics(to: &moved)
      direction.copy(first)
      putOnSpheres(around: state.parameters)
      for step in 0..<method.innerStepCount {
        let inner = try look(
          at: &moved, from: state.parameters, draw: lane(1 + step, of: draw), into: &gradient)
        guard inner.status == .ok else { return inner }
        turn(along: gradient, around: state.parameters)
      }
      return try look(
        at: &moved, from: state.parameters, draw: lane(1 + method.innerStepCount, of: draw), into: &gradient)
    }
    guard last.status == .ok else { return last }
    gradient.add(-1, first)
    return evaluation
  }

  private func prepare(like parameters: ModelVector) {
    guard first.count != parameters.count || first.precision != parameters.precision else { return }
    first = ModelVector(zeros: parameters.count, precision: parameters.precision)
    direction = first
  }

  /// The draw of gradient `index` of this step.
  private func lane(_ index: Int, of draw: Draw) -> Draw {
    let count =
      switch method.batches {
      case .same: 1
      case .different: 2
      case .fresh: 2 + method.innerStepCount
      }
    return Draw(seed: draw.seed, step: draw.step, lane: draw.lane * count + min(index, count - 1))
  }

  private func look(
    at moved: inout ModelState, from parameters: ModelVector, draw: Draw, into gradient: inout ModelVector
  ) throws -> Evaluation {
    moved.parameters.copy(parameters)
    moved.parameters.add(method.radius, direction)
    return try base.gradient(at: moved, draw: draw, into: &gradient)
  }

  /// `v ← r (v + η P g)/‖v + η P g‖` with `g = c_p δ ∇ℓ`.
  private func turn(along gradient: ModelVector, around parameters: ModelVector) {
    let rate = method.innerRate * slopeFactor * method.radius
    for block in blocks {
      let radius = radius(of: block, around: parameters)
      guard radius > 0 else { continue }
      let radial = direction.dot(gradient, over: block.ranges) / (radius * radius)
      for range in block.ranges {
        direction.combine(gradient, over: range) { v, g in v + rate * (g - radial * v) }
      }
    }
    putOnSpheres(around: parameters)
  }

  /// Gives the direction the right length in each block, and none outside of all.
  private func putOnSpheres(around parameters: ModelVector) {
    for range in excluded { direction.transform(over: range) { _ in 0 } }
    for block in blocks {
      let length = direction.norm(over: block.ranges)
      let factor = length > 0 ? radius(of: block, around: parameters) / length : 0
      for range in block.ranges { direction.scale(range, by: factor) }
    }
  }

  private func radius(of block: (ranges: [Range<Int>], hasUnitLength: Bool), around parameters: ModelVector)
    -> Double
  {
    block.hasUnitLength ? 1 : parameters.norm(over: block.ranges)
  }
}
