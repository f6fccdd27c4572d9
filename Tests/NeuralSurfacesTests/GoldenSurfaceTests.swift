import Foundation
import Testing
import ThalwegDatasets
import ThalwegNetworks
import ThalwegNeuralSurfaces
import ThalwegSurfaces

/// A trained ResNet-20 on CIFAR-10 against the numbers of independent software.
@Suite(
  "The surface of a trained network", .serialized,
  .enabled(if: SharedFolder.isPresent, "needs the folder `shared` beside the repository"))
struct GoldenSurfaceTests {
  /// What single precision can be asked for in scalars: the reference's own single precision errs by up to 6e-6 from its
  /// double precision.
  static let relative = 3e-5
  private let compute = ComputeOptions(threadCount: 2)

  @Test("the whole test set has the reference's loss and number correct")
  func wholeTestSet() throws {
    let expected = try GoldenNumbers.read().test_batch_all_10000_eval
    let model = try GoldenModel()
    let surface = try NeuralSurface(
      network: model.network, dataset: GoldenModel.images(.test), normalisation: .imagenet, compute: compute)
    let found = try surface.makeEvaluator().evaluate(at: model.state)
    #expect(found.correctCount == expected.correct)
    #expect(found.exampleCount == 10_000)
    #expect(abs(found.loss - expected.mean_cross_entropy_float32) <= 1e-5)
  }

  @Test(
    "loss, the gradient's norm in every tensor and its slope along a direction are the reference's",
    arguments: [NormalisationPolicy.running, .batch(size: 256)])
  func gradient(_ policy: NormalisationPolicy) throws {
    let numbers = try GoldenNumbers.read()
    let expected = policy == .running ? numbers.eval_batchnorm : numbers.train_batchnorm
    let model = try GoldenModel()
    let surface = try NeuralSurface(
      network: model.network, dataset: GoldenModel.images(.train).prefix(256), normalisation: .imagenet,
      policy: policy, compute: compute)
    let evaluator = try surface.makeEvaluator()
    var gradient = ModelVector(zeros: model.network.space.parameterCount, precision: .single)
    let found = try evaluator.gradient(at: model.state, into: &gradient)
    expectClose(found.loss, expected.loss, "loss")
    expectClose(gradient.norm(), expected.gradient_norm, "norm of the gradient")
    for (entry, range) in model.network.space.parameters {
      expectClose(gradient.norm(over: range), expected.gradient_norm_by_tensor[entry.name] ?? .nan, entry.name)
    }
    let d = ModelVector(model.direction { sin($0) })
    expectClose(gradient.dot(d), expected.gradient_dot_d, "slope along d")
    expectClose(try evaluator.evaluate(at: model.state).loss, expected.loss, "loss without gradient")
  }

  @Test("a plane through the minimum, filters of its directions normalised, has the reference's losses")
  func slice() throws {
    let model = try GoldenModel()
    let surface = try NeuralSurface(
      network: model.network, dataset: GoldenModel.images(.test).prefix(1000), normalisation: .imagenet,
      compute: compute)
    let evaluator = try surface.makeEvaluator()
    let directions = [
      Displacement(parameters: model.filterNormalised(model.direction { sin($0) })),
      Displacement(parameters: model.filterNormalised(model.direction { cos($0) })),
    ]
    let points = try GoldenNumbers.read().filter_normalised_slice.points
    try #require(points.count == 21)
    // Seven rows of three; one of each row unless there is time for all.
    let isLong = ProcessInfo.processInfo.environment["THALWEG_LONG_TESTS"] != nil
    for (index, point) in points.enumerated() where isLong || index / 3 % 3 == index % 3 {
      var state = model.state
      state.move(point.alpha, along: directions[0])
      state.move(point.beta, along: directions[1])
      let found = try evaluator.evaluate(at: state)
      expectClose(found.loss, point.loss, "loss at \(point.alpha), \(point.beta)")
      // An example whose two largest logits agree to rounding may fall on either side.
      #expect(abs((found.correctCount ?? -1) - point.correct) <= 1, "\(point.alpha), \(point.beta)")
    }
  }

  private func expectClose(
    _ found: Double, _ expected: Double, _ what: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = abs(found - expected) / abs(expected)
    if !(error <= Self.relative) {  // Written so that NaN fails.
      Issue.record("\(what): \(found) is not \(expected), relative error \(error)", sourceLocation: sourceLocation)
    }
  }
}
