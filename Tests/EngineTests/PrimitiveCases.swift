import ThalwegGraphs

extension EngineCase {
  /// Every primitive, as it occurs in networks and as nobody would write it.
  static let primitives: [EngineCase] =
    entrywise + products + convolutions + planes + axes + indices

  private static let entrywise: [EngineCase] =
    [
      EngineCase("fill") { b in
        let x = b.rows("x", 3, 5, 4)
        let filled = b.graph.fill(2.5, b.graph.shape(of: x))
        b.apply(.multiply, x, filled)
      },
      EngineCase("add rows") { b in b.apply(.add, b.rows("x", 5), b.rows("z", 5)) },
      EngineCase("add images") { b in b.apply(.add, b.rows("x", 3, 5, 4), b.rows("z", 3, 5, 4)) },
      EngineCase("add to itself") { b in
        let x = b.rows("x", 3, 5, 4)
        b.apply(.add, x, x)
      },
      EngineCase("subtract numbers") { b in b.apply(.subtract, b.rows("x"), b.rows("z")) },
      EngineCase("subtract images") { b in b.apply(.subtract, b.rows("x", 17, 3, 3), b.rows("z", 17, 3, 3)) },
      EngineCase("multiply volumes") { b in b.apply(.multiply, b.rows("x", 2, 3, 2, 2), b.rows("z", 2, 3, 2, 2)) },
      EngineCase("multiply images") { b in b.apply(.multiply, b.rows("x", 3, 5, 4), b.rows("z", 3, 5, 4)) },
      EngineCase("scale") { b in b.apply(.affine(scale: -2.5, offset: 0), b.rows("x", 3, 5, 4)) },
      EngineCase("affine") { b in b.apply(.affine(scale: 0.5, offset: 1.25), b.rows("x", 3, 5, 4)) },
      EngineCase("step") { b in b.apply(.step, b.rows("x", 3, 5, 4)) },
      EngineCase("exponential") { b in b.apply(.exponential, b.rows("x", 3, 5, 4)) },
      EngineCase("logarithm") { b in b.apply(.logarithm, b.rows("positive", 3, 5, 4)) },
      EngineCase("hyperbolic tangent") { b in b.apply(.hyperbolicTangent, b.rows("x", 3, 5, 4)) },
      EngineCase("logistic") { b in b.apply(.logistic, b.rows("x", 6)) },
      EngineCase("stop gradient") { b in b.apply(.stopGradient, b.rows("x", 3, 5, 4)) },
    ]
    + [2, -1, 0.5, -0.5, 3, 1.7].map { exponent in
      EngineCase("power \(exponent)") { b in b.apply(.power(exponent), b.rows("positive", 3, 5, 4)) }
    }

  private static let products: [EngineCase] = [
    EngineCase("rows times matrix") { b in
      b.apply(
        .matrixProduct(transposeFirst: false, transposeSecond: false), b.rows("x", 5), b.input("w", [5, 3]))
    },
    EngineCase("rows times transposed matrix") { b in
      b.apply(.matrixProduct(transposeFirst: false, transposeSecond: true), b.rows("x", 33), b.input("w", [3, 33]))
    },
    EngineCase("transposed rows times rows") { b in
      b.apply(.matrixProduct(transposeFirst: true, transposeSecond: false), b.rows("x", 5), b.rows("z", 3))
    },
    EngineCase("transposed rows times constant rows") { b in
      let ones = b.graph.fill(1, [CaseBuilder.batch, 2])
      b.apply(.matrixProduct(transposeFirst: true, transposeSecond: false), b.rows("x", 5), ones)
    },
    EngineCase("rows times transposed rows", mixesExamples: true) { b in
      b.apply(.matrixProduct(transposeFirst: false, transposeSecond: true), b.rows("x", 5), b.rows("z", 5))
    },
    EngineCase("both transposed", mixesExamples: true) { b in
      b.apply(
        .matrixProduct(transposeFirst: true, transposeSecond: true), b.rows("x", 5),
        b.input("z", [3, CaseBuilder.batch]))
    },
  ]

  private struct Setting {
    let name: String
    let window: Window
    var channels = (from: 3, to: 10)
    var groups = 1
    var extents = (height: 8, width: 6)
  }

