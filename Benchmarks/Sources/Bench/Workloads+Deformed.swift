import Thalweg

extension Workloads {
  /// Training steps on deformed minibatches and plain ones in turn, in one process, since their ratio is what counts.
  ///
  /// - Parameters:
  ///   - text: The deformation.
  ///   - limit: What a deformed step should cost at most, in plain steps.
  func deformedTraining(_ text: String, _ name: String, limit: Double) throws -> Workload {
    let network = try Network.named(name, inputShape: [3, 32, 32], classCount: 10)
    let stream = try MinibatchStream(
      network: network, dataset: train, normalisation: .cifar, augmentation: .cifar, batchSize: 128,
      compute: ComputeOptions(threadCount: threads))
    let deformation = try DeformationRegistry.standard.sequence(text)
    let plain = try TimedSteps(stream.makeEvaluator(), network)
    let deformed = try TimedSteps(deformation.apply(to: stream).makeEvaluator(), network)
    let ratios = Ratios()
    let pairsPerRun = 20
    let passes = 3 * Double(1 + deformation.gradientsPerStep) / 2
    return Workload(
      name: "steps, plain and \(text)", network: name, precision: .float32,
      operationsPerImage: passes * Workloads.forwardOperations(network),
      run: {
        for pair in 0..<pairsPerRun {
          // Each takes its turn at being first, or what one leaves in the caches would favour the other.
          let isFirst = pair.isMultiple(of: 2)
          let first = try (isFirst ? plain : deformed).run(count: 1)
          let second = try (isFirst ? deformed : plain).run(count: 1)
          ratios.all.append(isFirst ? second / first : first / second)
        }
        return 2 * pairsPerRun * 128
      }, stepsPerRun: 2 * pairsPerRun, cost: { StepCost(inPlainSteps: ratios.median, limit: limit) })
  }
}

/// What a deformed training step costs.
struct StepCost {
  /// In plain steps of the same process.
  let inPlainSteps: Double
  /// The most that it should be.
  let limit: Double
}

/// The ratios of the pairs of steps so far.
private final class Ratios {
  var all: [Double] = []

  var median: Double {
    // The first pair compiled.
    let sorted = all.dropFirst().sorted()
    return sorted.isEmpty ? .nan : sorted[sorted.count / 2]
  }
}
