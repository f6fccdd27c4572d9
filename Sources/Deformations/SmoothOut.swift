import Foundation
import ThalwegRandomness
public import ThalwegSurfaces

/// SmoothOut: gradients at randomly displaced points, an unbiased estimate of the gradient of the surface
/// averaged over the displacements.
///
/// Each step draws one displacement n, uniform in a box, and the field at θ is `∇ℓ_B(θ + n)`. The evaluation
/// is the loss of the minibatch at `θ + n`; batch statistics are those met there. One gradient a step.
///
/// Source: Wen et al. (2018), arXiv 1805.07898, and the authors' program. As text: `smoothout(0.01)`,
/// `smoothout(0.1, per: filter, anneal: polynomial, exempt: normScale normShift)`.
public struct SmoothOut: StreamDeformation, NamedDeformation, Equatable {
  /// In what unit displacements are measured.
  public enum Unit: String, Sendable, CaseIterable {
    /// Each number uniform in (−a, a).
    case constant
    /// Each number uniform in (−a, a) times its parameter's magnitude.
    case weight
    /// The displacement of a filter has `a` times its norm; so has that of a tensor without filters.
    case filter
  }

  /// How a shrinks or grows with time. t is the step, T the length of the run.
  public enum Annealing: Sendable, Equatable {
    /// It stays.
    case none
    /// Times `(1 + t)^(−0.55/2)`.
    case polynomial
    /// Times `½ (tanh(k (t/T − ½)) + 1)`: from near 0 to near 1 over `stepCount` steps.
    case tangent(steepness: Double, stepCount: Int)

    /// The factor of step `step`.
    public func factor(at step: Int) -> Double {
      switch self {
      case .none: 1
      case .polynomial: pow(1 + Double(step), -0.55 / 2)
      case .tangent(let steepness, let stepCount):
        0.5 * (tanh(steepness * (Double(step) / Double(stepCount) - 0.5)) + 1)
      }
    }
  }

  /// The name in front of the arguments.
  public static let keyword = "smoothout"
  /// a, at least 0.
  public let amplitude: Double
  /// The unit of a.
  public let unit: Unit
  /// The change of a with time.
  public let annealing: Annealing
  /// Roles that are not displaced.
  public let exemptRoles: Set<Role>
  /// Tells the displacements of several such deformations of one run apart.
  public let key: UInt64

  /// The method with amplitude a.
  public init(
    amplitude: Double, unit: Unit = .constant, annealing: Annealing = .none, exemptRoles: Set<Role> = [],
    key: UInt64 = 0
  ) {
    precondition(amplitude >= 0 && amplitude.isFinite, "an amplitude of \(amplitude)")
    if case .tangent(_, let stepCount) = annealing {
      precondition(stepCount > 0, "annealing over \(stepCount) steps")
    }
    self.amplitude = amplitude
    self.unit = unit
    self.annealing = annealing
    self.exemptRoles = exemptRoles
    self.key = key
  }

  /// The stream of gradients at displaced points.
  public func apply(to stream: any FieldStream) -> any FieldStream {
    let parameters = stream.space.parameters.filter { !exemptRoles.contains($0.entry.role) }
    let blocks =
      unit == .filter
      ? parameters.flatMap { ParameterBlocks.units(of: $0.entry, in: $0.range) }
      : parameters.map { [$0.range] }
    return DerivedStream(base: stream) { SmoothOutEvaluator(base: $0, method: self, blocks: blocks) }
  }

  /// The deformation as text.
  public var description: String {
    var text = "\(Self.keyword)(\(brief(amplitude))"
    if unit != .constant { text += ", per: \(unit.rawValue)" }
    switch annealing {
    case .none: break
    case .polynomial: text += ", anneal: polynomial"
    case .tangent(let steepness, let stepCount):
      text += ", anneal: tanh, steepness: \(brief(steepness)), steps: \(stepCount)"
    }
    if !exemptRoles.isEmpty { text += ", exempt: \(listed(exemptRoles))" }
    if key != 0 { text += ", key: \(key)" }
    return text + ")"
  }
}

/// Roles in a fixed order, separated by spaces.
func listed(_ roles: Set<Role>) -> String { roles.map(\.rawValue).sorted().joined(separator: " ") }

private final class SmoothOutEvaluator: StreamEvaluator {
  private let base: any StreamEvaluator
  private let method: SmoothOut
  private let blocks: [[Range<Int>]]
  private var scratch = ScratchState()
  private var noise = ModelVector([Float]())

  init(base: any StreamEvaluator, method: SmoothOut, blocks: [[Range<Int>]]) {
    self.base = base
    self.method = method
    self.blocks = blocks
  }

  func gradient(
    at state: borrowing ModelState, draw: Draw, into gradient: inout ModelVector
  ) throws -> Evaluation {
    try scratch.withCopy(of: state) { moved in
      displace(&moved.parameters, draw: draw)
      return try base.gradient(at: moved, draw: draw, into: &gradient)
    }
  }

  func commitBatchStatistics(to state: inout ModelState) { base.commitBatchStatistics(to: &state) }

  private func displace(_ parameters: inout ModelVector, draw: Draw) {
    let amplitude = method.amplitude * method.annealing.factor(at: draw.step)
    var random = RandomStream(
      seed: draw.seed, 0x736D_6F6F_7468, UInt64(draw.step), UInt64(draw.lane), method.key)
    switch method.unit {
    case .constant:
      for range in blocks.joined() {
        parameters.transform(over: range) { $0 + amplitude * (2 * random.uniform() - 1) }
      }
    case .weight:
      for range in blocks.joined() {
        parameters.transform(over: range) { $0 + amplitude * abs($0) * (2 * random.uniform() - 1) }
      }
    case .filter:
      if noise.count != parameters.count || noise.precision != parameters.precision {
        noise = ModelVector(zeros: parameters.count, precision: parameters.precision)
      }
      for block in blocks {
        for range in block { noise.transform(over: range) { _ in 2 * random.uniform() - 1 } }
        let length = noise.norm(over: block)
        guard length > 0 else { continue }
        let factor = amplitude * parameters.norm(over: block) / length
        for range in block { parameters.combine(noise, over: range) { $0 + factor * $1 } }
      }
    }
  }
}
