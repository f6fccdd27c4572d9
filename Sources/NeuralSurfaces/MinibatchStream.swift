public import ThalwegDatasets
import ThalwegEngine
public import ThalwegNetworks
import ThalwegRandomness
public import ThalwegSurfaces

/// The surfaces of random minibatches, as training walks on them: batch normalisation by the minibatch's own statistics,
/// images changed at random.
///
/// Each epoch visits every example once, in an order that depends on seed and epoch alone; the last minibatch of an
/// epoch holds what is left.
public struct MinibatchStream: SurfaceStream {
  /// The network's state space.
  public var space: StateSpace { problem.network.space }
  /// Examples of a minibatch.
  public let batchSize: Int
  /// Random changes of the images.
  public let augmentation: Augmentation?
  /// Weight of a new batch in running statistics.
  public let normalisationMomentum: Double
  let problem: NeuralProblem

  /// A stream.
  ///
  /// - Parameter batchSize: At least 2; a data set with fewer examples is one batch.
  /// - Throws: ``NeuralSurfaceError`` or a data set error when network, data and normalisation don't fit each other.
  public init(
    network: Network, dataset: Dataset, normalisation: Normalisation, augmentation: Augmentation? = nil,
    batchSize: Int, normalisationMomentum: Double = 0.1, compute: ComputeOptions
  ) throws {
    problem = try NeuralProblem(network, dataset, normalisation, compute)
    guard batchSize >= 2 else { throw NeuralSurfaceError.batchTooSmall(batchSize) }
    self.batchSize = min(batchSize, dataset.count)
    self.augmentation = augmentation
    self.normalisationMomentum = normalisationMomentum
  }

  /// Minibatches of an epoch. A rest of a single example, which has no batch statistics, is left out.
  public var stepsPerEpoch: Int {
    let (full, rest) = problem.dataset.count.quotientAndRemainder(dividingBy: batchSize)
    return full + (rest >= 2 ? 1 : 0)
  }

  /// The surface of one minibatch, without the random changes of its images.
  public func surface(for draw: Draw) -> any LossSurface {
    let (epoch, position) = draw.step.quotientAndRemainder(dividingBy: stepsPerEpoch)
    let order = Self.order(problem.dataset.count, seed: draw.seed, epoch: epoch, lane: draw.lane)
    let range = range(of: position)
    let data = problem.dataset.subset(Array(order[range]))
    do {
      return try NeuralSurface(
        network: problem.network, dataset: data, normalisation: problem.normalisation,
        policy: .batch(size: range.count), compute: problem.compute)
    } catch {
      preconditionFailure("a subset fits as the whole did, yet: \(error)")
    }
  }

  /// An evaluator with plans for a whole minibatch and for the last of an epoch.
  public func makeEvaluator() throws -> any StreamEvaluator { try MinibatchEvaluator(self, problem) }

  func range(of position: Int) -> Range<Int> {
    let start = position * batchSize
    return start..<min(start + batchSize, problem.dataset.count)
  }

  static func order(_ count: Int, seed: UInt64, epoch: Int, lane: Int) -> [Int] {
    var stream = RandomStream(seed: seed, 0x6F72_6465, UInt64(epoch), UInt64(lane))
    return stream.permutation(of: count)
  }
}

/// Gradients of minibatches.
final class MinibatchEvaluator: StreamEvaluator {
  private let stream: MinibatchStream
  private let cache: PlanCache
  private let source: ExampleSource
  private let count: Int
  /// The order of the present epoch for each lane. Methods with several draws a step change lanes all the time.
  private var orders: [Int: [Int]] = [:]
  private var epoch: (seed: UInt64, index: Int)?
  private var lane: Int?
  private var last: PlanCache.Entry?

  init(_ stream: MinibatchStream, _ problem: NeuralProblem) throws {
    self.stream = stream
    count = problem.dataset.count
    cache = PlanCache(problem, statistics: .batch, laneCount: problem.compute.threadCount)
    source = try ExampleSource(problem, augmentation: stream.augmentation)
  }

  func gradient(
    at state: borrowing ModelState, draw: Draw, into gradient: inout ModelVector
  ) throws -> Evaluation {
    let (evaluation, entry) = try run(at: state, draw: draw, hasGradient: true)
    cache.readGradient(of: entry.plan, into: &gradient, adding: false)
    return evaluation
  }

  /// The loss of the draw's minibatch, without its gradient.
  func evaluate(at state: borrowing ModelState, draw: Draw) throws -> Evaluation {
    try run(at: state, draw: draw, hasGradient: false).evaluation
  }

  private func run(
    at state: borrowing ModelState, draw: Draw, hasGradient: Bool
  ) throws -> (evaluation: Evaluation, entry: PlanCache.Entry) {
    let (epoch, position) = draw.step.quotientAndRemainder(dividingBy: stream.stepsPerEpoch)
    show(epoch, of: draw)
    let range = stream.range(of: position)
    let entry = try cache.entry(batch: range.count, hasGradient: hasGradient)
    cache.load(state, into: entry.plan)
    source.start = range.lowerBound
    source.weight = 1 / Float(range.count)
    try entry.plan.run(exampleCount: range.count, source: source)
    last = entry
    var loss = 0.0
    for value in entry.plan.perExampleOutput("losses") { loss += Double(value) }
    var correct = 0
    for (hit, loss) in zip(entry.plan.perExampleOutput("correct"), entry.plan.perExampleOutput("losses"))
    where hit > 0.5 && loss.isFinite { correct += 1 }
    let evaluation = Evaluation(
      loss: loss / Double(range.count), correctCount: correct, exampleCount: range.count)
    return (evaluation, entry)
  }

  /// Puts the examples into the order of the draw's lane in `epoch`.
  private func show(_ epoch: Int, of draw: Draw) {
    if self.epoch?.seed != draw.seed || self.epoch?.index != epoch {
      orders = [:]
      lane = nil
      self.epoch = (draw.seed, epoch)
    }
    guard lane != draw.lane else { return }
    let order =
      orders[draw.lane] ?? MinibatchStream.order(count, seed: draw.seed, epoch: epoch, lane: draw.lane)
    orders[draw.lane] = order
    source.setOrder(order)
    source.draw = Augmentation.Draw(seed: draw.seed &+ UInt64(draw.lane), epoch: epoch)
    lane = draw.lane
  }

  func commitBatchStatistics(to state: inout ModelState) {
    foldStatistics(into: &state, share: stream.normalisationMomentum)
  }

  /// Moves running statistics by `share` of the way to those of the last minibatch.
  func foldStatistics(into state: inout ModelState, share momentum: Double) {
    guard let last else { return }
    state.buffers.withMutableFloats { buffers in
      for norm in last.norms {
        let means = last.plan.sharedOutput(norm.meanOutput)
        let variances = last.plan.sharedOutput(norm.varianceOutput)
        let n = Double(norm.entriesPerChannel)
        for channel in means.indices {
          let mean = norm.meanRange.lowerBound + channel
          let variance = norm.varianceRange.lowerBound + channel
          let unbiased = Double(variances[channel]) * n / max(1, n - 1)
          buffers[mean] = Float((1 - momentum) * Double(buffers[mean]) + momentum * Double(means[channel]))
          buffers[variance] = Float((1 - momentum) * Double(buffers[variance]) + momentum * unbiased)
        }
      }
    }
  }
}
