import Testing
import ThalwegEngine
import ThalwegGraphs
import ThalwegRandomness

/// What a graph's outputs are, and how far the engine's rounding may carry it from them.
///
/// The interpreter gives the outputs in `Double`. It also gives the effect of rounding: it runs the graph again with
/// every rounding of the engine replaced by a random relative error of the same size, so that each graph's own
/// conditioning (cancelled sums, small variances) is measured rather than guessed.
///
/// A rounding to nearest is off by at most the unit roundoff `u` (2⁻²⁴, or 2⁻⁸ where images are kept in bfloat16),
/// `u / √3` in the mean square where errors are uniform. A sum of `k` terms rounds `k` times. Where terms have random
/// signs, its partial sums grow like `√j`, and all these roundings together are worth one of `√(k/2) u / √3` in each
/// term; where terms have one sign, partial sums grow like `j`, and they are worth `√(k/3) u / √3` in the sum. The
/// model applies both.
///
/// Errors are compared in the Euclidean norm over an output, with 6 times the root of the mean square over a few runs of
/// the model. Where one rounding dominates all entries of an output, the ratio of the two is distributed as Student's
/// t with as many degrees of freedom as there were runs, which is beyond 6 three times in 10⁴ for 8 runs; where many
/// contribute, practically never. The engine's sums, cut in pieces, err less than the model's.
struct RoundingModel {
  /// The outputs in `Double`; indices as whole numbers.
  let expected: [String: [Double]]
  /// The norm of the error that each output may have.
  let allowed: [String: Double]

  private static let deviations = 6.0

  /// A model of `graph`.
  ///
  /// - Parameters:
  ///   - graph: What is computed.
  ///   - inputs: From what.
  ///   - precision: In what precision the engine keeps images.
  ///   - batch: First extent of images; needed in bfloat16 only.
  ///   - runs: Runs with random errors.
  init(
    _ graph: Graph, _ inputs: [String: Tensor], precision: ComputePrecision = .float32, batch: Int = 0, runs: Int = 8
  ) {
    let expected = Interpreter.run(graph, inputs).mapValues(\.numbers)
    var builder = NoiseBuilder(precision, batch: batch)
    let noisy = builder.rewrite(graph)
    var squares: [String: Double] = [:]
    for run in 0..<runs {
      var inputs = inputs
      for (index, noise) in builder.noises.enumerated() {
        var stream = RandomStream(seed: 77, UInt64(run), UInt64(index))
        inputs[noise.name] = noise.tensor(from: &stream)
      }
      for (name, tensor) in Interpreter.run(noisy, inputs) {
        squares[name, default: 0] += distanceSquared(tensor.numbers, expected[name] ?? [])
      }
    }
    self.expected = expected
    allowed = squares.mapValues { RoundingModel.deviations * ($0 / Double(runs)).squareRoot() }
  }

  /// Checks all outputs.
  func check(
    _ actual: [String: [Double]], _ comment: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for (name, wanted) in expected.sorted(by: { $0.key < $1.key }) {
      let found = actual[name] ?? []
      guard found.count == wanted.count else {
        Issue.record(
          "\(comment), \(name): \(found.count) entries, expected \(wanted.count)", sourceLocation: sourceLocation)
        continue
      }
      let (error, bound) = (distanceSquared(found, wanted).squareRoot(), allowed[name] ?? 0)
      if !(error <= bound) {  // Written so that NaN fails.
        let worst = found.indices.first { !(abs(found[$0] - wanted[$0]) <= bound) } ?? 0
        Issue.record(
          """
          \(comment), \(name): error \(error) > \(bound), norm \(distanceSquared(wanted, []).squareRoot()); \
          entry \(worst) is \(found[worst]), expected \(wanted[worst])
          """, sourceLocation: sourceLocation)
      }
    }
  }
}

extension Tensor {
  /// Entries, or indices as numbers.
  var numbers: [Double] { indices.isEmpty ? values : indices.map(Double.init) }
}

/// `Σ (xᵢ − yᵢ)²`; missing entries count as zero.
private func distanceSquared(_ x: [Double], _ y: [Double]) -> Double {
  x.indices.reduce(0) { total, i in
    let difference = x[i] - (i < y.count ? y[i] : 0)
    return total + difference * difference
  }
}

/// Multiplies operands and results of a graph's operations by inputs that stand for rounding errors.
private struct NoiseBuilder {
  struct Noise {
    let name: String
    let shape: Shape
    let deviation: Double

    /// 1 plus or minus the deviation, with random signs.
    func tensor(from stream: inout RandomStream) -> Tensor {
      var values = [Double](repeating: 1 + deviation, count: shape.count)
      for start in stride(from: 0, to: values.count, by: 64) {
        let signs = stream.next()
        for i in start..<min(start + 64, values.count) where signs >> UInt64(i - start) & 1 == 0 {
          values[i] = 1 - deviation
        }
      }
      return Tensor(shape, values)
    }
  }

  private(set) var noises: [Noise] = []
  private var graph = Graph()
  private let isHalf: Bool
  private let batch: Int
  private static let single = 0x1p-24 / 3.0.squareRoot()
  private static let half = 0x1p-8 / 3.0.squareRoot()

