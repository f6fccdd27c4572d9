import ThalwegDatasets
import ThalwegEngine
import ThalwegNetworks
import ThalwegSpectra
import ThalwegSurfaces

/// The product of one of a network's matrices with directions, exact up to rounding in the network's own precision.
///
/// First-order values (activations and adjoints) don't depend on the direction; see ``FirstOrderValues`` for how they are
/// had.
final class CurvatureOperator: SymmetricOperator {
  let dimension: Int

  /// One part of the data whose products are added.
  private struct Part {
    let plan: Plan
    let range: Range<Int>
    let values: CurvatureLayout.PartValues
  }

  private let parts: [Part]
  private let gate: PlanGate
  private let source: ExampleSource
  private var direction: [Float]

  /// - Parameters:
  ///   - state: Where the matrix is taken.
  ///   - labels: In place of the data's own.
  init(
    _ problem: NeuralProblem, _ policy: NormalisationPolicy, _ kind: CurvatureKind, at state: ModelState,
    labels: [Int32]? = nil
  ) throws {
    dimension = problem.network.space.parameterCount
    let layout = CurvatureLayout(problem, policy, kind)
    gate = layout.gate
    source = try ExampleSource(problem, augmentation: nil, labels: labels)
    source.weight = 1 / Float(problem.dataset.count)
    direction = Array(repeating: 0, count: dimension)
    var plans: [CurvatureLayout.PlanKind: Plan] = [:]
    var parts: [Part] = []
    for part in layout.parts(try layout.firstOrderValues()) {
      // A plan that keeps values belongs to its part; others serve all parts that are alike.
      let values = part.plan.values
      let plan = try plans[part.plan] ?? layout.makePlan(part.plan)
      if values != .kept { plans[part.plan] = plan }
      gate.load(state, into: plan)
      source.start = part.range.lowerBound
      if values == .kept { try plan.prepare(exampleCount: part.range.count, source: source) }
      parts.append(Part(plan: plan, range: part.range, values: values))
    }
    self.parts = parts
  }

  func multiply(_ vectors: Span<Double>, columnCount: Int, into products: inout MutableSpan<Double>) throws {
    for (index, part) in parts.enumerated() {
      source.start = part.range.lowerBound
      if part.values == .shared { try part.plan.prepare(exampleCount: part.range.count, source: source) }
      for column in 0..<columnCount {
        let start = column * dimension
        for i in 0..<dimension { direction[i] = Float(vectors[start + i]) }
        direction.withUnsafeBufferPointer { gate.load(direction: $0, into: part.plan) }
        if part.values == .streamed {
          try part.plan.run(exampleCount: part.range.count, source: source)
        } else {
          try part.plan.runAgain()
        }
        products.withUnsafeMutableBufferPointer {
          let column = UnsafeMutableBufferPointer(rebasing: $0[start..<start + dimension])
          gate.readProduct(of: part.plan, into: column, adding: index > 0)
        }
      }
    }
  }
}
