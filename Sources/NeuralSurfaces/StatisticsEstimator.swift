public import ThalwegDatasets
import ThalwegEngine
public import ThalwegNetworks
public import ThalwegSurfaces

/// Estimates the running statistics of batch normalisations anew, at any parameters, from stated examples.
///
/// The examples are cut in their order into batches of nearly equal size, and pass through the network normalised by their
/// batches. A channel's mean is the mean over all examples, and its variance the unbiased one, within and between batches:
/// with batches of `nᵦ` numbers, means `mᵦ` and biased variances `vᵦ`, and with their mean `m`,
/// `Σ nᵦ (vᵦ + (mᵦ − m)²) / (Σ nᵦ − 1)`.
public final class StatisticsEstimator {
  private let cache: PlanCache
  private let source: ExampleSource
  private let batches: [Range<Int>]

  /// An estimator.
  ///
  /// - Parameters:
  ///   - network: Whose normalisations are meant.
  ///   - dataset: The examples, at least 2; all of them are used.
  ///   - normalisation: How their values are shifted and scaled.
  ///   - largestBatch: Examples of a batch at most, at least 2.
  ///   - compute: How networks are run; sums within a batch depend on the number of threads.
  /// - Throws: ``NeuralSurfaceError`` or a data set error when network, data and normalisation don't fit each other.
  public init(
    network: Network, dataset: Dataset, normalisation: Normalisation, largestBatch: Int = 512,
    compute: ComputeOptions
  ) throws {
    precondition(largestBatch >= 2, "batches of \(largestBatch) examples have no variance")
    let problem = try NeuralProblem(network, dataset, normalisation, compute)
    guard dataset.count >= 2 else { throw NeuralSurfaceError.batchTooSmall(dataset.count) }
    cache = PlanCache(problem, statistics: .batch, laneCount: compute.threadCount)
    source = try ExampleSource(problem, augmentation: nil)
    batches = Self.batches(of: dataset.count, largest: largestBatch)
  }

  /// As few batches as possible, which differ by one example at most.
  package static func batches(of count: Int, largest: Int) -> [Range<Int>] {
    // A batch of one has no variance, so two batches of at least 2 may have to be larger than asked for.
    let number = max(1, min((count + largest - 1) / largest, count / 2))
    return (0..<number).map { count * $0 / number..<count * ($0 + 1) / number }
  }

  /// Replaces the buffers of `state` by the statistics that its parameters give.
  ///
  /// - Throws: `EngineError`.
  /// - Complexity: One pass over the examples; memory for one batch.
  public func update(_ state: inout ModelState) throws {
    guard state.space.bufferCount > 0 else { return }
    var sums = Array(repeating: (count: 0.0, mean: 0.0, squares: 0.0), count: state.space.bufferCount)
    var norms: [PlanCache.Norm] = []
    for batch in batches {
      let entry = try cache.entry(batch: batch.count, hasGradient: false)
      cache.load(state, into: entry.plan)
      source.start = batch.lowerBound
      source.weight = 1 / Float(batch.count)
      try entry.plan.run(exampleCount: batch.count, source: source)
      norms = entry.norms
      for norm in norms {
        let means = entry.plan.sharedOutput(norm.meanOutput)
        let variances = entry.plan.sharedOutput(norm.varianceOutput)
        let n = Double(norm.entriesPerChannel)
        for channel in means.indices {
          let place = norm.meanRange.lowerBound + channel
          let (known, mean) = (sums[place], Double(means[channel]))
          let shift = mean - known.mean
          let total = known.count + n
          sums[place] = (
            total, known.mean + shift * n / total,
            known.squares + n * Double(variances[channel]) + shift * shift * known.count * n / total
          )
        }
      }
    }
    for norm in norms {
      for channel in 0..<norm.meanRange.count {
        let sum = sums[norm.meanRange.lowerBound + channel]
        state.buffers[norm.meanRange.lowerBound + channel] = sum.mean
        state.buffers[norm.varianceRange.lowerBound + channel] = sum.squares / max(1, sum.count - 1)
      }
    }
  }
}