  private static let settings: [Setting] = [
    Setting(name: "3×3", window: Window(size: 3, padding: 1)),
    Setting(name: "3×3 of 17 channels", window: Window(size: 3, padding: 1), channels: (17, 24)),
    Setting(name: "3×3 of 32 channels", window: Window(size: 3, padding: 1), channels: (32, 16)),
    Setting(
      name: "3×3, padded before", window: Window(size: 3, padding: 2, padAfter: 0), channels: (16, 33), extents: (5, 7)),
    Setting(name: "3×3, not padded", window: Window(size: 3), channels: (40, 20), extents: (7, 4)),
    Setting(name: "1×1, stride 2", window: Window(size: 1, stride: 2), channels: (8, 16)),
    Setting(name: "5×5, stride 2", window: Window(size: 5, stride: 2, padding: 2), channels: (4, 3)),
    Setting(name: "3×3, dilation 2", window: Window(size: 3, padding: 2, dilation: 2), channels: (16, 16)),
    Setting(name: "3×3, rows left over", window: Window(size: 3, stride: 2), channels: (6, 5), extents: (8, 6)),
    Setting(name: "2×2, padded after", window: Window(size: 2, padding: 0, padAfter: 1), channels: (3, 16)),
    Setting(name: "2 groups", window: Window(size: 3, padding: 1), channels: (4, 6), groups: 2),
    Setting(name: "2 groups of whole blocks", window: Window(size: 3, padding: 1), channels: (32, 32), groups: 2),
    Setting(name: "a group a channel", window: Window(size: 3, padding: 1), channels: (16, 16), groups: 16),
    Setting(name: "one pixel", window: Window(size: 1), channels: (10, 1), extents: (1, 1)),
    Setting(name: "1×3 with different strides", window: unlikeWindow, channels: (5, 10)),
  ]

  private static let unlikeWindow: Window = {
    var window = Window(size: 1)
    window.size = Window.Pair(1, 3)
    window.stride = Window.Pair(2, 1)
    window.padBefore = Window.Pair(0, 2)
    return window
  }()

  private static let convolutions: [EngineCase] = settings.flatMap { s in
    let (from, to) = s.channels
    let (height, width) = s.extents
    let out = s.window.outputExtents(height: height, width: width) ?? Window.Pair(1)
    let filters: Shape = [to, from / s.groups, s.window.size.vertical, s.window.size.horizontal]
    return [
      EngineCase("convolution, \(s.name)") { b in
        b.apply(.convolution(s.window, groups: s.groups), b.rows("x", from, height, width), b.input("w", filters))
      },
      EngineCase("convolution's input gradient, \(s.name)") { b in
        b.apply(
          .convolutionInputGradient(s.window, groups: s.groups, height: height, width: width),
          b.rows("dy", to, out.vertical, out.horizontal), b.input("w", filters))
      },
      EngineCase("convolution's filter gradient, \(s.name)") { b in
        b.apply(
          .convolutionFilterGradient(s.window, groups: s.groups), b.rows("x", from, height, width),
          b.rows("dy", to, out.vertical, out.horizontal))
      },
    ]
  }

  private static let planes: [EngineCase] =
    [
      Window(size: 2, stride: 2), Window(size: 3, stride: 2, padding: 1), Window(size: 3, stride: 1, padding: 1),
    ].flatMap { window in
      let out = window.outputExtents(height: 6, width: 5) ?? Window.Pair(1)
      let name = "window \(window.size.vertical), stride \(window.stride.vertical)"
      return [
        EngineCase("window sum, \(name)") { b in b.apply(.windowSum(window), b.rows("x", 3, 6, 5)) },
        EngineCase("window sum's adjoint, \(name)") { b in
          b.apply(.windowSumAdjoint(window, height: 6, width: 5), b.rows("x", 3, out.vertical, out.horizontal))
        },
        EngineCase("position of the largest, \(name)") { b in
          b.apply(.windowMaximumIndex(window), b.rows("x", 3, 6, 5))
        },
      ]
    } + [
      EngineCase("gather") { b in b.apply(.gatherPlane, b.rows("x", 3, 4, 5), b.rows("at", 3, 2, 3, kind: .index)) },
      EngineCase("scatter") { b in
        b.apply(.scatterPlane(height: 4, width: 5), b.rows("x", 3, 2, 3), b.rows("at", 3, 2, 3, kind: .index))
      },
    ]

