import ThalwegDatasets
import ThalwegEngine
import ThalwegNetworks
import ThalwegSurfaces

/// How a matrix's products come by the first-order values, which don't depend on the direction.
public enum FirstOrderValues: Sendable, Equatable, CustomStringConvertible {
  /// Those of all examples are computed once and kept: a Hessian product then costs about six forward passes.
  case kept
  /// So many of them, the ones that take most memory for least work, are computed anew for every direction; the others are
  /// computed once and kept. Where statistics are fixed.
  case thinned(recomputedCount: Int)
  /// Those of the first examples, as many as memory allows, are kept; the others' are computed anew for every direction.
  case partlyKept(exampleCount: Int)
  /// Computed anew for every block of directions, for at most this many examples at a time: a Hessian product costs
  /// about `6 + 3/k` forward passes for each of k directions.
  case windows(exampleCount: Int)
  /// Computed anew for every direction, and kept no longer than a few examples are in cache: about nine forward passes.
  case streamed

  /// One or a few words.
  public var description: String {
    switch self {
    case .kept: "kept"
    case .thinned(let count): "kept but for \(count) value\(count == 1 ? "" : "s")"
    case .partlyKept(let count): "kept for \(count)"
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

  /// How one part of the data comes by its first-order values: see ``FirstOrderValues``.
  enum PartValues {
    case kept, shared, streamed
  }

  /// What a plan is compiled for.
  struct PlanKind: Hashable {
    let values: PartValues
    /// Rows; a plan that streams takes any number.
    let batch: Int
    /// How many kept values are computed anew.
    var recomputed = 0
  }

  /// Examples whose products are made at once.
  struct Part {
    let range: Range<Int>
    let plan: PlanKind
  }

  /// Parts of the data: batches that share statistics; or windows; or what is kept and what is not; or all of it.
  func parts(_ values: FirstOrderValues) -> [Part] {
    let count = problem.dataset.count
    func pieces(_ range: Range<Int>, of size: Int, _ values: PartValues) -> [Part] {
      stride(from: range.lowerBound, to: range.upperBound, by: max(1, size)).map { start in
        let end = min(start + size, range.upperBound)
        let isFree = values == .streamed && statistics == .running
        let batch = isFree ? min(end - start, CurvatureLayout.streamingBatch) : end - start
        return Part(range: start..<end, plan: PlanKind(values: values, batch: batch))
      }
    }
    let batch = if case .batch(let size) = policy { size } else { count }
    return switch values {
    case .kept: pieces(0..<count, of: batch, .kept)
    case .thinned(let recomputed):
      [Part(range: 0..<count, plan: PlanKind(values: .kept, batch: count, recomputed: recomputed))]
    case .partlyKept(let kept): pieces(0..<kept, of: batch, .kept) + pieces(kept..<count, of: batch, .streamed)
    case .windows(let size): pieces(0..<count, of: size, .shared)
    case .streamed: pieces(0..<count, of: batch, .streamed)
    }
  }

  func makePlan(_ plan: PlanKind) throws -> Plan {
    try Plan(
      problem.productGraph(kind, batch: plan.batch, statistics: statistics), batched: NeuralProblem.batchedInputs,
      varying: plan.values == .streamed ? [] : gate.directionNames, recomputed: plan.recomputed, options: options)
  }

  /// The fastest way that the bound on memory allows.
  func firstOrderValues() throws -> FirstOrderValues {
    let (count, bound) = (problem.dataset.count, problem.compute.keptBytes)
    let whole = try predictedBytes(.kept)
    if whole <= bound { return .kept }
    if problem.compute.directionsAtOnce > 1 {
      for values in windows where try predictedBytes(values) <= bound { return values }
      return .streamed
    }
    if let values = try thinned(bound) { return values }
    let unit = if case .batch(let size) = policy { size } else { CurvatureLayout.smallestPart }
    // In proportion, and one unit less for each that turns out to be too many.
    var kept = Int(Double(count) * Double(bound) / Double(whole)) / unit * unit
    while kept > 0 {
      let values = FirstOrderValues.partlyKept(exampleCount: kept)
      if kept < count, try predictedBytes(values) <= bound { return values }
      kept -= unit
    }
    return .streamed
  }

  /// As few values computed anew as keep within the bound; `nil` where none are few enough.
  private func thinned(_ bound: Int) throws -> FirstOrderValues? {
    let graph = problem.productGraph(kind, batch: problem.dataset.count, statistics: statistics)
    var (least, most) = (
      1,
      try Plan.recomputableCount(
        graph, batched: NeuralProblem.batchedInputs, varying: gate.directionNames, options: options)
    )
    guard most > 0, try predictedBytes(.thinned(recomputedCount: most)) <= bound else { return nil }
    while least < most {
      let middle = (least + most) / 2
      if try predictedBytes(.thinned(recomputedCount: middle)) <= bound { most = middle } else { least = middle + 1 }
    }
    return .thinned(recomputedCount: most)
  }

  /// Windows that could be used, the best first.
  private var windows: [FirstOrderValues] {
    let count = problem.dataset.count
    if case .batch(let size) = policy { return [.windows(exampleCount: min(size, count))] }
    return CurvatureLayout.windowSizes.map { size in
      // As many windows, but equal ones.
      let number = max(1, (count + size - 1) / size)
      return .windows(exampleCount: (count + number - 1) / number)
    }
  }

  /// Bytes that an operator will need.
  func predictedBytes(_ values: FirstOrderValues) throws -> Int {
    try Dictionary(grouping: parts(values), by: \.plan).reduce(0) { total, alike in
      let (plan, parts) = alike
      let graph = problem.productGraph(kind, batch: plan.batch, statistics: statistics)
      let bytes = try Plan.predictedBytes(
        graph, batched: NeuralProblem.batchedInputs, varying: plan.values == .streamed ? [] : gate.directionNames,
        recomputed: plan.recomputed, options: options)
      // A plan that keeps values belongs to its part; others serve all parts that are alike.
      return total + (plan.values == .kept ? parts.count : 1) * bytes
    }
  }

  /// It has no influence on the result.
  private static let streamingBatch = 256
  /// Examples of a part at least: with fewer, threads wait for each other.
  private static let smallestPart = 64
  /// Examples of a window at most: beyond, nothing is gained.
  private static let windowSizes = [512, 256, 128, smallestPart]
}
