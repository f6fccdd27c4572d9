import Testing
import ThalwegEngine
import ThalwegGraphs

@Suite("Engine against interpreter: one operation at a time")
struct CaseTests {
  @Test("primitives agree wherever their operands live", arguments: EngineCase.primitives, Placement.allCases)
  func primitives(_ c: EngineCase, placement: Placement) throws { try check(c, placement) }

  @Test("named subgraphs agree", arguments: EngineCase.namedSubgraphs, Placement.allCases)
  func namedSubgraphs(_ c: EngineCase, placement: Placement) throws { try check(c, placement) }

  @Test("fused kernels agree", arguments: EngineCase.fusions, Placement.allCases)
  func fusions(_ c: EngineCase, placement: Placement) throws { try check(c, placement) }

  private func check(_ c: EngineCase, _ placement: Placement) throws {
    let graph = c.graph(blocksImages: placement == .blocked)
    let inputs = randomInputs(graph, seed: 3)
    let batched = placement == .shared ? [] : graph.batchedNames
    if c.mixesExamples && placement != .shared {
      #expect(throws: EngineError.self) { try Plan(graph, batched: batched) }
      return
    }
    let model = RoundingModel(graph, inputs)
    for options in placement == .shared ? [EngineOptions()] : EngineOptions.variants {
      let actual = try runEngine(graph, inputs, batched: batched, options: options)
      model.check(actual, "\(options)")
    }
  }

  @Test("the table of cases has every primitive and every named subgraph")
  func tableIsComplete() {
    let nodes = (EngineCase.primitives + EngineCase.namedSubgraphs).flatMap { $0.graph().nodes }
    var found: Set<String> = []
    for node in nodes {
      switch node.operation {
      case .primitive(let primitive): found.insert(kind(primitive))
      case .named(let name): found.insert(kind(name))
      }
    }
    #expect(found == Set(allKinds))
  }

  private let allKinds = [
    "input", "fill", "add", "subtract", "multiply", "affine", "power", "exponential", "logarithm",
    "hyperbolicTangent", "logistic", "step", "matrixProduct", "convolution", "convolutionInputGradient",
    "convolutionFilterGradient", "windowSum", "windowSumAdjoint", "windowMaximumIndex", "gatherPlane", "scatterPlane",
    "slice", "pad", "concatenate", "reduceSum", "broadcast", "reshape", "transpose", "reduceMaximum", "stopGradient",
    "argumentMaximum", "indicesEqual", "oneHot",
    "relu", "reluGradient", "addBias", "channelAffine", "batchNormalisation", "batchNormalisationGradient",
    "channelMoments", "normalise", "normalisationSums", "normalisationInputGradient", "normalisationTangent",
    "normalisationTangentSums", "normalisationInputGradientTangent", "softmaxCrossEntropy",
    "softmaxCrossEntropyGradient",
    "maxPool", "subsampleAndPad", "subsampleAndPadAdjoint", "isCorrect",
  ]

  /// The name of an operation without its arguments. The switches don't compile once an operation is added: then add
  /// it to ``allKinds``, and a case to the table.
  private func kind(_ primitive: Primitive) -> String {
    switch primitive {
    case .input, .fill, .add, .subtract, .multiply, .affine, .power, .exponential, .logarithm, .hyperbolicTangent,
      .logistic, .step, .matrixProduct, .convolution, .convolutionInputGradient, .convolutionFilterGradient,
      .windowSum, .windowSumAdjoint, .windowMaximumIndex, .gatherPlane, .scatterPlane, .slice, .pad, .concatenate,
      .reduceSum, .broadcast, .reshape, .transpose, .reduceMaximum, .stopGradient, .argumentMaximum, .indicesEqual,
      .oneHot:
      String("\(primitive)".prefix { $0 != "(" })
    }
  }

  private func kind(_ name: NamedSubgraph) -> String {
    switch name {
    case .relu, .reluGradient, .addBias, .channelAffine, .batchNormalisation, .batchNormalisationGradient,
      .channelMoments, .normalise, .normalisationSums, .normalisationInputGradient, .normalisationTangent,
      .normalisationTangentSums, .normalisationInputGradientTangent, .softmaxCrossEntropy, .softmaxCrossEntropyGradient,
      .maxPool, .subsampleAndPad, .subsampleAndPadAdjoint, .isCorrect:
      String("\(name)".prefix { $0 != "(" })
    }
  }
}
