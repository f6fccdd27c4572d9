import Testing
import TestSupport
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

let parameterNames = ["w1", "w2", "w3", "w4", "gamma1", "gamma2", "gamma3", "gamma4", "beta1", "beta2", "beta3", "beta4", "dense", "bias"]

@Suite("Engine against interpreter: a residual network")
struct NetworkBlockTests {
  /// Each of about 20 passes over the data adds a relative rounding error of the order of the square root of the number
  /// of terms in a sum (some 200) times 2⁻²⁴, and the worst of some thousand entries lies about 4 deviations out:
  /// √20 · √200 · 4 · 2⁻²⁴.
  static let tolerance = (20.0 * 200).squareRoot() * 4 * 0x1p-24 * 4

  @Test(
    "loss and gradients agree for any number of channels, under both statistics",
    arguments: [1, 3, 8, 10, 17, 24], [false, true])
  func gradients(channels: Int, usesBatchStatistics: Bool) throws {
    var graph = blockGraph(channels: channels, batch: 10, size: 8, usesBatchStatistics: usesBatchStatistics)
    if !usesBatchStatistics { graph = graph.foldingAffineMaps() }
    let gradient = graph.gradient(of: "loss", withRespectTo: parameterNames)
    let inputs = randomInputs(gradient, seed: UInt64(channels))
    let expected = Interpreter.run(gradient, inputs)
    for (threads, lanes, rows) in [(1, 1, nil), (2, 2, nil), (2, 3, 2)] as [(Int, Int, Int?)] {
      let options = EngineOptions(threadCount: threads, laneCount: lanes, rowsPerChunk: rows)
      let actual = try runEngine(gradient, inputs, batched: ["images", "labels", "weights"], options: options)
      for output in gradient.outputs {
        expectClose(
          actual[output.name] ?? [], expected[output.name]?.values ?? [], tolerance: Self.tolerance,
          "\(output.name), \(threads) threads, \(lanes) lanes")
      }
    }
  }
}
