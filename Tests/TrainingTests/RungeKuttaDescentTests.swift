import Testing
import ThalwegSurfaces
import ThalwegTraining

@Suite("Runge–Kutta descent")
struct RungeKuttaDescentTests {
  /// A stream that notes what it is asked for.
  final class WatchedEvaluator: StreamEvaluator {
    var draws: [Draw] = []
    var points: [Double] = []
    var events: [String] = []
    /// The gradient request, counted from 0, whose loss is not a number.
    var brokenRequest: Int?

    func gradient(
      at state: borrowing ModelState, draw: Draw, into gradient: inout ModelVector
    ) throws -> Evaluation {
      draws.append(draw)
      points.append(state.parameters[0])
      events.append("gradient")
      gradient[0] = state.parameters[0]
      return Evaluation(loss: draws.count - 1 == brokenRequest ? .nan : 1)
    }

    func commitBatchStatistics(to state: inout ModelState) {
      events.append("commit")
      state.buffers[0] += 1
    }
  }

  static let space = StateSpace(entries: [
    StateEntry(name: "x", shape: [1], role: .coordinate),
    StateEntry(name: "m", shape: [1], role: .runningMean),
  ])

  static func state(_ x: Double) -> ModelState {
    ModelState(space: space, parameters: ModelVector([x]), buffers: ModelVector([0.0]))
  }

  @Test(
    "On a quadratic every member contracts by 1 − z + z²/2", arguments: [0.1, 1, 1.9, 2.1], [0.5, 2.0 / 3, 1])
  func contracts(z: Double, node: Double) throws {
    let surface = FormulaSurface.quadratic(matrix: [[1]], centre: [0])
    let trainer = Trainer(
      optimiser: RungeKuttaDescent(node: node), schedule: ConstantSchedule(z), epochCount: 1, seed: 1)
    let outcome = try trainer.train(surface.point([1]), on: WholeSurfaceStream(surface))
    // Eight operations on numbers below 4.
    #expect(abs(outcome.snapshot.state.parameters[0] - (1 - z + z * z / 2)) <= 8 * 4 * .ulpOfOne)
  }

  @Test("Both stages see the same draw, and statistics are committed once, after the first")
  func sameDraw() throws {
    let evaluator = WatchedEvaluator()
    var state = Self.state(1)
    var memory = OptimiserMemory()
    let draw = Draw(seed: 7, step: 3, lane: 1)
    let optimiser = RungeKuttaDescent(node: 0.5)
    _ = try optimiser.step(&state, rate: 0.5, draw: draw, using: evaluator, memory: &memory)
    #expect(optimiser.gradientsPerStep == 2)
    #expect(evaluator.draws == [draw, draw])
    #expect(evaluator.points == [1, 0.75])
    #expect(evaluator.events == ["gradient", "commit", "gradient"])
    #expect(state.parameters[0] == 1 - 0.5 * 0.75)
  }

  @Test("When a stage diverges, parameters, buffers and memory stay as they were", arguments: [0, 1])
  func divergedStage(request: Int) throws {
    let evaluator = WatchedEvaluator()
    evaluator.brokenRequest = request
    var state = Self.state(1)
    var memory = OptimiserMemory()
    let evaluation = try RungeKuttaDescent(Adam()).step(
      &state, rate: 0.5, draw: Draw(seed: 1, step: 0), using: evaluator, memory: &memory)
    #expect(evaluation.status == .diverged)
    #expect(state == Self.state(1))
    #expect(memory == OptimiserMemory())
  }

  @Test("Halving the step divides the distance from gradient flow by four", arguments: [0.5, 2.0 / 3, 1])
  func secondOrder(node: Double) throws {
    // θ̇ = −θ³ from 1 has θ(1) = 1/√3.
    let surface = FormulaSurface(
      variables: ["x"], value: { $0[0] * $0[0] * $0[0] * $0[0] / 4 }, gradient: { [$0[0] * $0[0] * $0[0]] })
    func error(_ count: Int) throws -> Double {
      let trainer = Trainer(
        optimiser: RungeKuttaDescent(node: node), schedule: ConstantSchedule(1 / Double(count)),
        epochCount: count, seed: 1)
      let end = try trainer.train(surface.point([1]), on: WholeSurfaceStream(surface)).snapshot
      return abs(end.state.parameters[0] - 1 / 3.0.squareRoot())
    }
    // The next order adds a relative change of the order of the step, 1/64, to the ratio.
    let ratio = try error(64) / error(128)
    #expect(abs(ratio - 4) < 0.25)
  }
}
