import ThalwegDatasets
import ThalwegEngine
import ThalwegGraphs
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
  }

  private let values: FirstOrderValues
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
    values = try layout.firstOrderValues()
    var plans: [Int: Plan] = [:]
    var parts: [Part] = []
    for range in layout.parts(values) {
      // A plan that keeps values belongs to its part; others serve all parts of their size.
      let size = layout.compiledBatch(of: range, values)
      let plan = try (values == .kept ? nil : plans[size]) ?? layout.makePlan(batch: size, values)
      plans[size] = plan
      gate.load(state, into: plan)
      if values == .kept {
        source.start = range.lowerBound
        try plan.prepare(exampleCount: range.count, source: source)
      }
      parts.append(Part(plan: plan, range: range))
    }
    self.parts = parts
  }

  func multiply(_ vectors: Span<Double>, columnCount: Int, into products: inout MutableSpan<Double>) throws {
    for (index, part) in parts.enumerated() {
      source.start = part.range.lowerBound
      if case .windows = values { try part.plan.prepare(exampleCount: part.range.count, source: source) }
      for column in 0..<columnCount {
        let start = column * dimension
        for i in 0..<dimension { direction[i] = Float(vectors[start + i]) }
        direction.withUnsafeBufferPointer { gate.load(direction: $0, into: part.plan) }
        if values == .streamed {
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

/// How a matrix's products come by the first-order values, which don't depend on the direction.
public enum FirstOrderValues: Sendable, Equatable, CustomStringConvertible {
  /// Those of all examples are computed once and kept: a Hessian product then costs about six forward passes.
  case kept
  /// Computed anew for every block of directions, for at most this many examples at a time: a Hessian product costs
  /// about `6 + 3/k` forward passes for each of k directions.
  case windows(exampleCount: Int)
  /// Computed anew for every direction, and kept no longer than a few examples are in cache: about nine forward passes.
  case streamed

  /// One or a few words.
  public var description: String {
    switch self {
    case .kept: "kept"
    case .windows(let count): "windows of \(count)"
    case .streamed: "streamed"
    }
  }
}

/// How a matrix's products over a data set are divided into plans, and what that needs.
struct CurvatureLayout {
  let gate: PlanGate
  private let problem: NeuralProblem
  private let policy: NormalisationPolicy
  private let kind: CurvatureKind
  private let statistics: NormalisationStatistics

  init(_ problem: NeuralProblem, _ policy: NormalisationPolicy, _ kind: CurvatureKind) {
    self.problem = problem
    self.policy = policy
    self.kind = kind
    statistics = policy == .running ? .running : .batch
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

  /// Parts of the data: batches that share statistics; or windows; or all of it.
  func parts(_ values: FirstOrderValues) -> [Range<Int>] {
    let count = problem.dataset.count
    let size =
      switch (policy, values) {
      case (.batch(let size), _): size
      case (.running, .windows(let size)): size
      case (.running, _): max(1, count)
      }
    return stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
  }

  /// Rows for which a part's plan is compiled; one that streams takes any number.
  func compiledBatch(of part: Range<Int>, _ values: FirstOrderValues) -> Int {
    values == .streamed && statistics == .running ? min(part.count, CurvatureLayout.streamingBatch) : part.count
  }

  func makePlan(batch: Int, _ values: FirstOrderValues) throws -> Plan {
    try Plan(
      problem.productGraph(kind, batch: batch, statistics: statistics), batched: NeuralProblem.batchedInputs,
      varying: values == .streamed ? [] : gate.directionNames, options: options)
  }

  /// The fastest way that the bound on memory allows.
  func firstOrderValues() throws -> FirstOrderValues {
    let bound = problem.compute.keptBytes
    if try predictedBytes(.kept) <= bound { return .kept }
    guard problem.compute.directionsAtOnce > 1 else { return .streamed }
    if case .batch(let size) = policy {
      let windows = FirstOrderValues.windows(exampleCount: min(size, problem.dataset.count))
      return try predictedBytes(windows) <= bound ? windows : .streamed
    }
    for share in CurvatureLayout.windowSizes {
      // As many windows, but equal ones.
      let count = (problem.dataset.count + share - 1) / share
      let windows = FirstOrderValues.windows(exampleCount: (problem.dataset.count + count - 1) / count)
      if try predictedBytes(windows) <= bound { return windows }
    }
    return .streamed
  }

  /// Bytes that an operator will need.
  func predictedBytes(_ values: FirstOrderValues) throws -> Int {
    let sizes = parts(values).map { compiledBatch(of: $0, values) }
    // Only plans that keep values are as many as parts.
    let counts = Dictionary(sizes.map { ($0, 1) }, uniquingKeysWith: values == .kept ? (+) : { first, _ in first })
    return try counts.reduce(0) { total, size in
      let graph = problem.productGraph(kind, batch: size.key, statistics: statistics)
      return total
        + size.value
        * (try Plan.predictedBytes(
          graph, batched: NeuralProblem.batchedInputs, varying: values == .streamed ? [] : gate.directionNames,
          options: options))
    }
  }

  /// It has no influence on the result.
  private static let streamingBatch = 256
  /// Examples of a window at most: beyond, nothing is gained; with fewer than the last, threads wait for each other.
  private static let windowSizes = [512, 256, 128, 64]
}