  init(_ precision: ComputePrecision, batch: Int) {
    isHalf = precision == .bfloat16
    self.batch = batch
  }

  mutating func rewrite(_ source: Graph) -> Graph {
    // Normalisations sum first and apply afterwards: two operations with errors of their own.
    let source = source.expanded {
      switch $0 {
      case .batchNormalisation, .batchNormalisationGradient: true
      default: false
      }
    }.pruned()
    var map: [Value: Value] = [:]
    for node in source.nodes {
      let operands = node.operands.compactMap { map[$0] }
      var results: [Value]
      switch node.operation {
      case .primitive(.input):
        let input = source.inputs.first { $0.value == node.results[0] }
        let type = source.type(of: node.results[0])
        results = [graph.input(input?.name ?? "", type.shape, kind: type.kind)]
        // Filters and images are rounded on their way into the network.
        if isHalf && type.shape.rank == 4 { results = [perturbed(results[0], NoiseBuilder.half)] }
      case .primitive(.fill(let number)):
        results = [graph.fill(number, source.shape(of: node.results[0]))]
      default:
        results = append(node, operands, source)
      }
      for (old, new) in zip(node.results, results) { map[old] = new }
    }
    for output in source.outputs { if let value = map[output.value] { graph.output(output.name, value) } }
    return graph
  }

  private mutating func append(_ node: Node, _ operands: [Value], _ source: Graph) -> [Value] {
    var operands = operands
    let terms = node.roundingCount(in: source)
    if terms > 0 {
      let deviation = NoiseBuilder.single * (Double(max(2, terms)) / 2).squareRoot()
      // A term of a product has one error, wherever it is put: filters and other matrices stay.
      if node.isProduct {
        operands[0] = perturbed(operands[0], deviation)
      } else {
        operands = operands.map { perturbed($0, deviation) }
      }
    }
    return graph.append(node.operation, operands).enumerated().map { position, value in
      var value = value
      if terms > 0 { value = perturbed(value, NoiseBuilder.single * max(1, Double(terms) / 3).squareRoot()) }
      let shape = graph.shape(of: value)
      let isImage = shape.rank == 4 && shape[0] == batch
      return isHalf && isImage ? perturbed(value, NoiseBuilder.half) : value
    }
  }

  private mutating func perturbed(_ value: Value, _ deviation: Double) -> Value {
    guard graph.type(of: value).kind == .real else { return value }
    let noise = Noise(name: "noise.\(noises.count)", shape: graph.shape(of: value), deviation: deviation)
    noises.append(noise)
    let factor = graph.input(noise.name, noise.shape)
    return graph.multiply(value, factor)
  }
}

extension Node {
  /// Whether the results are sums of products of the two operands.
  fileprivate var isProduct: Bool {
    switch operation {
    case .primitive(.matrixProduct), .primitive(.convolution), .primitive(.convolutionInputGradient),
      .primitive(.convolutionFilterGradient):
      true
    default: false
    }
  }

  /// How often an entry of the results is rounded on its way; 0 for operations that only move numbers.
  fileprivate func roundingCount(in graph: Graph) -> Int {
    func shape(_ index: Int) -> Shape { graph.shape(of: operands[index]) }
    func perChannel(_ index: Int) -> Int { shape(index).count / shape(index)[1] }
    switch operation {
    case .primitive(let primitive):
      switch primitive {
      case .input, .fill, .step, .stopGradient, .reshape, .transpose, .slice, .pad, .concatenate, .broadcast,
        .gatherPlane, .reduceMaximum, .argumentMaximum, .indicesEqual, .oneHot, .windowMaximumIndex:
        return 0
      case .add, .subtract, .multiply, .affine, .power, .exponential, .logarithm, .hyperbolicTangent, .logistic:
        return 2
      case .matrixProduct(let transposesFirst, _): return shape(0)[transposesFirst ? 0 : 1]
      case .convolution: return shape(1).count / shape(1)[0]
      case .convolutionInputGradient(_, let groups, _, _): return shape(1).count / shape(1)[1] / groups
      case .convolutionFilterGradient: return perChannel(1)
      case .windowSum(let window), .windowSumAdjoint(let window, _, _):
        return window.size.vertical * window.size.horizontal
      case .scatterPlane: return shape(0)[2] * shape(0)[3]
      case .reduceSum: return shape(0).count / graph.shape(of: results[0]).count
      }
    case .named(let name):
      switch name {
      case .relu, .reluGradient, .maxPool, .subsampleAndPad, .subsampleAndPadAdjoint, .isCorrect: return 0
      case .addBias, .channelAffine: return 2
      // Scale and shift are numbers of their own, each a few operations from what is given.
      case .normalise, .normalisationInputGradient, .normalisationTangent: return 8
      case .normalisationInputGradientTangent: return 16
      case .channelMoments, .batchNormalisation: return perChannel(0)
      case .normalisationSums, .normalisationTangentSums, .batchNormalisationGradient: return perChannel(1)
      case .softmaxCrossEntropy, .softmaxCrossEntropyGradient: return shape(0)[1]
      }
    }
  }
}
