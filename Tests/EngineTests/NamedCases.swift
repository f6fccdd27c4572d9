import ThalwegGraphs

extension EngineCase {
  /// Channel counts below, at and beyond a block of 16.
  static let channelCounts = [1, 3, 8, 10, 17, 24, 32]

  /// Every named subgraph, on images of each channel count and on rows.
  static let namedSubgraphs: [EngineCase] = channelCounts.flatMap { onImages($0) } + onRows

  private static func onImages(_ c: Int) -> [EngineCase] {
    let pooling = Window(size: 3, stride: 2, padding: 1)
    return [
      EngineCase("relu of \(c)") { b in b.apply(.relu, b.rows("x", c, 3, 5)) },
      EngineCase("relu gradient of \(c)") { b in b.apply(.reluGradient, b.rows("dy", c, 3, 5), b.rows("y", c, 3, 5)) },
      EngineCase("bias of \(c)") { b in b.apply(.addBias, b.rows("x", c, 3, 5), b.input("b", [c])) },
      EngineCase("channel affine of \(c)") { b in
        b.apply(.channelAffine, b.rows("x", c, 3, 5), b.input("a", [c]), b.input("b", [c]))
      },
      EngineCase("moments of \(c)") { b in b.apply(.channelMoments, b.rows("x", c, 3, 5)) },
      EngineCase("normalise \(c)") { b in
        b.apply(
          .normalise(epsilon: 1e-5), b.rows("x", c, 3, 5), b.input("gamma", [c]), b.input("beta", [c]),
          b.input("mean", [c]), b.input("variance", [c]))
      },
      EngineCase("normalisation sums of \(c)") { b in
        b.apply(
          .normalisationSums(epsilon: 1e-5), b.rows("dy", c, 3, 5), b.rows("x", c, 3, 5), b.input("mean", [c]),
          b.input("variance", [c]))
      },
      EngineCase("normalisation's input gradient of \(c)") { b in
        b.apply(
          .normalisationInputGradient(epsilon: 1e-5), b.rows("dy", c, 3, 5), b.rows("x", c, 3, 5),
          b.input("gamma", [c]), b.input("mean", [c]), b.input("variance", [c]), b.input("dGamma", [c]),
          b.input("dBeta", [c]))
      },
      EngineCase("normalisation's tangent of \(c)") { b in
        b.apply(
          .normalisationTangent(epsilon: 1e-5), b.rows("dx", c, 3, 5), b.rows("x", c, 3, 5), b.input("gamma", [c]),
          b.input("mean", [c]), b.input("variance", [c]), b.input("dGamma", [c]), b.input("dBeta", [c]),
          b.input("dMean", [c]), b.input("dV", [c]))
      },
      EngineCase("sums of a normalisation's tangent of \(c)") { b in
        b.apply(
          .normalisationTangentSums(epsilon: 1e-5), b.rows("dg", c, 3, 5), b.rows("g", c, 3, 5), b.rows("dx", c, 3, 5),
          b.rows("x", c, 3, 5), b.input("mean", [c]), b.input("variance", [c]))
      },
      EngineCase("tangent of a normalisation's input gradient of \(c)") { b in
        b.apply(
          .normalisationInputGradientTangent(epsilon: 1e-5), b.rows("dg", c, 3, 5), b.rows("g", c, 3, 5),
          b.rows("dx", c, 3, 5), b.rows("x", c, 3, 5), b.input("gamma", [c]), b.input("mean", [c]),
          b.input("variance", [c]), b.input("gGamma", [c]), b.input("gBeta", [c]), b.input("dGamma", [c]),
          b.input("dMean", [c]), b.input("dV", [c]), b.input("dgGamma", [c]), b.input("dgBeta", [c]))
      },
      EngineCase("batch normalisation of \(c)") { b in
        b.apply(
          .batchNormalisation(epsilon: 1e-5), b.rows("x", c, 3, 5), b.input("gamma", [c]), b.input("beta", [c]))
      },
      EngineCase("batch normalisation's gradient of \(c)") { b in
        b.apply(
          .batchNormalisationGradient(epsilon: 1e-5), b.rows("dy", c, 3, 5), b.rows("x", c, 3, 5),
          b.input("gamma", [c]), b.input("mean", [c]), b.input("variance", [c]))
      },
      EngineCase("max pool of \(c)") { b in b.apply(.maxPool(pooling), b.rows("x", c, 6, 5)) },
      EngineCase("subsample \(c)") { b in
        b.apply(.subsampleAndPad(stride: 2, channelsBefore: 5, channelsAfter: 2), b.rows("x", c, 5, 6))
      },
      EngineCase("subsample's adjoint of \(c)") { b in
        b.apply(
          .subsampleAndPadAdjoint(stride: 2, channelsBefore: 5, channelsAfter: 2, height: 5, width: 6),
          b.rows("x", c + 7, 3, 3))
      },
    ]
  }

  private static let onRows: [EngineCase] = [
    EngineCase("relu of rows") { b in b.apply(.relu, b.rows("x", 9)) },
    EngineCase("relu gradient of rows") { b in b.apply(.reluGradient, b.rows("dy", 9), b.rows("y", 9)) },
    EngineCase("bias of rows") { b in b.apply(.addBias, b.rows("x", 9), b.input("b", [9])) },
    EngineCase("channel affine of rows") { b in
      b.apply(.channelAffine, b.rows("x", 9), b.input("a", [9]), b.input("b", [9]))
    },
    EngineCase("batch normalisation of rows") { b in
      b.apply(.batchNormalisation(epsilon: 1e-5), b.rows("x", 9), b.input("gamma", [9]), b.input("beta", [9]))
    },
    EngineCase("batch normalisation's gradient of rows") { b in
      b.apply(
        .batchNormalisationGradient(epsilon: 1e-5), b.rows("dy", 9), b.rows("x", 9), b.input("gamma", [9]),
        b.input("mean", [9]), b.input("variance", [9]))
    },
    EngineCase("cross entropy") { b in b.apply(.softmaxCrossEntropy, b.rows("z", 3), b.rows("labels", kind: .index)) },
    EngineCase("cross entropy's gradient") { b in
      b.apply(.softmaxCrossEntropyGradient, b.rows("z", 3), b.rows("labels", kind: .index), b.rows("dl"))
    },
    EngineCase("is correct") { b in b.apply(.isCorrect, b.rows("z", 3), b.rows("labels", kind: .index)) },
  ]
}
