import Testing
import ThalwegSurfaces
import ThalwegTraining

@Suite("Training")
struct TrainerTests {
  static let trainer = Trainer(
    optimiser: StochasticGradientDescent(momentum: 0.9, isNesterov: true, weightDecay: 1e-3),
    schedule: WarmUpSchedule(CosineSchedule(0.1), length: .iterations(5)), epochCount: 4, seed: 11)

  /// All records of a run and its end.
  static func run(
    _ trainer: Trainer = trainer, from snapshot: TrainingSnapshot, stream: NoisyQuadraticStream = .init(),
    stopBefore step: Int? = nil
  ) throws -> (records: [EpochRecord], outcome: TrainingOutcome) {
    var records: [EpochRecord] = []
    var next = snapshot.nextStep
    let outcome = try trainer.resume(
      snapshot, on: stream, isCancelled: { next == step }, onStep: { next = $0.step + 1 },
      onEpoch: { records.append($0.record) })
    return (records, outcome)
  }

  @Test(
    "A run that is cut before any step and resumed gives the same bits",
    arguments: [Precision.single, .double])
  func resumesAnywhere(precision: Precision) throws {
    let start = TrainingSnapshot(state: NoisyQuadraticStream.start(precision))
    let whole = try Self.run(from: start)
    #expect(whole.records.count == 4)
    for step in 0..<28 {
      let first = try Self.run(from: start, stopBefore: step)
      guard case .cancelled(let cut) = first.outcome else {
        Issue.record("the run was not cancelled before step \(step)")
        continue
      }
      #expect(cut.nextStep == step)
      // As a file would keep it: the memory through its public contents.
      var kept = cut
      kept.memory = OptimiserMemory(vectors: cut.memory.vectors, counters: cut.memory.counters)
      let second = try Self.run(from: kept)
      #expect(second.outcome == whole.outcome)
      #expect(first.records + second.records == whole.records)
    }
  }

