import Testing
import ThalwegDatasets
import ThalwegNetworks
import ThalwegNeuralSurfaces
import ThalwegSurfaces
import ThalwegTraining

@Suite("Streams of minibatches")
struct MinibatchStreamTests {
  /// A linear network, whose losses don't depend on the company that an example keeps.
  private func linear(count: Int) throws -> SmallProblem { try SmallProblem("mlp:64-10", count: count) }

  /// The losses of the examples of each minibatch of an epoch.
  private func losses(_ stream: MinibatchStream, epoch: Int, seed: UInt64 = 5) throws -> [[Double]] {
    let state = try linear(count: 2).network.initialState(seed: 1)
    return try (0..<stream.stepsPerEpoch).map { position in
      let draw = Draw(seed: seed, step: epoch * stream.stepsPerEpoch + position)
      let evaluator = try stream.surface(for: draw).makeEvaluator()
      _ = try evaluator.evaluate(at: state)
      return evaluator.perExampleLosses
    }
  }

  @Test("an epoch visits every example once, the last batch being what is left", arguments: [0, 3])
  func epochs(epoch: Int) throws {
    let problem = try linear(count: 47)
    let stream = try problem.stream(batchSize: 10)
    #expect(stream.stepsPerEpoch == 5)
    let batches = try losses(stream, epoch: epoch)
    #expect(batches.map(\.count) == [10, 10, 10, 10, 7])
    let evaluator = try problem.surface(.running).makeEvaluator()
    _ = try evaluator.evaluate(at: problem.network.initialState(seed: 1))
    let all = evaluator.perExampleLosses
    #expect(Set(all).count == 47, "losses tell the examples apart")
    #expect(batches.joined().sorted() == all.sorted())
    #expect(Array(batches.joined()) != all, "the order is random")
  }

  @Test("orders depend on seed and epoch, and on nothing else")
  func orders() throws {
    let stream = try linear(count: 20).stream(batchSize: 5)
    let first = try losses(stream, epoch: 0)
    #expect(try losses(stream, epoch: 0) == first)
    #expect(try losses(stream, epoch: 1) != first)
    #expect(try losses(stream, epoch: 0, seed: 6) != first)
  }

  @Test("a rest of one example is left out, and a data set smaller than a batch is one batch")
  func rests() throws {
    #expect(try linear(count: 21).stream(batchSize: 10).stepsPerEpoch == 2)
    #expect(try linear(count: 22).stream(batchSize: 10).stepsPerEpoch == 3)
    #expect(try linear(count: 7).stream(batchSize: 10).stepsPerEpoch == 1)
    #expect(throws: NeuralSurfaceError.batchTooSmall(1)) { try linear(count: 7).stream(batchSize: 1) }
  }

  @Test("the gradient of a draw is that of its surface, also in the last batch of an epoch")
  func gradientIsOfSurface() throws {
    let problem = try SmallProblem(count: 23)
    let stream = try problem.stream(batchSize: 9)
    let evaluator = try stream.makeEvaluator()
    let state = problem.network.initialState(seed: 2)
    for step in [0, 2, 4, 5, 0] {
      let draw = Draw(seed: 8, step: step)
      var (found, expected) = (problem.zeroGradient, problem.zeroGradient)
      let value = try evaluator.gradient(at: state, draw: draw, into: &found)
      #expect(value.exampleCount == (step % 3 == 2 ? 5 : 9))
      let wanted = try stream.surface(for: draw).makeEvaluator().gradient(at: state, into: &expected)
      #expect(value.correctCount == wanted.correctCount)
      #expect(value.loss == wanted.loss)
      #expect(found == expected)
    }
  }

  @Test("training twice gives the same bits, and gradients alone commit nothing", arguments: [1, 2])
  func training(threads: Int) throws {
    let problem = try SmallProblem(count: 23)
    func train() throws -> ModelState {
      let evaluator = try problem.stream(batchSize: 9, threads: threads).makeEvaluator()
      let optimiser = StochasticGradientDescent(momentum: 0.9, weightDecay: 1e-3)
      var memory = OptimiserMemory()
      var state = problem.network.initialState(seed: 2)
      for step in 0..<7 {
        _ = try optimiser.step(&state, rate: 0.05, draw: Draw(seed: 1, step: step), using: evaluator, memory: &memory)
      }
      return state
    }
    let state = try train()
    #expect(try train() == state)
    #expect(state.buffers != problem.network.initialState(seed: 2).buffers)

    let copy = state
    var gradient = problem.zeroGradient
    _ = try problem.stream(batchSize: 9).makeEvaluator()
      .gradient(at: state, draw: Draw(seed: 1, step: 0), into: &gradient)
    #expect(state == copy)
  }

