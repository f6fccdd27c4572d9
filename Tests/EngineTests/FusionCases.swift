import ThalwegGraphs

extension EngineCase {
  /// Operations that the engine joins into one kernel, and neighbours that forbid it.
  static let fusions: [EngineCase] = channelCounts.flatMap { fusions($0) }

  private static func fusions(_ c: Int) -> [EngineCase] {
    let window = Window(size: 3, padding: 1)
    @Sendable func convolution(_ b: inout CaseBuilder) -> Value {
      b.graph.convolution(b.rows("x", 8, 4, 5), b.input("w", [c, 8, 3, 3]), window)
    }
    @Sendable func affine(_ b: inout CaseBuilder, _ x: Value) -> Value {
      b.graph.named(.channelAffine, x, b.input("a", [c]), b.input("b", [c]))
    }
    return [
      EngineCase("convolution, bias, residual, relu: \(c)") { b in
        let y = b.graph.addBias(convolution(&b), b.input("bias", [c]))
        let residual = b.rows("r", c, 4, 5)
        b.graph.output("y", b.graph.relu(b.graph.add(residual, y)))
      },
      EngineCase("convolution, relu: \(c)") { b in b.graph.output("y", b.graph.relu(convolution(&b))) },
      EngineCase("convolution, bias, relu: \(c)") { b in
        b.graph.output("y", b.graph.relu(b.graph.addBias(convolution(&b), b.input("bias", [c]))))
      },
      EngineCase("convolution, residual that is used again: \(c)") { b in
        let residual = b.graph.relu(b.rows("r", c, 4, 5))
        let sum = b.graph.add(convolution(&b), residual)
        b.graph.output("y", sum)
        b.graph.output("z", b.graph.multiply(sum, residual))
      },
      EngineCase("convolution whose own result is asked for: \(c)") { b in
        let y = convolution(&b)
        b.graph.output("before", y)
        b.graph.output("after", b.graph.relu(b.graph.addBias(y, b.input("bias", [c]))))
      },
      EngineCase("affine, residual, relu: \(c)") { b in
        let y = affine(&b, b.rows("x", c, 4, 5))
        b.graph.output("y", b.graph.relu(b.graph.add(y, b.rows("r", c, 4, 5))))
      },
      EngineCase("affine, relu: \(c)") { b in
        b.graph.output("y", b.graph.relu(affine(&b, b.rows("x", c, 4, 5))))
      },
      EngineCase("sum of adjoints, mask, sums: \(c)") { b in
        let (first, second) = (b.rows("da", c, 4, 5), b.rows("db", c, 4, 5))
        let sum = b.graph.add(first, second)
        normalisationGradient(&b, b.graph.named(.reluGradient, sum, b.rows("y", c, 4, 5)), c)
      },
      EngineCase("mask, sums: \(c)") { b in
        let masked = b.graph.named(.reluGradient, b.rows("da", c, 4, 5), b.rows("y", c, 4, 5))
        normalisationGradient(&b, masked, c)
      },
      EngineCase("sum of adjoints, sums: \(c)") { b in
        normalisationGradient(&b, b.graph.add(b.rows("da", c, 4, 5), b.rows("db", c, 4, 5)), c)
      },
      EngineCase("sum of adjoints, mask: \(c)") { b in
        let sum = b.graph.add(b.rows("da", c, 4, 5), b.rows("db", c, 4, 5))
        b.graph.output("y", b.graph.named(.reluGradient, sum, b.rows("y", c, 4, 5)))
      },
      EngineCase("sum of adjoints that is used again: \(c)") { b in
        let sum = b.graph.add(b.rows("da", c, 4, 5), b.rows("db", c, 4, 5))
        let masked = b.graph.named(.reluGradient, sum, b.rows("y", c, 4, 5))
        b.graph.output("y", masked)
        b.graph.output("z", b.graph.subtract(masked, sum))
      },
      EngineCase("sum of two convolutions, bias, residual, mask: \(c)") { b in
        let second = b.graph.convolution(b.rows("x2", 8, 4, 5), b.input("w2", [c, 8, 3, 3]), window)
        let y = b.graph.addBias(b.graph.add(convolution(&b), second), b.input("bias", [c]))
        let sum = b.graph.add(y, b.rows("r", c, 4, 5))
        b.graph.output("y", b.graph.named(.reluGradient, sum, b.rows("m", c, 4, 5)))
      },
      EngineCase("sum of three adjoints, mask, sums: \(c)") { b in
        let two = b.graph.add(b.rows("da", c, 4, 5), b.rows("db", c, 4, 5))
        let three = b.graph.add(two, b.rows("dc", c, 4, 5))
        normalisationGradient(&b, b.graph.named(.reluGradient, three, b.rows("y", c, 4, 5)), c)
      },
      EngineCase("dense layer, bias, relu: \(c)") { b in
        let y = b.graph.matrixProduct(b.rows("x", 5), b.input("w", [c, 5]), transposeSecond: true)
        b.graph.output("y", b.graph.relu(b.graph.addBias(y, b.input("bias", [c]))))
      },
    ]
  }

  /// The gradient of a normalisation of images of `c` channels, upstream `dz`.
  private static func normalisationGradient(_ b: inout CaseBuilder, _ dz: Value, _ c: Int) {
    b.apply(
      .batchNormalisationGradient(epsilon: 1e-5), dz, b.rows("x", c, 4, 5), b.input("gamma", [c]),
      b.input("mean", [c]), b.input("variance", [c]))
  }
}
