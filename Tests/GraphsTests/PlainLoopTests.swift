import Testing
import ThalwegGraphs
import ThalwegRandomness

/// Values of operations: known by hand, or from loops that are slower and more obvious.
@Suite("Values of operations")
struct PlainLoopTests {
  struct ConvolutionCase: Sendable, CustomTestStringConvertible {
    let images: Shape
    let filters: Shape
    let window: Window
    let groups: Int
    var testDescription: String { "\(images) * \(filters), stride \(window.stride), groups \(groups)" }
  }

  /// Widths around the 8 lanes and the 64 positions that the loops treat together, odd filter counts, groups.
  static let convolutions: [ConvolutionCase] = [
    ConvolutionCase(
      images: [2, 3, 9, 7], filters: [5, 3, 3, 3], window: Window(size: 3, padding: 1), groups: 1),
    ConvolutionCase(
      images: [1, 4, 8, 8], filters: [6, 2, 3, 3], window: Window(size: 3, padding: 1), groups: 2),
    ConvolutionCase(
      images: [9, 2, 16, 16], filters: [3, 2, 3, 3], window: Window(size: 3, stride: 2, padding: 1), groups: 1
    ),
    ConvolutionCase(
      images: [1, 1, 3, 70], filters: [2, 1, 2, 2], window: Window(size: 2, padding: 2, dilation: 3),
      groups: 1),
    ConvolutionCase(
      images: [2, 6, 7, 6], filters: [6, 1, 5, 5],
      window: Window(size: 5, stride: 3, padding: 2, padAfter: 3),
      groups: 6),
    ConvolutionCase(
      images: [3, 5, 4, 4], filters: [4, 5, 1, 1], window: Window(size: 1, stride: 2), groups: 1),
    ConvolutionCase(
      images: [1, 1, 1, 1], filters: [1, 1, 3, 3], window: Window(size: 3, padding: 1), groups: 1),
  ]

  @Test("convolution is its definition, a sum over seven indices", arguments: convolutions)
  func convolution(_ c: ConvolutionCase) throws {
    var graph = Graph()
    let (x, w) = (graph.input("x", c.images), graph.input("w", c.filters))
    let y = graph.convolution(x, w, c.window, groups: c.groups)
    graph.output("y", y)
    let (images, filters) = (random(c.images, 1), random(c.filters, 2))
    let found = try #require(Interpreter.run(graph, ["x": images, "w": filters])["y"])
    let expected = naiveConvolution(images, filters, c.window, c.groups, graph.shape(of: y))
    for (a, b) in zip(found.values, expected) { expectClose(a, b, relative: 0, absolute: tolerance(c)) }
  }

  @Test("⟨u, x * w⟩ has the naive gradients in x and w", arguments: convolutions)
  func convolutionGradients(_ c: ConvolutionCase) throws {
    var graph = Graph()
    let (x, w) = (graph.input("x", c.images), graph.input("w", c.filters))
    let y = graph.convolution(x, w, c.window, groups: c.groups)
    graph.output("y", y)
    let back = graph.pullback(of: [(name: "y", cotangent: "u")], withRespectTo: ["x", "w"]) { "d\($0)" }
    let shape = graph.shape(of: y)
    let (images, filters, u) = (random(c.images, 1), random(c.filters, 2), random(shape, 3))
    let results = Interpreter.run(back, ["x": images, "w": filters, "u": u])
    // Each product x w u adds x u to the gradient in w and w u to that in x.
    var dx = [Double](repeating: 0, count: c.images.count)
    var dw = [Double](repeating: 0, count: c.filters.count)
    forEachProduct(c.images, c.filters, c.window, c.groups, shape) { i, j, k in
      dx[i] += filters.values[j] * u.values[k]
      dw[j] += images.values[i] * u.values[k]
    }
    let bound = tolerance(c) * Double(shape.count)
    for (a, b) in zip(try #require(results["dx"]).values, dx) {
      expectClose(a, b, relative: 0, absolute: bound)
    }
    for (a, b) in zip(try #require(results["dw"]).values, dw) {
      expectClose(a, b, relative: 0, absolute: bound)
    }
  }

  /// A sum of n products of numbers below 1 is wrong by n² ε at most.
  private func tolerance(_ c: ConvolutionCase) -> Double {
    let terms = Double(c.filters.count / c.filters[0])
    return terms * terms * 0x1p-52
  }

  private func random(_ shape: Shape, _ seed: UInt64) -> Tensor {
    var stream = RandomStream(seed: seed)
    return Tensor(shape, (0..<shape.count).map { _ in 2 * stream.uniform() - 1 })
  }

  private func naiveConvolution(
    _ x: Tensor, _ w: Tensor, _ window: Window, _ groups: Int, _ shape: Shape
  ) -> [Double] {
    var y = [Double](repeating: 0, count: shape.count)
    forEachProduct(x.shape, w.shape, window, groups, shape) { i, j, k in y[k] += x.values[i] * w.values[j] }
    return y
  }

