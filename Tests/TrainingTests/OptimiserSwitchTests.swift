import Testing
import ThalwegSurfaces
import ThalwegTraining

@Suite("Switching and snapshots")
struct OptimiserSwitchTests {
  static let trainer = Trainer(
    optimiser: StochasticGradientDescent(momentum: 0.9),
    switches: [OptimiserSwitch(epoch: 1, to: Adam()), OptimiserSwitch(epoch: 3, to: RMSprop())],
    schedule: CosineSchedule(0.1), epochCount: 4, seed: 11)
  static let start = NoisyQuadraticStream.start(.single)

  /// The snapshots after all steps of a run.
  static func snapshots(
    _ trainer: Trainer, from snapshot: TrainingSnapshot = TrainingSnapshot(state: start)
  ) throws -> [Int: TrainingSnapshot] {
    var snapshots: [Int: TrainingSnapshot] = [:]
    _ = try trainer.resume(
      snapshot, on: NoisyQuadraticStream(), snapshotsAfter: Set(0...28),
      onSnapshot: { snapshots[$0.nextStep] = $0 })
    return snapshots
  }

  @Test(
    "A run is the first optimiser’s until the switch, then the second’s, which starts with an empty memory"
  )
  func switches() throws {
    let switching = try Self.snapshots(Self.trainer)
    let first = try Self.snapshots(
      Trainer(
        optimiser: StochasticGradientDescent(momentum: 0.9), schedule: CosineSchedule(0.1), epochCount: 4,
        seed: 11))
    for step in 1...7 { #expect(switching[step] == first[step]) }
    #expect(switching[8]?.memory.vectors.keys.sorted() == ["first moment", "second moment"])
    #expect(switching[8]?.memory.counters == ["adam steps": 1])

    var fresh = try #require(first[7])
    fresh.memory = OptimiserMemory()
    let second = try Self.snapshots(
      Trainer(optimiser: Adam(), schedule: CosineSchedule(0.1), epochCount: 4, seed: 11), from: fresh)
    for step in 8...21 { #expect(switching[step] == second[step]) }
    #expect(switching[22]?.memory.vectors.keys.sorted() == ["mean square"])
  }

  @Test("A run that is cut before, at or after a switch and resumed gives the same bits")
  func resumesAroundSwitches() throws {
    let all = try Self.snapshots(Self.trainer)
    for step in 1..<28 {
      let again = try Self.snapshots(Self.trainer, from: #require(all[step]))
      #expect(again.keys.sorted() == Array(step + 1...28))
      for (other, snapshot) in again { #expect(snapshot == all[other]) }
    }
  }

  @Test("Snapshots come after the named numbers of steps and no others, the first point among them")
  func namedSteps() throws {
    var found: [(Int, Int)] = []
    let outcome = try Self.trainer.train(
      Self.start, on: NoisyQuadraticStream(), snapshotsAfter: [0, 3, 7, 10, 28, 99],
      onSnapshot: { found.append(($0.nextStep, $0.epoch)) })
    #expect(found.map(\.0) == [0, 3, 7, 10, 28])
    #expect(found.map(\.1) == [0, 0, 1, 1, 4])
    #expect(outcome.snapshot.nextStep == 28)
  }

  @Test("At the end of an epoch the snapshot comes after the epoch's report and equals its snapshot")
  func epochEnds() throws {
    var events: [String] = []
    var report: TrainingSnapshot?
    var named: TrainingSnapshot?
    _ = try Self.trainer.train(
      Self.start, on: NoisyQuadraticStream(),
      onStep: { if $0.step == 6 { events.append("step") } },
      onEpoch: {
        guard $0.record.epoch == 0 else { return }
        events.append("epoch")
        report = $0.snapshot
      }, snapshotsAfter: [7],
      onSnapshot: {
        events.append("snapshot")
        named = $0
      })
    #expect(events == ["step", "epoch", "snapshot"])
    #expect(named == report && named != nil)
  }

  @Test("A run that is resumed does not repeat the snapshot that it starts from")
  func noRepetition() throws {
    let all = try Self.snapshots(Self.trainer)
    let again = try Self.snapshots(Self.trainer, from: #require(all[9]))
    #expect(again[9] == nil)
  }
}
