import Foundation
import Thalweg

/// One workload of the comparison with other tools (`Benchmarks/Peers`), done by us.
struct PeerReport: Codable {
  var workload: String
  var seconds: Double
  var setup_seconds: Double
  var megabytes: Double
  var checks: [String: Double]
  var versions: [String: String]
}

/// ResNet-20 on CIFAR-10 as all peers run it: the same state, images and directions.
struct PeerWorkloads {
  let threads: Int
  let network: Network
  let state: ModelState
  let data: String?

  init(threads: Int, data: String?, checkpoint: String?) throws {
    self.threads = threads
    self.data = data
    let network = try Network.named("resnet20", inputShape: [3, 32, 32], classCount: 10)
    self.network = network
    state =
      try checkpoint.map { try ModelState(Checkpoint.read($0), for: network, path: $0) }
      ?? network.initialState(seed: 1)
  }

  func run(_ name: String) throws -> PeerReport {
    switch name {
    case "hessian-product": try product(.hessian, name, letter: "H")
    case "gauss-newton-product": try product(.gaussNewton, name, letter: "G")
    case "spectral-density": try density(name)
    case "evaluation": try evaluation(name, .float32)
    case "evaluation-bf16": try evaluation(name, .bfloat16)
    case "training-step": try training(name, .float32)
    case "training-step-bf16": try training(name, .bfloat16)
    case "surface": try grid(name)
    case "surface-budget": try budgetedGrid(name)
    default: throw BenchError.usage("\(name) is no workload of the comparison")
    }
  }

  // MARK: Workloads

  private func surface(
    _ data: Dataset, _ precision: ComputePrecision = .float32, policy: NormalisationPolicy = .running
  ) throws -> NeuralSurface {
    // With this much of kept values the whole process takes less than a third of what the leanest peer needs to be fast.
    try NeuralSurface(
      network: network, dataset: data, normalisation: .imagenet, policy: policy,
      compute: ComputeOptions(threadCount: threads, precision: precision, keptBytes: 1_100_000_000))
  }

  private func product(_ kind: CurvatureKind, _ name: String, letter: String) throws -> PeerReport {
    let train = try examples(.train, 1024)
    let (matrix, setup) = try timed { try surface(train).linearise(at: state).curvature(kind) }
    let (d, e) = (direction { sin($0) }, direction { cos($0) })
    let first = try matrix.product(with: d)
    let seconds = try shortest { _ = try matrix.product(with: d) }
    return report(
      name, seconds, setup,
      [
        "d_\(letter)_d": dot(d, first), "e_\(letter)_d": dot(e, first),
        "norm_\(letter)d": dot(first, first).squareRoot(),
      ])
  }

  private func density(_ name: String) throws -> PeerReport {
    var quadrature = StochasticLanczosQuadrature()
    (quadrature.drawCount, quadrature.stepCount) = (1, 30)
    let train = try examples(.train, 1024)
    // Everything counts, as for the peers: what products share is part of a density.
    let (draws, seconds) = try timed {
      try quadrature.run(on: surface(train).linearise(at: state).curvature(.hessian))
    }
    return report(name, seconds, 0, ["largest_ritz": draws[0].nodes.max() ?? .nan])
  }

  private func evaluation(_ name: String, _ precision: ComputePrecision) throws -> PeerReport {
    let test = try examples(.test, 10_000)
    let (evaluator, setup) = try timed {
      let evaluator = try surface(test, precision).makeEvaluator()
      _ = try evaluator.evaluate(at: state)
      return evaluator
    }
    let found = try evaluator.evaluate(at: state)
    let seconds = try shortest { _ = try evaluator.evaluate(at: state) }
    let thousand = try surface(test.prefix(1000), precision).makeEvaluator().evaluate(at: state)
    return report(
      name, seconds, setup,
      [
        "loss": found.loss, "correct": Double(found.correctCount ?? 0), "loss_of_1000": thousand.loss,
        "correct_of_1000": Double(thousand.correctCount ?? 0),
      ])
  }

  private func training(_ name: String, _ precision: ComputePrecision) throws -> PeerReport {
    let train = try examples(.train, 12_800)
    // The checks: two steps without random changes on the first 128 images.
    let plain = try surface(train.prefix(128), precision, policy: .batch(size: 128)).makeEvaluator()
    var gradient = ModelVector(zeros: state.parameters.count, precision: .single)
    let before = try plain.gradient(at: state, into: &gradient)
    var moved = state
    moved.parameters.add(-0.01, gradient)
    let after = try plain.evaluate(at: moved)

    let (stream, setup) = try timed {
      try MinibatchStream(
        network: network, dataset: train, normalisation: .imagenet, augmentation: .cifar, batchSize: 128,
        compute: ComputeOptions(threadCount: threads, precision: precision)
      ).makeEvaluator()
    }
    let optimiser = StochasticGradientDescent(momentum: 0.9)
    var (walker, memory, step) = (state, OptimiserMemory(), 0)
    let steps = 10
    let seconds = try shortest {
      for _ in 0..<steps {
        _ = try optimiser.step(
          &walker, rate: 0.001, draw: Draw(seed: 1, step: step % 90), using: stream, memory: &memory)
        step += 1
      }
    }
    return report(
      name, seconds / Double(steps), setup, ["loss_first": before.loss, "loss_second": after.loss])
  }