  private static let axes: [EngineCase] =
    [
      EngineCase("slice") { b in
        b.apply(.slice(start: [0, 1, 0, 1], limit: [7, 3, 5, 4], stride: [1, 1, 2, 3]), b.rows("x", 3, 5, 4))
      },
      EngineCase("slice of examples", mixesExamples: true) { b in
        b.apply(.slice(start: [1, 0], limit: [7, 5], stride: [2, 1]), b.rows("x", 5))
      },
      EngineCase("pad") { b in
        b.apply(.pad(before: [0, 2, 0, 1], after: [0, 1, 0, 0], between: [0, 0, 1, 2]), b.rows("x", 3, 5, 4))
      },
      EngineCase("pad examples", mixesExamples: true) { b in
        b.apply(.pad(before: [0, 0], after: [1, 0], between: [0, 0]), b.rows("x", 5))
      },
      EngineCase("concatenate channels") { b in
        b.apply(.concatenate(axis: 1), b.rows("x", 3, 2, 2), b.rows("z", 17, 2, 2), b.rows("u", 1, 2, 2))
      },
      EngineCase("concatenate examples", mixesExamples: true) { b in
        b.apply(.concatenate(axis: 0), b.rows("x", 3), b.rows("z", 3))
      },
      EngineCase("broadcast") { b in b.apply(.broadcast(axes: [1, 3], extents: [2, 3]), b.rows("x", 5)) },
      EngineCase("broadcast over pixels") { b in b.apply(.broadcast(axes: [2, 3], extents: [2, 3]), b.rows("x", 17)) },
      EngineCase("broadcast over examples") { b in
        let spread = b.graph.append(
          .broadcast(axes: [0, 2], extents: [CaseBuilder.batch, 4]), b.input("v", [3]))
        b.apply(.multiply, b.rows("x", 3, 4), spread)
      },
      EngineCase("broadcast in front of examples", mixesExamples: true) { b in
        b.apply(.broadcast(axes: [0], extents: [2]), b.rows("x", 5))
      },
      EngineCase("reshape") { b in b.apply(.reshape([7, 60]), b.rows("x", 3, 5, 4)) },
      EngineCase("reshape to an image") { b in b.apply(.reshape([7, 3, 2, 2]), b.rows("x", 12)) },
      EngineCase("reshape across examples", mixesExamples: true) { b in b.apply(.reshape([35]), b.rows("x", 5)) },
      EngineCase("transpose") { b in b.apply(.transpose([0, 3, 1, 2]), b.rows("x", 3, 5, 4)) },
      EngineCase("transpose examples", mixesExamples: true) { b in b.apply(.transpose([1, 0]), b.rows("x", 5)) },
      EngineCase("largest of a row") { b in b.apply(.reduceMaximum(axes: [1]), b.rows("x", 9)) },
      EngineCase("largest of an image") { b in b.apply(.reduceMaximum(axes: [1, 3]), b.rows("x", 3, 5, 4)) },
      EngineCase("largest of all examples", mixesExamples: true) { b in
        b.apply(.reduceMaximum(axes: [0]), b.rows("x", 9))
      },
    ]
    + [[1], [2, 3], [1, 3], [1, 2, 3], [0], [0, 2, 3], [0, 1], [3, 0], [0, 1, 2, 3]].map { axes in
      EngineCase("sum over \(axes)") { b in b.apply(.reduceSum(axes: axes), b.rows("x", 17, 3, 5)) }
    }

  private static let indices: [EngineCase] = [
    EngineCase("argument of the maximum") { b in b.apply(.argumentMaximum, b.rows("x", 9)) },
    EngineCase("indices equal") { b in b.apply(.indicesEqual, b.rows("i", kind: .index), b.rows("k", kind: .index)) },
    EngineCase("one-hot") { b in b.apply(.oneHot(count: 2), b.rows("i", 4, kind: .index)) },
  ]
}
