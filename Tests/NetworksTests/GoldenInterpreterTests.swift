import Testing
import ThalwegCheckpoints
import ThalwegGraphs
import ThalwegNetworks
import ThalwegSurfaces

/// A trained ResNet-20 on 256 images, in `Double` by plain loops, against the numbers of independent software.
@Suite(
  "The interpreter on a trained network", .serialized,
  .enabled(if: SharedFolder.isPresent, "needs the folder `shared` beside the repository"))
struct GoldenInterpreterTests {
  /// Both sides work in double precision; sums over 256 · 32² terms and 20 layers lose about 5 of its 16 digits.
  static let relative = 1e-9

  @Test("names, shapes and order of the state are those of the checkpoint")
  func stateFitsCheckpoint() throws {
    let network = try Network.named("resnet20", inputShape: [3, 32, 32], classCount: 10)
    let checkpoint = try Checkpoint.read(SharedFolder.checkpoint)
    #expect(checkpoint.tensors.map(\.name) == network.space.entries.map(\.name))
    #expect(checkpoint.tensors.map(\.shape) == network.space.entries.map(\.shape))
  }

  @Test("names and order of the parameters are those of the reference file")
  func parametersFitReference() throws {
    let network = try Network.named("resnet20", inputShape: [3, 32, 32], classCount: 10)
    #expect(try GoldenNumbers.parameterNames() == network.space.parameters.map(\.entry.name))
  }

  @Test(
    "loss, gradient and Hessian product are those of the reference to 9 digits",
    .enabled(if: isOptimised, "needs a release build"), arguments: NormalisationStatistics.allCases)
  func derivatives(_ statistics: NormalisationStatistics) throws {
    let numbers = try GoldenNumbers.read()
    let expected = statistics == .running ? numbers.eval_batchnorm : numbers.train_batchnorm
    let network = try Network.named("resnet20", inputShape: [3, 32, 32], classCount: 10)
    let checkpoint = try Checkpoint.read(SharedFolder.checkpoint)
    var inputs = try #require(checkpoint.tensors(of: network.space))
    let records = try CIFARRecords(SharedFolder.images, count: 256, numbers.normalisation)
    inputs["images"] = records.images
    inputs["labels"] = records.labels
    let d = GoldenDirection.sine.values(count: network.space.parameterCount)
    for (entry, range) in network.space.parameters {
      inputs["direction.\(entry.name)"] = Tensor(Shape(entry.shape), Array(d[range]))
    }

    let names = network.space.parameters.map(\.entry.name)
    let graph = network.lossGraph(batch: 256, statistics)
      .gradient(of: "loss", withRespectTo: names)
      .tangent(along: names, of: names.map { "gradient.\($0)" })
    let results = Interpreter.run(graph, inputs)

    expectClose(results["loss"]?.values[0] ?? .nan, expected.loss, relative: Self.relative)
    let gradient = names.flatMap { results["gradient.\($0)"]?.values ?? [] }
    let product = names.flatMap { results["tangent.gradient.\($0)"]?.values ?? [] }
    try #require(gradient.count == d.count && product.count == d.count)
    for name in names {
      let norm = (results["gradient.\(name)"]?.values ?? []).norm
      expectClose(norm, expected.gradient_norm_by_tensor[name] ?? .nan, relative: Self.relative)
    }
    expectClose(gradient.norm, expected.gradient_norm, relative: Self.relative)
    expectClose(product.norm, expected.norm_Hd, relative: Self.relative)
    // Inner products cancel: their errors are relative to the norms, as the directions have norm 1.
    let e = GoldenDirection.cosine.values(count: d.count)
    expectClose(gradient.dot(d), expected.gradient_dot_d, relative: Self.relative)
    expectClose(product.dot(d), expected.d_H_d, relative: Self.relative)
    expectClose(product.dot(e), expected.e_H_d, relative: Self.relative)
    let rms = product.norm / Double(product.count).squareRoot()
    for (found, wanted) in zip(product.prefix(5) + product.suffix(5), expected.Hd_first5 + expected.Hd_last5) {
      expectClose(found, wanted, relative: Self.relative, absolute: Self.relative * rms)
    }
  }
}

/// The reference's directions: `sin i` and `cos i` for `i = 1, 2, …`, normalised.
enum GoldenDirection {
  case sine
  case cosine
}