  private func grid(_ name: String) throws -> PeerReport {
    let directions = [direction { sin($0) }, direction { cos($0) }].map {
      Displacement(parameters: filterNormalised($0))
    }
    let test = try examples(.test, 2000)
    let (evaluator, setup) = try timed {
      let evaluator = try surface(test).makeEvaluator()
      _ = try evaluator.evaluate(at: state)
      return evaluator
    }
    let axis = Axis(lower: -1, upper: 1, count: 21)
    let survey = SurfaceSurvey(centre: state, directions: directions, axes: [axis, axis])
    var losses = [Double](repeating: .nan, count: 441)
    let (_, seconds) = try timed {
      try survey.run(with: evaluator) { block in
        for point in block { losses[point.index] = point.loss ?? .nan }
      }
    }
    let nine = [0, 10, 20].flatMap { y in [0, 10, 20].map { losses[y * 21 + $0] } }
    return report(
      name, seconds, setup, ["loss_centre": losses[220], "mean_loss_of_9": nine.reduce(0, +) / 9])
  }

  /// The same surface in an eighth of the evaluations, the rest interpolated.
  private func budgetedGrid(_ name: String) throws -> PeerReport {
    let (counts, total) = ([21, 21], 2000)
    let evaluations = Double(counts[0] * counts[1] * total) / 8
    let exampleCounts = BudgetedSurvey.exampleCounts(of: total, counts: counts, evaluations: evaluations)
    let few = exampleCounts[.few] ?? 0
    let test = try examples(.test, total)
    var stream = RandomStream(seed: 1)
    let order = stream.permutation(of: total)
    let directions = [direction { sin($0) }, direction { cos($0) }].map {
      Displacement(parameters: filterNormalised($0))
    }
    let (evaluators, setup) = try timed {
      try [0..<few, few..<few + (exampleCounts[.rest] ?? 0)].filter { !$0.isEmpty }.map { range in
        let evaluator = try surface(test.subset(Array(order[range]))).makeEvaluator()
        _ = try evaluator.evaluate(at: state)
        return evaluator
      }
    }
    let axis = Axis(lower: -1, upper: 1, count: 21).coordinates
    let grid = AffineGrid(centre: state, directions: directions, coordinates: [axis, axis])
    let survey = BudgetedSurvey(counts: counts, exampleCounts: exampleCounts, samplingError: .dataSet(count: total))
    var (point, spent) = (state, 0)
    let (points, seconds) = try timed {
      try survey.run(
        measure: { part, index in
          grid.write(index, to: &point)
          let evaluation = try evaluators[part.rawValue].evaluate(at: point)
          spent += exampleCounts[part] ?? 0
          let losses = evaluators[part.rawValue].perExampleLosses
          return evaluation.status == .ok ? .init(losses: losses, differences: losses, correctCount: nil) : nil
        }, spent: { Double(spent) / evaluations }, isCancelled: { false }
      ).points
    }
    let nine = [0, 10, 20].flatMap { y in [0, 10, 20].map { points[y * 21 + $0].loss ?? .nan } }
    let interpolated = points.filter { $0.state == .interpolated }
    // How far off the interpolated points are, against every one of them measured.
    let whole = try surface(test).makeEvaluator()
    let within = try interpolated.count { guess in
      grid.write(guess.index, to: &point)
      let (loss, sampling) = (guess.loss ?? .nan, guess.standardError ?? 0)
      let error = (guess.interpolationError * guess.interpolationError + sampling * sampling).squareRoot()
      return abs(loss - (try whole.evaluate(at: point).loss)) <= 1.96 * error
    }
    return report(
      name, seconds, setup,
      [
        "loss_centre": points[220].loss ?? .nan, "mean_loss_of_9": nine.reduce(0, +) / 9,
        "within_stated_95": Double(within) / Double(max(1, interpolated.count)),
        "interpolated": Double(interpolated.count),
      ])
  }

  // MARK: Tools

  /// Just the examples of the workload: memory is compared too.
  private func examples(_ split: DatasetSplit, _ count: Int) throws -> Dataset {
    try Workloads.examples(split, count, data: data)
  }

  /// `function(i)` for `i = 1, 2, …`, normalised.
  private func direction(_ function: (Double) -> Double) -> [Double] {
    let raw = (1...state.parameters.count).map { function(Double($0)) }
    let norm = dot(raw, raw).squareRoot()
    return raw.map { $0 / norm }
  }

  /// Each filter scaled to the state's norm, vectors zero.
  private func filterNormalised(_ direction: [Double]) -> ModelVector {
    var result = [Float](repeating: 0, count: direction.count)
    for (entry, range) in state.space.parameters where entry.shape.count > 1 {
      let size = range.count / entry.shape[0]
      for start in stride(from: range.lowerBound, to: range.upperBound, by: size) {
        let filter = start..<start + size
        let norm = filter.reduce(0) { $0 + direction[$1] * direction[$1] }.squareRoot()
        let factor = state.parameters.norm(over: filter) / (norm + 1e-10)
        for i in filter { result[i] = Float(factor * direction[i]) }
      }
    }
    return ModelVector(result)
  }

  private func dot(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }

  private func timed<Result>(_ work: () throws -> Result) rethrows -> (Result, Double) {
    let clock = ContinuousClock()
    let start = clock.now
    let result = try work()
    return (result, (clock.now - start) / .seconds(1))
  }

  /// The shortest of several repetitions, after a warm-up: at least 3, and for about 10 seconds.
  private func shortest(_ work: () throws -> Void) throws -> Double {
    try work()
    var (best, total, count) = (Double.infinity, 0.0, 0)
    while count < 3 || total < 10 {
      let seconds = try timed(work).1
      best = min(best, seconds)
      total += seconds
      count += 1
    }
    return best
  }

  private func report(
    _ name: String, _ seconds: Double, _ setup: Double, _ checks: [String: Double]
  ) -> PeerReport {
    PeerReport(
      workload: name, seconds: seconds, setup_seconds: setup, megabytes: Load.peakMegabytes() * 1.048576,
      checks: checks, versions: Versions.all)
  }
}