  @Test("committed statistics are 0.9 of the old and 0.1 of the batch's, with the unbiased variance")
  func committedStatistics() throws {
    // Exclusive or: each input is 0, 0, 1, 1. Mean 1/2; squared deviations 4 · 1/4 = 1; over 4 − 1 examples 1/3.
    let network = try Network(
      name: "normalised", inputShape: [2], classCount: 2, layers: [BatchNorm("bn"), Dense("fc", units: 2)])
    let stream = try MinibatchStream(
      network: network, dataset: Dataset.xor(), normalisation: .none, batchSize: 4,
      compute: ComputeOptions(threadCount: 1))
    let evaluator = try stream.makeEvaluator()
    var state = network.initialState(seed: 1)
    var gradient = ModelVector(zeros: network.space.parameterCount, precision: .single)
    var (mean, variance) = (0.0, 1.0)
    for step in 0..<3 {
      _ = try evaluator.gradient(at: state, draw: Draw(seed: 1, step: step), into: &gradient)
      evaluator.commitBatchStatistics(to: &state)
      mean = 0.9 * mean + 0.1 * 0.5
      variance = 0.9 * variance + 0.1 / 3
      for (name, expected) in [("bn.running_mean", mean), ("bn.running_var", variance)] {
        let index = try #require(network.space.index(of: name))
        for found in state.values(of: index) {
          // One rounding to single precision a step.
          #expect(abs(found - expected) <= Double(step + 1) * 0x1p-24)
        }
      }
    }
  }

  @Test("statistics of images count every pixel of every example")
  func committedStatisticsOfImages() throws {
    // Two images of 2 × 1 pixels: 1, 2 and 3, 6. Mean 3; squared deviations 4 + 1 + 0 + 9 = 14; over 4 − 1 numbers.
    let network = try Network(
      name: "normalised", inputShape: [1, 2, 1], classCount: 2,
      layers: [BatchNorm("bn"), Flatten(), Dense("fc", units: 2)])
    let dataset = try Dataset(
      name: "two images", exampleShape: [1, 2, 1], classCount: 2, floats: [1, 2, 3, 6], labels: [0, 1])
    let stream = try MinibatchStream(
      network: network, dataset: dataset, normalisation: .none, batchSize: 2, normalisationMomentum: 0.5,
      compute: ComputeOptions(threadCount: 2))
    let evaluator = try stream.makeEvaluator()
    var state = network.initialState(seed: 1)
    var gradient = ModelVector(zeros: network.space.parameterCount, precision: .single)
    _ = try evaluator.gradient(at: state, draw: Draw(seed: 1, step: 0), into: &gradient)
    evaluator.commitBatchStatistics(to: &state)
    #expect(abs(state.buffers[0] - 1.5) <= 0x1p-23)
    #expect(abs(state.buffers[1] - (0.5 + 0.5 * 14 / 3)) <= 0x1p-22)
  }

  @Test("a draw's gradient doesn't depend on the lanes and epochs that were asked for before")
  func lanes() throws {
    let problem = try SmallProblem(count: 23)
    let stream = try problem.stream(batchSize: 9)
    let state = problem.network.initialState(seed: 3)
    let evaluator = try stream.makeEvaluator()
    let draws = [(0, 0), (0, 1), (1, 0), (1, 1), (3, 1), (3, 0), (0, 1), (0, 0)].map {
      Draw(seed: 5, step: $0, lane: $1)
    }
    var gradient = ModelVector(zeros: state.parameters.count, precision: .single)
    var fresh = gradient
    for draw in draws {
      let evaluation = try evaluator.gradient(at: state, draw: draw, into: &gradient)
      #expect(try stream.makeEvaluator().gradient(at: state, draw: draw, into: &fresh) == evaluation)
      #expect(gradient == fresh, "\(draw)")
    }
  }

  @Test("statistics that are estimated anew are those of the whole data where one batch holds them all")
  func statistics() throws {
    let problem = try SmallProblem(count: 24)
    let state = problem.network.initialState(seed: 3)
    let whole = try problem.stream(batchSize: 24)
    // Once around with the weight 1 is the batch's own statistics.
    let committed = try MinibatchStream(
      network: problem.network, dataset: problem.dataset, normalisation: .mnist, batchSize: 24,
      normalisationMomentum: 1, compute: ComputeOptions(threadCount: 1))
    var expected = state
    var gradient = ModelVector(zeros: state.parameters.count, precision: .single)
    let draw = Draw(seed: 5, step: 0)
    let evaluator = try committed.makeEvaluator()
    _ = try evaluator.gradient(at: state, draw: draw, into: &gradient)
    evaluator.commitBatchStatistics(to: &expected)
    #expect(try whole.reestimatingStatistics(of: state, draw: draw) == expected)

    // The first layer's means are linear in the examples: means of batches, weighted by their sizes, are those of all.
    let parts = try problem.stream(batchSize: 10).reestimatingStatistics(of: state, draw: draw)
    let index = try #require(state.space.entries.firstIndex { $0.role == .runningMean })
    for (part, all) in zip(parts.values(of: index), expected.values(of: index)) {
      #expect(abs(part - all) <= 1e-5 * (1 + abs(all)))
    }
    #expect(parts.parameters == state.parameters)
  }
}
