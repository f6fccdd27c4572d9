import ThalwegDatasets
import ThalwegEngine
import ThalwegGraphs
import ThalwegNetworks
import ThalwegSpectra
import ThalwegSurfaces

/// The product of one of a network's matrices with directions, exact up to rounding in the network's own precision.
///
/// First-order values (activations and adjoints) don't depend on the direction. They are computed once and kept as far as
/// ``ComputeOptions/keptBytes`` allows; beyond, every product computes them again, chunk by chunk.
final class CurvatureOperator: SymmetricOperator {
  let dimension: Int
  /// Whether first-order values are kept.
  let keepsValues: Bool

  /// One part of the data whose products are added.
  private struct Part {
    let plan: Plan
    let range: Range<Int>
  }

  private let parts: [Part]
  private let gate: PlanGate
  private let source: ExampleSource
  private var direction: [Float]
  private var product: [Float]

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
    product = direction
    keepsValues = try layout.keptBytes() <= problem.compute.keptBytes
    var plans: [Int: Plan] = [:]
    var parts: [Part] = []
    for range in layout.parts {
      // A plan that keeps values belongs to its part; others serve all parts of their size.
      let size = keepsValues ? range.count : layout.compiledBatch(of: range)
      let plan = try (keepsValues ? nil : plans[size]) ?? layout.makePlan(batch: size, keepsValues: keepsValues)
      plans[size] = plan
      gate.load(state, into: plan)
      if keepsValues {
        source.start = range.lowerBound
        try plan.prepare(exampleCount: range.count, source: source)
      }
      parts.append(Part(plan: plan, range: range))
    }
    self.parts = parts
  }

  func multiply(_ vectors: Span<Double>, columnCount: Int, into products: inout MutableSpan<Double>) throws {
    for column in 0..<columnCount {
      let start = column * dimension
      for i in 0..<dimension { direction[i] = Float(vectors[start + i]) }
      for (index, part) in parts.enumerated() {
        direction.withUnsafeBufferPointer { gate.load(direction: $0, into: part.plan) }
        if keepsValues {
          try part.plan.runAgain()
        } else {
          source.start = part.range.lowerBound
          try part.plan.run(exampleCount: part.range.count, source: source)
        }
        product.withUnsafeMutableBufferPointer {
          gate.read(.product, of: part.plan, into: $0, adding: index > 0)
        }
      }
      for i in 0..<dimension { products[start + i] = Double(product[i]) }
    }
  }
}

/// How a matrix's products over a data set are divided into plans, and what that needs.
struct CurvatureLayout {
  /// Parts of the data: batches that share statistics, or all of it.
  let parts: [Range<Int>]
  let gate: PlanGate
  private let problem: NeuralProblem
  private let kind: CurvatureKind
  private let statistics: NormalisationStatistics

  init(_ problem: NeuralProblem, _ policy: NormalisationPolicy, _ kind: CurvatureKind) {
    self.problem = problem
    self.kind = kind
    let count = problem.dataset.count
    switch policy {
    case .running:
      statistics = .running
      parts = [0..<count]
    case .batch(let size):
      statistics = .batch
      parts = stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
    }
    gate = PlanGate(problem.network.space, statistics: statistics)
  }

  private var options: EngineOptions {
    // Under running statistics results must not depend on the number of threads: a fixed number of lanes, each with a sum
    // of all filters.
    let bytes = 4 * max(1, problem.network.space.parameterCount)
    let threads = problem.compute.threadCount
    return EngineOptions(
      threadCount: threads, precision: problem.compute.precision,
      laneCount: statistics == .running ? min(8, max(2, (256 << 20) / bytes)) : threads)
  }

  /// Rows for which a plan that keeps nothing is compiled; one that streams takes any number.
  func compiledBatch(of part: Range<Int>) -> Int {
    statistics == .running ? min(part.count, CurvatureLayout.streamingBatch) : part.count
  }

  func makePlan(batch: Int, keepsValues: Bool) throws -> Plan {
    try Plan(
      problem.productGraph(kind, batch: batch, statistics: statistics), batched: NeuralProblem.batchedInputs,
      varying: keepsValues ? gate.directionNames : [], options: options)
  }

  /// Bytes of all plans that keep first-order values.
  func keptBytes() throws -> Int {
    var bySize: [Int: Int] = [:]
    var total = 0
    for part in parts {
      let bytes = try bySize[part.count] ?? predictedBytes(batch: part.count, keepsValues: true)
      bySize[part.count] = bytes
      total += bytes
    }
    return total
  }

  /// Bytes that an operator will need.
  func predictedBytes() throws -> Int {
    let kept = try keptBytes()
    guard kept > problem.compute.keptBytes else { return kept }
    return try Set(parts.map { compiledBatch(of: $0) }).reduce(0) {
      $0 + (try predictedBytes(batch: $1, keepsValues: false))
    }
  }

  private func predictedBytes(batch: Int, keepsValues: Bool) throws -> Int {
    try Plan.predictedBytes(
      problem.productGraph(kind, batch: batch, statistics: statistics), batched: NeuralProblem.batchedInputs,
      varying: keepsValues ? gate.directionNames : [], options: options)
  }

  /// It has no influence on the result.
  private static let streamingBatch = 256
}
