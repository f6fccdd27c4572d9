import Foundation
import ThalwegRandomness
import ThalwegSurfaces

/// Values and gradients of BN-sharpness at one point.
final class SharpnessProbe {
  let settings: BNSharpness
  private let evaluator: any Evaluator
  private let state: ModelState
  private var moved: ModelState
  private var slope: ModelVector
  /// The blocks that v has, each with its radius; blocks of radius 0 are left out.
  let blocks: [(ranges: [Range<Int>], radius: Double, followsNorm: Bool)]
  /// The value at the point, before any displacement.
  let centre: Evaluation
  /// ∇ℓ(θ).
  let gradient: ModelVector
  /// Places t and the weights of the mean over them, which sum to 1.
  private let nodes: [(place: Double, weight: Double)]

  init(
    _ settings: BNSharpness, evaluator: any Evaluator, space: StateSpace, at state: borrowing ModelState
  ) throws {
    self.settings = settings
    self.evaluator = evaluator
    self.state = copy state
    moved = copy state
    slope = ModelVector(zeros: state.parameters.count, precision: state.parameters.precision)
    centre = try evaluator.gradient(at: state, into: &slope)
    guard centre.status == .ok else { throw CurvatureError.diverged(loss: centre.loss) }
    gradient = slope
    let cut = ParameterBlocks(of: space)
    var blocks = cut.scaleFree.map { ($0, state.parameters.norm(over: $0), true) }
    switch settings.restLength {
    case .norm: blocks.append((cut.rest, state.parameters.norm(over: cut.rest), true))
    case .unit: blocks.append((cut.rest, cut.rest.isEmpty ? 0 : 1, false))
    case .excluded: break
    }
    self.blocks = blocks.filter { $0.1 > 0 }
    if settings.nodeCount == 0 {
      nodes = [(-settings.radius, 0.5), (settings.radius, 0.5)]
    } else {
      // The halves are apart because |Δ|^p may have a kink at 0.
      let rule = GaussLegendre.rule(settings.nodeCount)
      nodes = [-1.0, 1.0].flatMap { side in
        zip(rule.nodes, rule.weights).map { (side * settings.radius * 0.5 * (1 + $0), $1 / 4) }
      }
    }
  }

  /// What S is multiplied by: 1, or `(2δ)^{1/p}` without normalisation.
  private var unit: Double {
    settings.isNormalised ? 1 : pow(2 * settings.radius, 1 / settings.exponent)
  }

  /// S along `direction`.
  func value(along direction: ModelVector) throws -> Double {
    let changes = try nodes.map { node in
      move(node.place, along: direction)
      return try finite(evaluator.evaluate(at: moved).loss) - centre.loss
    }
    return unit * mean(changes)
  }

  /// S along `direction` with its gradients.
  func gradients(along direction: ModelVector) throws -> SharpnessGradients {
    var changes: [Double] = []
    var slopes: [ModelVector] = []
    for node in nodes {
      move(node.place, along: direction)
      changes.append(try finite(evaluator.gradient(at: moved, into: &slope).loss) - centre.loss)
      slopes.append(slope)
    }
    let value = mean(changes)
    let zero = ModelVector(zeros: gradient.count, precision: gradient.precision)
    var result = SharpnessGradients(value: unit * value, byPoint: zero, byDirection: zero, scaling: zero)
    guard value > 0 else { return result }
    for (index, node) in nodes.enumerated() where changes[index] != 0 {
      let share = pow(abs(changes[index]) / value, settings.exponent - 1) * (changes[index] < 0 ? -1 : 1)
      let weight = unit * node.weight * share
      result.byPoint.add(weight, slopes[index])
      result.byPoint.add(-weight, gradient)
      result.byDirection.add(weight * node.place, slopes[index])
    }
    // The radius of each block follows its norm: dv_i = (θ_iᵀ dθ_i/‖θ_i‖²) v_i.
    for block in blocks where block.followsNorm {
      let pull = direction.dot(result.byDirection, over: block.ranges) / (block.radius * block.radius)
      for range in block.ranges { result.scaling.combine(state.parameters, over: range) { $0 + pull * $1 } }
    }
    return result
  }

  /// The direction of the gradient in each block, with the block's radius.
  var gradientDirection: ModelVector { onSpheres(gradient) }

  /// A random direction, uniform on each sphere.
  func randomDirection(index: Int) -> ModelVector {
    var random = RandomStream(seed: settings.search.seed, 0x7370_6865_7265, UInt64(index))
    var direction = gradient
    direction.transform { _ in random.normal() }
    return onSpheres(direction)
  }

  /// `vector` scaled to the radius in each block, and zero outside all blocks.
  func onSpheres(_ vector: ModelVector) -> ModelVector {
    var result = ModelVector(zeros: vector.count, precision: vector.precision)
    for block in blocks {
      let norm = vector.norm(over: block.ranges)
      guard norm > 0, norm.isFinite else { continue }
      let factor = block.radius / norm
      for range in block.ranges { result.combine(vector, over: range) { $0 + factor * $1 } }
    }
    return result
  }

  private func move(_ distance: Double, along direction: ModelVector) {
    moved.parameters.copy(state.parameters)
    moved.parameters.add(distance, direction)
  }

  private func finite(_ loss: Double) throws -> Double {
    guard loss.isFinite else { throw CurvatureError.diverged(loss: loss) }
    return loss
  }

  /// `(Σ weight |change|^p)^{1/p}`, scaled by the largest so that high powers don't leave the range of
  /// numbers.
  private func mean(_ changes: [Double]) -> Double {
    let largest = changes.reduce(0) { max($0, abs($1)) }
    guard largest > 0 else { return 0 }
    var total = 0.0
    for (change, node) in zip(changes, nodes) {
      total += node.weight * pow(abs(change) / largest, settings.exponent)
    }
    return largest * pow(total, 1 / settings.exponent)
  }
}

/// S along a direction, and its derivatives.
struct SharpnessGradients {
  var value: Double
  /// ∇_θ S with the direction held.
  var byPoint: ModelVector
  /// ∇_v S.
  var byDirection: ModelVector
  /// What the moving radii add.
  var scaling: ModelVector

  func combined(_ kind: BNSharpnessGradient) -> ModelVector {
    var result = byPoint
    if kind == .total { result.add(1, scaling) }
    return result
  }
}