  /// Visits every product of an entry of the images, one of the filters, and the entry of the result to which it goes.
  private func forEachProduct(
    _ x: Shape, _ w: Shape, _ window: Window, _ groups: Int, _ y: Shape, _ body: (Int, Int, Int) -> Void
  ) {
    for n in 0..<y[0] {
      for o in 0..<y[1] {
        for row in 0..<y[2] {
          for column in 0..<y[3] {
            for c in 0..<w[1] {
              for ky in 0..<w[2] {
                for kx in 0..<w[3] {
                  let r =
                    row * window.stride.vertical + ky * window.dilation.vertical - window.padBefore.vertical
                  let s =
                    column * window.stride.horizontal + kx * window.dilation.horizontal
                    - window.padBefore.horizontal
                  guard r >= 0 && r < x[2] && s >= 0 && s < x[3] else { continue }
                  let channel = o / (y[1] / groups) * w[1] + c
                  body(
                    ((n * x[1] + channel) * x[2] + r) * x[3] + s, ((o * w[1] + c) * w[2] + ky) * w[3] + kx,
                    ((n * y[1] + o) * y[2] + row) * y[3] + column)
                }
              }
            }
          }
        }
      }
    }
  }

  @Test("max pooling takes the first of equal entries and never the padding")
  func maxPool() {
    var graph = Graph()
    let x = graph.input("x", [1, 1, 2, 4])
    let results = graph.append(.named(.maxPool(Window(size: 2, stride: 2, padding: 1))), [x])
    graph.output("y", results[0])
    graph.output("position", results[1])
    let run = Interpreter.run(graph, ["x": Tensor([1, 1, 2, 4], [-1, -2, -2, -5, -3, -4, -4, -6])])
    #expect(run["y"]?.values == [-1, -2, -5, -3, -4, -6])
    #expect(run["position"]?.indices == [0, 1, 3, 4, 5, 7])
  }

  @Test("an average that ignores padding divides by the entries inside")
  func averagePool() {
    var graph = Graph()
    let x = graph.input("x", [1, 1, 1, 3])
    let window = Window(size: 3, stride: 2, padding: 1)
    let (inside, all) = (graph.averagePool(x, window, countsPadding: false), graph.averagePool(x, window))
    graph.output("inside", inside)
    graph.output("all", all)
    let run = Interpreter.run(graph, ["x": Tensor([1, 1, 1, 3], [1, 2, 6])])
    #expect(run["inside"]?.values == [1.5, 4])
    expectClose(run["all"]?.values[0] ?? .nan, 3.0 / 9, relative: 0x1p-52)
    expectClose(run["all"]?.values[1] ?? .nan, 8.0 / 9, relative: 0x1p-52)
  }

  @Test("largest entries, their places, and what is compared with them")
  func indices() {
    var graph = Graph()
    let x = graph.input("x", [2, 3])
    let labels = graph.input("labels", [2], kind: .index)
    let largest = graph.append(.reduceMaximum(axes: [1]), x)
    graph.output("largest", largest)
    let place = graph.append(.argumentMaximum, x)
    graph.output("place", place)
    let equal = graph.append(.indicesEqual, place, labels)
    graph.output("equal", equal)
    let mask = graph.append(.oneHot(count: 3), labels)
    graph.output("mask", mask)
    let correct = graph.named(.isCorrect, x, labels)
    graph.output("correct", correct)
    let run = Interpreter.run(
      graph, ["x": Tensor([2, 3], [1, 4, 4, -3, -2, -5]), "labels": Tensor([2], indices: [1, 2])])
    #expect(run["largest"]?.values == [4, -2])
    #expect(run["place"]?.indices == [1, 1])
    #expect(run["equal"]?.values == [1, 0])
    #expect(run["correct"]?.values == [1, 0])
    #expect(run["mask"]?.values == [0, 1, 0, 0, 0, 1])
  }

  @Test("what is held constant has no derivative")
  func stopGradient() {
    var graph = Graph()
    let x = graph.input("x", [2])
    let constant = graph.append(.stopGradient, x)
    let product = graph.multiply(x, constant)
    graph.output("loss", graph.sum(product))
    let inputs = ["x": Tensor([2], [3, -2]), "direction.x": Tensor([2], [1, 10])]
    let reverse = Interpreter.run(graph.gradient(of: "loss", withRespectTo: ["x"]), inputs)
    #expect(reverse["gradient.x"]?.values == [3, -2])
    let forward = Interpreter.run(graph.tangent(along: ["x"]), inputs)
    #expect(forward["tangent.loss"]?.values == [-17])
  }

  @Test("an input on which the loss does not depend has a gradient of zeros")
  func unusedInput() {
    var graph = Graph()
    let x = graph.input("x", [2])
    _ = graph.input("unused", [3])
    graph.output("loss", graph.sum(x))
    let results = Interpreter.run(
      graph.gradient(of: "loss", withRespectTo: ["x", "unused"]),
      ["x": Tensor([2], [1, 2]), "unused": Tensor([3], [1, 2, 3])])
    #expect(results["gradient.unused"]?.values == [0, 0, 0])
  }

  @Test("cross entropy of enormous logits is finite")
  func crossEntropyOfLargeLogits() {
    var graph = Graph()
    let logits = graph.input("logits", [2, 2])
    let labels = graph.input("labels", [2], kind: .index)
    graph.output("loss", graph.softmaxCrossEntropy(logits, labels: labels))
    let run = Interpreter.run(
      graph, ["logits": Tensor([2, 2], [1e4, -1e4, 0, 0]), "labels": Tensor([2], indices: [1, 0])])
    #expect(run["loss"]?.values[0] == 2e4)
    expectClose(run["loss"]?.values[1] ?? .nan, 0.6931471805599453, relative: 2 * 0x1p-52)
  }
}
