import ThalwegEngine
import ThalwegNetworks
import ThalwegSurfaces

/// Carries vectors over a state space into a plan and out of it, tensor by tensor.
struct PlanGate {
  private let parameters: [Range<Int>]
  private let buffers: [(name: String, range: Range<Int>)]
  private let gradientNames: [String]
  private let productNames: [String]
  /// Names of the parameters in the order of the vector.
  let parameterNames: [String]
  /// Names of the inputs that hold a direction.
  let directionNames: [String]

  /// A gate for plans of networks over `space` that use `statistics`.
  init(_ space: StateSpace, statistics: NormalisationStatistics) {
    let all = space.parameters
    parameters = all.map(\.range)
    parameterNames = all.map(\.entry.name)
    gradientNames = parameterNames.map { "gradient.\($0)" }
    productNames = parameterNames.map { "tangent.gradient.\($0)" }
    directionNames = parameterNames.map { "direction.\($0)" }
    buffers = statistics == .running ? space.buffers.map { ($0.entry.name, $0.range) } : []
  }

  /// Hands a state to a plan.
  func load(_ state: borrowing ModelState, into plan: Plan) {
    state.parameters.withFloats { values in
      for (name, range) in zip(parameterNames, parameters) {
        plan.setInput(name, UnsafeBufferPointer(rebasing: values[range]))
      }
    }
    state.buffers.withFloats { values in
      for (name, range) in buffers { plan.setInput(name, UnsafeBufferPointer(rebasing: values[range])) }
    }
  }

  /// Hands a direction to a plan.
  func load(direction: UnsafeBufferPointer<Float>, into plan: Plan) {
    for (name, range) in zip(directionNames, parameters) {
      plan.setInput(name, UnsafeBufferPointer(rebasing: direction[range]))
    }
  }

  /// Copies a plan's gradient, or adds it.
  func readGradient(of plan: Plan, into target: UnsafeMutableBufferPointer<Float>, adding: Bool) {
    for (name, range) in zip(gradientNames, parameters) {
      let values = plan.sharedOutput(name)
      guard let source = values.baseAddress, let base = target.baseAddress else { continue }
      if adding {
        for i in 0..<range.count { base[range.lowerBound + i] += source[i] }
      } else {
        (base + range.lowerBound).update(from: source, count: range.count)
      }
    }
  }

  /// Copies a matrix's product with the direction, or adds it.
  func readProduct(of plan: Plan, into target: UnsafeMutableBufferPointer<Double>, adding: Bool) {
    for (name, range) in zip(productNames, parameters) {
      let values = plan.sharedOutput(name)
      guard let source = values.baseAddress, let base = target.baseAddress else { continue }
      for i in 0..<range.count {
        let sum = adding ? base[range.lowerBound + i] : 0
        base[range.lowerBound + i] = sum + Double(source[i])
      }
    }
  }
}
