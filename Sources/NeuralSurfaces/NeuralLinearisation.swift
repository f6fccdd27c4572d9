import ThalwegDatasets
import ThalwegEngine
import ThalwegNetworks
import ThalwegRandomness
import ThalwegSpectra
import ThalwegSurfaces

/// A network's loss near one point: operators run the network's own product graphs.
final class NeuralLinearisation: Linearisation {
  let state: ModelState
  let primal: Evaluation
  let gradient: ModelVector
  private let problem: NeuralProblem
  private let policy: NormalisationPolicy

  init(_ problem: NeuralProblem, _ policy: NormalisationPolicy, at state: ModelState) throws {
    self.problem = problem
    self.policy = policy
    self.state = state
    var gradient = ModelVector(zeros: state.parameters.count, precision: .single)
    primal = try NeuralEvaluator(problem, policy).gradient(at: state, into: &gradient)
    guard primal.status == .ok, gradient.norm().isFinite else { throw CurvatureError.diverged(loss: primal.loss) }
    self.gradient = gradient
  }

  func curvature(_ kind: CurvatureKind) throws -> any SymmetricOperator {
    switch kind {
    case .hessian, .gaussNewton:
      return try CurvatureOperator(problem, policy, kind, at: state)
    case .gradientCovariance(let isCentred):
      try requireSeparateExamples(kind)
      let covariance = try CurvatureOperator(problem, policy, kind, at: state)
      return isCentred ? covariance.subtractingSquare(of: gradient.doubles) : covariance
    case .sampledFisher(let seed, let sampleCount):
      try requireSeparateExamples(kind)
      precondition(sampleCount > 0, "\(sampleCount) samples estimate nothing")
      let probabilities = try probabilities()
      return SumOfOperators(
        try (0..<sampleCount).map { sample in
          let labels = drawLabels(probabilities, seed: seed, sample: sample)
          return (
            1 / Double(sampleCount), try CurvatureOperator(problem, policy, kind, at: state, labels: labels)
          )
        })
    }
  }

  private func requireSeparateExamples(_ kind: CurvatureKind) throws {
    guard policy == .running else {
      throw CurvatureError.undefined(
        kind, reason: "under batch statistics the loss of an example depends on all others of its batch")
    }
  }

  /// Predicted probabilities, one row of classes for each example.
  private func probabilities() throws -> [Float] {
    let batch = min(problem.dataset.count, 256)
    let plan = try Plan(
      problem.probabilityGraph(batch: batch, statistics: .running), batched: NeuralProblem.batchedInputs,
      options: EngineOptions(
        threadCount: problem.compute.threadCount, precision: problem.compute.precision, laneCount: 32))
    PlanGate(problem.network.space, statistics: .running).load(state, into: plan)
    try plan.run(exampleCount: problem.dataset.count, source: ExampleSource(problem, augmentation: nil))
    return Array(plan.perExampleOutput("probabilities"))
  }

  /// One label for each example by its own probabilities; the random stream belongs to the example.
  private func drawLabels(_ probabilities: [Float], seed: UInt64, sample: Int) -> [Int32] {
    let classes = problem.network.classCount
    return (0..<problem.dataset.count).map { example in
      var stream = RandomStream(seed: seed, 0x6669_7368, UInt64(sample), UInt64(example))
      var remainder = stream.uniform()
      for label in 0..<classes - 1 {
        remainder -= Double(probabilities[example * classes + label])
        if remainder < 0 { return Int32(label) }
      }
      return Int32(classes - 1)
    }
  }
}

extension SymmetricOperator {
  /// `A − x xᵀ`.
  fileprivate func subtractingSquare(of x: [Double]) -> any SymmetricOperator { RankOneDowndate(self, x) }
}

/// `A − x xᵀ`.
private final class RankOneDowndate: SymmetricOperator {
  private let base: any SymmetricOperator
  private let x: [Double]
  let dimension: Int

  init(_ base: any SymmetricOperator, _ x: [Double]) {
    precondition(base.dimension == x.count, "a vector of \(x.count) entries, dimension \(base.dimension)")
    self.base = base
    self.x = x
    dimension = base.dimension
  }

  func multiply(_ vectors: Span<Double>, columnCount: Int, into products: inout MutableSpan<Double>) throws {
    try base.multiply(vectors, columnCount: columnCount, into: &products)
    for column in 0..<columnCount {
      let start = column * dimension
      var along = 0.0
      for i in 0..<dimension { along += x[i] * vectors[start + i] }
      for i in 0..<dimension { products[start + i] -= along * x[i] }
    }
  }
}
