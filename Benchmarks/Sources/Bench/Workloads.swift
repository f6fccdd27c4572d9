import CAllocations
import Foundation
import Thalweg

/// One thing that is timed: made once, then run as often as needed.
struct Workload {
  let name: String
  let network: String
  let precision: ComputePrecision
  /// Operations for one image.
  let operationsPerImage: Double
  /// Runs once and returns the number of images. Allocations are counted over one run.
  let run: () throws -> Int
  /// Steps in a run, where allocations per step are of interest.
  var stepsPerRun: Int?
  /// Share of the time spent outside what the rate counts.
  var shareOutside: (() -> Double)?
  /// What a deformed step costs, where plain ones are timed beside it.
  var cost: (() -> StepCost)?
}

/// Makes the workloads on CIFAR-10 if it is there, else on random bytes of the same shape: speed is the same.
struct Workloads {
  let threads: Int
  let test: Dataset
  let train: Dataset

  init(threads: Int, data: String?) throws {
    self.threads = threads
    test = try Workloads.examples(.test, 10_000, data: data)
    train = try Workloads.examples(.train, 12_800, data: data)
  }

  /// The first `count` examples of a split, in memory of their own.
  static func examples(_ split: DatasetSplit, _ count: Int, data: String?) throws -> Dataset {
    guard let data else { return try noise(count) }
    return try DatasetSource("cifar10:\(data)").load(split: split).copiedPrefix(count)
  }

  private static func noise(_ count: Int) throws -> Dataset {
    var stream = RandomStream(seed: 1)
    let bytes = (0..<count * 3072).map { _ in UInt8(truncatingIfNeeded: stream.next()) }
    return try Dataset(
      name: "noise", exampleShape: [3, 32, 32], classCount: 10, bytes: bytes,
      labels: (0..<count).map { Int32($0 % 10) })
  }

  private func network(_ name: String) throws -> Network {
    try Network.named(name, inputShape: [3, 32, 32], classCount: 10)
  }

  /// Operations of one image's forward pass: two for each multiply-add of direct convolutions and dense layers.
  static func forwardOperations(_ network: Network) -> Double {
    var graph = Graph()
    let images = graph.input("images", Shape([1] + network.inputShape))
    _ = network.build(into: &graph, images: images, statistics: .running)
    var total = 0.0
    for node in graph.nodes {
      switch node.operation {
      case .primitive(.convolution):
        let filter = graph.shape(of: node.operands[1])
        total += 2 * Double(graph.shape(of: node.results[0]).count) * Double(filter.count / filter[0])
      case .primitive(.matrixProduct):
        total += 2 * Double(graph.shape(of: node.results[0]).count) * Double(graph.shape(of: node.operands[0])[1])
      default: break
      }
    }
    return total
  }

  func evaluation(_ name: String, _ precision: ComputePrecision) throws -> Workload {
    let network = try network(name)
    let surface = try NeuralSurface(
      network: network, dataset: test, normalisation: .cifar,
      compute: ComputeOptions(threadCount: threads, precision: precision))
    let evaluator = try surface.makeEvaluator()
    let state = network.initialState(seed: 1)
    return Workload(
      name: "evaluation of 10,000 images", network: name, precision: precision,
      operationsPerImage: Workloads.forwardOperations(network), run: { try evaluator.evaluate(at: state).exampleCount })
  }

  func surface(_ name: String, _ precision: ComputePrecision) throws -> Workload {
    let network = try network(name)
    let surface = try NeuralSurface(
      network: network, dataset: test.prefix(2000), normalisation: .cifar,
      compute: ComputeOptions(threadCount: threads, precision: precision))
    let evaluator = try surface.makeEvaluator()
    let state = network.initialState(seed: 1)
    let random = RandomDirection(seed: 1, normalisation: .filter, smallTensors: .zero)
    let axis = Axis(lower: -1, upper: 1, count: 5)
    let survey = SurfaceSurvey(
      centre: state, directions: [try random.direction(0, at: state), try random.direction(1, at: state)],
      axes: [axis, axis])
    return Workload(
      name: "surface, 25 points × 2,000 images", network: name, precision: precision,
      operationsPerImage: Workloads.forwardOperations(network),
      run: {
        _ = try survey.run(pending: Array(0..<25), with: evaluator, isCancelled: { false }, report: { _ in })
        return 25 * 2000
      })
  }

