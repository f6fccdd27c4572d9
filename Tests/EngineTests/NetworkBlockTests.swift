import Testing
import ThalwegEngine
import ThalwegGraphs

/// A residual block with batch normalisation between two other layers, on images with a given number of channels.
func blockGraph(channels: Int, batch: Int, size: Int, usesBatchStatistics: Bool) -> Graph {
  var graph = Graph()
  let images = graph.input("images", [batch, 3, size, size])
  let labels = graph.input("labels", [batch], kind: .index)
  let weights = graph.input("weights", [batch])
  var norms = 0
  func normalise(_ x: Value, _ channels: Int) -> Value {
    norms += 1
    let gamma = graph.input("gamma\(norms)", [channels])
    let beta = graph.input("beta\(norms)", [channels])
    if usesBatchStatistics {
      let results = graph.append(.named(.batchNormalisation(epsilon: 1e-5)), [x, gamma, beta])
      graph.output("mean\(norms)", results[1])
      graph.output("variance\(norms)", results[2])
      return results[0]
    }
    let mean = graph.input("mean\(norms)", [channels])
    let variance = graph.input("variance\(norms)", [channels])
    let inverse = graph.append(.power(-0.5), graph.shift(variance, by: 1e-5))
    let scale = graph.multiply(gamma, inverse)
    let shift = graph.subtract(beta, graph.multiply(mean, scale))
    return graph.named(.channelAffine, x, scale, shift)
  }
  func convolution(_ x: Value, _ from: Int, _ to: Int, _ name: String, stride: Int = 1) -> Value {
    let filters = graph.input(name, [to, from, 3, 3])
    return graph.convolution(x, filters, Window(size: 3, stride: stride, padding: 1))
  }
  let stem = graph.relu(normalise(convolution(images, 3, channels, "w1"), channels))
  let inner = graph.relu(normalise(convolution(stem, channels, channels, "w2"), channels))
  let outer = normalise(convolution(inner, channels, channels, "w3"), channels)
  let block = graph.relu(graph.add(outer, stem))
  let wide = channels + channels / 2 * 2
  let down = normalise(convolution(block, channels, wide, "w4", stride: 2), wide)
  let shortcut = graph.named(
    .subsampleAndPad(stride: 2, channelsBefore: channels / 2, channelsAfter: channels / 2), block)
  let last = graph.relu(graph.add(down, shortcut))
  let pooled = graph.globalAveragePool(last)
  let dense = graph.input("dense", [3, wide])
  let bias = graph.input("bias", [3])
  let logits = graph.addBias(graph.matrixProduct(pooled, dense, transposeSecond: true), bias)
  let losses = graph.softmaxCrossEntropy(logits, labels: labels)
  graph.output("losses", losses)
  graph.output("correct", graph.named(.isCorrect, logits, labels))
  graph.output("loss", graph.sum(graph.multiply(losses, weights)))
  return graph
}

/// The trainable inputs of ``blockGraph(channels:batch:size:usesBatchStatistics:)``.
let blockParameters =
  ["w1", "w2", "w3", "w4"] + (1...4).flatMap { ["gamma\($0)", "beta\($0)"] } + ["dense", "bias"]

@Suite("Engine against interpreter: a residual network")
struct NetworkBlockTests {
  @Test(
    "loss and gradients agree for any number of channels, under both statistics",
    arguments: EngineCase.channelCounts, [false, true])
  func gradients(channels: Int, usesBatchStatistics: Bool) throws {
    let batch = CaseBuilder.batch
    var graph = blockGraph(channels: channels, batch: batch, size: 8, usesBatchStatistics: usesBatchStatistics)
    if !usesBatchStatistics { graph = graph.foldingAffineMaps() }
    let gradient = graph.gradient(of: "loss", withRespectTo: blockParameters)
    let inputs = randomInputs(gradient, seed: UInt64(channels))
    let model = RoundingModel(gradient, inputs)
    for options in EngineOptions.variants {
      let actual = try runEngine(gradient, inputs, batched: gradient.batchedNames, options: options)
      model.check(actual, "\(options)")
    }
  }
}
