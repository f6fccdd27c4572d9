import Testing
import ThalwegRandomness
import ThalwegSurfaces
import ThalwegTraining

/// A valley of one parameter with slope `-steepness` on the left and 1 on the right, and uniform noise in
/// −1...1 on every gradient.
struct AsymmetricValley: FieldStream {
  let steepness: Double
  let stepsPerEpoch = 20_000
  let space = StateSpace(variables: ["w"])

  func makeEvaluator() -> any StreamEvaluator { ValleyEvaluator(steepness) }

  private final class ValleyEvaluator: StreamEvaluator {
    let steepness: Double

    init(_ steepness: Double) { self.steepness = steepness }

    func gradient(
      at state: borrowing ModelState, draw: Draw, into gradient: inout ModelVector
    ) throws -> Evaluation {
      var random = RandomStream(seed: draw.seed, UInt64(draw.step))
      let w = state.parameters[0]
      gradient[0] = (w < 0 ? -steepness : 1) + random.uniform(in: -1...1)
      return Evaluation(loss: w < 0 ? -steepness * w : w)
    }

    func commitBatchStatistics(to state: inout ModelState) {}
  }
}

@Suite("Averaging")
struct AveragingOptimiserTests {
  struct Valley: Sendable, CustomTestStringConvertible {
    let steepness: Double
    let rate: Double
    /// Mean of the averages over ten seeds.
    let mean: Double
    var testDescription: String { "slopes −\(steepness) and 1, rate \(rate)" }
  }

  static let valleys = [
    Valley(steepness: 20, rate: 0.01, mean: 0.0950), Valley(steepness: 20, rate: 0.1, mean: 0.950),
    Valley(steepness: 5, rate: 0.1, mean: 0.200), Valley(steepness: 2, rate: 0.1, mean: 0.0500),
    Valley(steepness: 1, rate: 0.1, mean: 0),
  ]

  @Test("In an asymmetric valley the average lies on the flat side, at η (c − 1) / 2", arguments: valleys)
  func asymmetricValley(_ valley: Valley) throws {
    let stream = AsymmetricValley(steepness: valley.steepness)
    let start = ModelState(
      space: stream.space, parameters: ModelVector([0.0]), buffers: ModelVector([Double]()))
    var means: [Double] = []
    for seed in 1...3 as ClosedRange<UInt64> {
      let trainer = Trainer(
        optimiser: AveragingOptimiser(StochasticGradientDescent(), start: 1, every: 1),
        schedule: ConstantSchedule(valley.rate), epochCount: 1, seed: seed)
      let end = try trainer.train(start, on: stream).snapshot
      let average = try #require(AveragingOptimiser.average(in: end))
      #expect(average.pointCount == 20_000)
      means.append(average.state.parameters[0])
    }
    let mean = means.reduce(0, +) / 3
    let spread = (means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 9).squareRoot()
    // Four standard errors of the mean over three seeds, and the last digit of the known value.
    let bound = 4 * spread / 3.0.squareRoot() + 5e-4 * max(valley.mean, 0.1)
    #expect(abs(mean - valley.mean) <= bound, "\(mean) ± \(bound)")
    #expect(abs(valley.mean - valley.rate * (valley.steepness - 1) / 2) <= 1e-12)
  }

  @Test(
    "The average is the mean of the points from the start on, in the given intervals",
    arguments: [
      (1, 1, Array(1...14)), (5, 3, [5, 8, 11, 14]), (7, 7, [7, 14]), (15, 1, []),
    ])
  func points(start: Int, interval: Int, taken: [Int]) throws {
    var points: [Int: [Double]] = [:]
    let trainer = Trainer(
      optimiser: AveragingOptimiser(StochasticGradientDescent(momentum: 0.9), start: start, every: interval),
      schedule: ConstantSchedule(0.1), epochCount: 2, seed: 4)
    let end = try trainer.train(
      NoisyQuadraticStream.start(.single), on: NoisyQuadraticStream(), snapshotsAfter: Set(0...14),
      onSnapshot: { points[$0.nextStep] = $0.state.parameters.doubles }
    ).snapshot
    guard let average = AveragingOptimiser.average(in: end) else {
      #expect(taken.isEmpty)
      return
    }
    #expect(average.pointCount == taken.count)
    #expect(average.state.buffers == end.state.buffers)
    for i in 0..<6 {
      let mean = taken.reduce(0) { $0 + (points[$1]?[i] ?? .nan) } / Double(taken.count)
      // Rounded to single precision once; the points are below 4.
      let bound = 4 * 0x1p-24 + 28 * 4 * Double.ulpOfOne
      #expect(abs(average.state.parameters[i] - mean) <= bound)
    }
  }

  @Test("The inner optimiser walks as if alone")
  func leavesThePathAlone() throws {
    func end(_ optimiser: any Optimiser) throws -> ModelState {
      try Trainer(optimiser: optimiser, schedule: ConstantSchedule(0.05), epochCount: 2, seed: 9)
        .train(NoisyQuadraticStream.start(.single), on: NoisyQuadraticStream()).snapshot.state
    }
    #expect(try end(Adam()) == end(AveragingOptimiser(Adam(), start: 3, every: 2)))
  }

  @Test("A run that does not average has no average")
  func noAverage() {
    #expect(
      AveragingOptimiser.average(in: TrainingSnapshot(state: NoisyQuadraticStream.start(.single))) == nil)
  }
}