  @Test("The snapshot of every epoch continues to the same end")
  func epochSnapshots() throws {
    let start = NoisyQuadraticStream.start(.single)
    var snapshots: [TrainingSnapshot] = []
    let outcome = try Self.trainer.train(
      start, on: NoisyQuadraticStream(), onEpoch: { snapshots.append($0.snapshot) })
    #expect(snapshots.map(\.epoch) == [1, 2, 3, 4])
    #expect(snapshots.map(\.nextStep) == [7, 14, 21, 28])
    #expect(snapshots.last == outcome.snapshot)
    for snapshot in snapshots { #expect(try Self.run(from: snapshot).outcome == outcome) }
  }

  @Test("A record holds means over examples, with the short batch weighted by its size")
  func recordsMeans() throws {
    var steps: [StepReport] = []
    var reports: [EpochReport] = []
    _ = try Self.trainer.train(
      NoisyQuadraticStream.start(.double), on: NoisyQuadraticStream(), onStep: { steps.append($0) },
      onEpoch: { reports.append($0) })
    let second = steps[7..<14].map(\.evaluation)
    let record = try #require(reports.dropFirst().first).record
    let loss = second.reduce(0) { $0 + $1.loss * Double($1.exampleCount) } / 51
    #expect(record.exampleCount == 51)
    #expect(record.epoch == 1)
    #expect(record.loss == loss)
    #expect(abs(record.undeformedLoss - 2 * loss) <= 8 * loss * .ulpOfOne)
    #expect(record.accuracy == Double(second.reduce(0) { $0 + ($1.correctCount ?? 0) }) / 51)
    #expect(record.firstRate == steps[7].rate && record.lastRate == steps[13].rate)
    #expect(reports.allSatisfy { $0.seconds >= 0 })
  }

  @Test("Batch statistics are committed once a step")
  func commitsStatistics() throws {
    let outcome = try Self.trainer.train(NoisyQuadraticStream.start(.double), on: NoisyQuadraticStream())
    #expect(outcome.snapshot.state.buffers[0] != 0)
  }

  @Test("Another seed gives another run, and the same seed the same run")
  func seeds() throws {
    func end(_ seed: UInt64) throws -> TrainingOutcome {
      try Trainer(
        optimiser: StochasticGradientDescent(), schedule: ConstantSchedule(0.1), epochCount: 1, seed: seed
      ).train(NoisyQuadraticStream.start(.single), on: NoisyQuadraticStream())
    }
    #expect(try end(1) == end(1))
    #expect(try end(1) != end(2))
  }

  @Test(
    "A loss that is not a number stops the run with value, step and epoch, and the last snapshot stays good")
  func stopsOnDivergence() throws {
    var last: TrainingSnapshot?
    let error = #expect(throws: TrainingError.self) {
      try Self.trainer.train(
        NoisyQuadraticStream.start(.double), on: NoisyQuadraticStream(brokenStep: 17),
        onEpoch: { last = $0.snapshot })
    }
    guard case .diverged(let loss, let step, let epoch) = error else {
      Issue.record("the error is \(String(describing: error))")
      return
    }
    #expect(loss.isNaN && step == 17 && epoch == 2)
    #expect(
      error?.description == "the loss became NaN in step 17 (epoch 2); a smaller learning rate may help")
    let good = try #require(last)
    #expect(good.nextStep == 14)
    let whole = try Self.run(from: TrainingSnapshot(state: NoisyQuadraticStream.start(.double)))
    #expect(try Self.run(from: good).outcome == whole.outcome)
  }

  @Test("A rate far above the stability bound ends in a typed error, not in numbers that mean nothing")
  func runsAway() {
    let surface = FormulaSurface.quadratic(matrix: [[1]], centre: [0])
    let trainer = Trainer(
      optimiser: StochasticGradientDescent(), schedule: ConstantSchedule(1e100), epochCount: 10, seed: 1)
    #expect(throws: TrainingError.self) {
      try trainer.train(surface.point([1]), on: WholeSurfaceStream(surface))
    }
  }

  @Test("States and snapshots of other runs are refused")
  func refusesOthers() throws {
    let other = FormulaSurface.quadratic(matrix: [[1]], centre: [0]).point([1])
    #expect(throws: TrainingError.self) { try Self.trainer.train(other, on: NoisyQuadraticStream()) }
    let snapshot = TrainingSnapshot(state: NoisyQuadraticStream.start(.double), nextStep: 9, epoch: 0)
    let error = #expect(throws: TrainingError.self) {
      try Self.trainer.resume(snapshot, on: NoisyQuadraticStream())
    }
    #expect(
      error?.description
        == "step 9 is not in epoch 0 with 7 steps each: the snapshot is of another run")
  }

  @Test("Errors of the stream pass through")
  func passesErrors() {
    #expect(throws: NoisyQuadraticStream.Failure.self) {
      try Self.trainer.train(NoisyQuadraticStream.start(.double), on: NoisyQuadraticStream(failingStep: 3))
    }
  }

  @Test("A cancelled task stops before the next step")
  func taskCancellation() async throws {
    let outcome = try await Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try Self.trainer.train(NoisyQuadraticStream.start(.double), on: NoisyQuadraticStream())
    }.value
    #expect(outcome == .cancelled(TrainingSnapshot(state: NoisyQuadraticStream.start(.double))))
  }

  /// Two-stage Runge–Kutta: a method with two gradients a step, at different points.
  struct Heun: Optimiser {
    let gradientsPerStep = 2

    func step(
      _ state: inout ModelState, rate: Double, draw: Draw, using evaluator: any StreamEvaluator,
      memory: inout OptimiserMemory
    ) throws -> Evaluation {
      var first = try memory.takeWork("first", like: state.parameters)
      defer { memory.giveBackWork(first, as: "first") }
      var second = try memory.takeWork("second", like: state.parameters)
      defer { memory.giveBackWork(second, as: "second") }
      let evaluation = try evaluator.gradient(at: state, draw: draw, into: &first)
      guard evaluation.status == .ok else { return evaluation }
      evaluator.commitBatchStatistics(to: &state)
      state.parameters.add(-rate, first)
      _ = try evaluator.gradient(at: state, draw: draw, into: &second)
      state.parameters.add(rate / 2, first)
      state.parameters.add(-rate / 2, second)
      return evaluation
    }
  }

  @Test(
    "A method with two gradients a step fits, and contracts by 1 − z + z²/2", arguments: [0.1, 1, 1.9, 2.1])
  func twoGradients(z: Double) throws {
    let surface = FormulaSurface.quadratic(matrix: [[1]], centre: [0])
    let trainer = Trainer(optimiser: Heun(), schedule: ConstantSchedule(z), epochCount: 1, seed: 1)
    let outcome = try trainer.train(surface.point([1]), on: WholeSurfaceStream(surface))
    // Five operations on numbers below 4.
    #expect(abs(outcome.snapshot.state.parameters[0] - (1 - z + z * z / 2)) <= 5 * 4 * .ulpOfOne)
  }
}