  func training(_ name: String, _ precision: ComputePrecision) throws -> Workload {
    let network = try network(name)
    let stream = try MinibatchStream(
      network: network, dataset: train, normalisation: .cifar, augmentation: .cifar, batchSize: 128,
      compute: ComputeOptions(threadCount: threads, precision: precision))
    let steps = try TimedSteps(stream.makeEvaluator(), network)
    return Workload(
      name: "training step, batch 128", network: name, precision: precision,
      operationsPerImage: 3 * Workloads.forwardOperations(network),
      run: {
        _ = try steps.run(count: 20)
        return 20 * 128
      }, stepsPerRun: 20)
  }

  /// Products of a matrix over training images with `directions` vectors at once; first-order values are kept as far as
  /// `keptBytes` allows, and computed again beyond.
  ///
  /// Operations are counted as for the Hessian by hand: six forward passes a direction, and three more for the first order
  /// where it is not kept. The Gauss-Newton matrix needs two of them less.
  func product(
    _ kind: CurvatureKind, _ name: String, _ precision: ComputePrecision, images: Int, policy: NormalisationPolicy,
    keptBytes: Int = 64 << 30, directions: Int = 1
  ) throws -> Workload {
    let network = try network(name)
    let surface = try NeuralSurface(
      network: network, dataset: train.prefix(images), normalisation: .cifar, policy: policy,
      compute: ComputeOptions(
        threadCount: threads, precision: precision, keptBytes: keptBytes, directionsAtOnce: directions))
    let state = network.initialState(seed: 1)
    let vectors = Matrix(
      rowCount: network.space.parameterCount, columnCount: directions,
      elements: (0..<directions * network.space.parameterCount).map { Double($0 % 7) - 3 })
    var matrix: (any SymmetricOperator)?
    let values = try surface.firstOrderValues(kind)
    let passes = (kind == .hessian ? 6.0 : 4.0) + (values == .kept ? 0 : 3 / Double(directions))
    let title =
      (kind == .hessian ? "Hessian" : "Gauss-Newton")
      + (directions > 1 ? " products, \(directions) at once" : " product")
    let statistics = policy == .running ? "running" : "batch"
    return Workload(
      name: "\(title), \(images) images, \(values), \(statistics)", network: name,
      precision: precision, operationsPerImage: passes * Workloads.forwardOperations(network),
      run: {
        if matrix == nil { matrix = try surface.linearise(at: state).curvature(kind) }
        _ = try matrix?.products(with: vectors)
        return images * directions
      }, stepsPerRun: 1)
  }

  /// The Lanczos process, whose own algebra should be small beside the products.
  func lanczos(_ name: String, images: Int, steps: Int) throws -> Workload {
    let network = try network(name)
    let surface = try NeuralSurface(
      network: network, dataset: train.prefix(images), normalisation: .cifar,
      compute: ComputeOptions(threadCount: threads, keptBytes: 64 << 30))
    let state = network.initialState(seed: 1)
    var counting: CountingOperator?
    var quadrature = StochasticLanczosQuadrature()
    quadrature.stepCount = steps
    var (total, inside) = (0.0, 0.0)
    return Workload(
      name: "\(steps) Lanczos steps, \(images) images", network: name, precision: .float32,
      operationsPerImage: 6 * Workloads.forwardOperations(network),
      run: {
        let matrix = try counting ?? CountingOperator(try surface.linearise(at: state).curvature(.hessian))
        counting = matrix
        let before = matrix.secondsInProducts
        let clock = ContinuousClock()
        let seconds = try clock.measure { _ = try quadrature.draw(0, of: matrix) } / .seconds(1)
        total += seconds
        inside += matrix.secondsInProducts - before
        return images * steps
      }, shareOutside: { 1 - inside / total })
  }
}
