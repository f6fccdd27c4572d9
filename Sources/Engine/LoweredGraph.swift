import ThalwegGraphs

/// A graph in the engine's own terms: every value has a layout and is either *batched* (one row for each example) or
/// *shared* (parameters, statistics, sums over the batch); every operation names the kernel that will run it.
struct LoweredGraph {
  enum Layout {
    /// Row-major.
    case plain
    /// `[row][channel block of 16][pixel][16]`, zero beyond the last channel.
    case blocked
    /// Per-channel numbers padded with zeros to a multiple of 16.
    case channels
  }

  struct LoweredValue {
    /// Extents, the whole batch included.
    var shape: Shape
    var kind: ElementKind
    var isBatched: Bool
    var layout: Layout

    /// Elements of one row, or of the whole value if it is shared, as stored.
    var storedCount: Int {
      switch layout {
      case .plain: isBatched ? shape.count / shape[0] : shape.count
      case .blocked: (shape[1] + 15) / 16 * 16 * shape[2] * shape[3]
      case .channels: (shape.count + 15) / 16 * 16
      }
    }
  }

  struct LoweredOperation {
    var kernel: Kernel
    var operands: [Int]
    var results: [Int]
    /// For batched operations and sums over the batch the stage in which they run; for shared ones the stage after
    /// which they run, −1 being before the first.
    var stage = 0
  }

  /// What runs. "Row-wise" kernels take and give batched values; "sums" take batched values and give shared ones.
  enum Kernel {
    case input(String)
    /// Plain loops over one primitive, row-wise or shared.
    case primitive(Primitive)
    /// Plain loops over a row-wise part, then a sum over rows: operands are summed over the axes, 0 among them.
    case sumRows(axes: [Int])

    /// Operands x, filters.
    case convolution(Window, groups: Int)
    case convolutionInputGradient(Window, groups: Int)
    case convolutionFilterGradient(Window, groups: Int)
    case matrixProduct(transposeSecond: Bool)
    /// `aᵀ b` over the batch.
    case matrixProductSum
    /// `x + b` per column, operands x `[rows, columns]`, b.
    case addRow(relu: Bool)

    /// `Σ cₖ xₖ + shift + Σ zₖ`, then the ending. Operands in order: `scaled` images x, as many factors c and the shift
    /// (channels layout), `plain` images z, and the mask where the ending is one.
    case linear(scaled: Int, plain: Int, Ending)
    /// Results mean, variance.
    case moments
    /// Operands dz, x, mean, inverse deviation; results `Σ dz x̂`, `Σ dz`. With a product also g, ẋ and `Σ g ẋ`.
    case normalisationSums(hasProduct: Bool)
    /// Adds, masks and sums in one pass. Operands in order: the addends, then the mask, x, mean and inverse deviation,
    /// and g, ẋ where present; results dz, then the sums `Σ dz x̂`, `Σ dz` and with a product `Σ g ẋ`.
    case maskedSums(addends: Int, hasMask: Bool, Sums)
    /// Per-channel numbers. Each gives values in channels layout.
    case channelNumbers(ChannelNumbers)

    case entrywise(Entrywise)
    case maxPool(Window)
    case gather
    case scatter
    case subsample(stride: Int, before: Int)
    case subsampleAdjoint(stride: Int, before: Int)
    case pixelSums
    case spread
    case channelSums
    case toBlocked
    case toPlain

    case crossEntropy
    case crossEntropyGradient
    case isCorrect
  }

  /// What happens to a linear combination before it is stored.
  enum Ending: Equatable {
    case none, relu, mask
  }

  /// Which sums a pass over adjoints forms.
  enum Sums: Equatable {
    case none, normalisation, withProduct
  }

  enum ChannelNumbers {
    /// γ, β, μ, v → scale, shift.
    case normalisation(epsilon: Double)
    /// b → b.
    case bias
    /// a, b → a, b.
    case affine
    /// μ, v → μ, 1/√(v + ε).
    case deviation(epsilon: Double)
    /// γ, μ, v, dγ, dβ → c0, c1, c2, with `n` entries per channel.
    case inputGradient(epsilon: Double, entries: Int)
    /// γ, μ, v, γ̇, β̇, μ̇, v̇ → factors of ẋ and x, shift.
    case tangent(epsilon: Double)
    /// γ, μ, v, dγ, dβ, γ̇, μ̇, v̇, dγ̇, dβ̇ → factors of ġ, g, ẋ and x, shift, with `n` entries per channel.
    case inputGradientTangent(epsilon: Double, entries: Int)

    /// How many results it has.
    var count: Int {
      switch self {
      case .bias: 1
      case .normalisation, .affine, .deviation: 2
      case .inputGradient, .tangent: 3
      case .inputGradientTangent: 5
      }
    }
  }

  enum Entrywise {
    case add, subtract, multiply, relu, step, reluGradient
    case scale(Double)
    case copy
  }

  var values: [LoweredValue] = []
  var operations: [LoweredOperation] = []
  /// Outputs by name.
  var outputs: [(name: String, value: Int)] = []
  /// Rows of the batch for which the graph was built.
  var batch = 0
  /// The stage, itself empty, that parts what is computed once from what varying inputs change; `nil` without any.
  var gate: Int?

  mutating func define(_ shape: Shape, _ kind: ElementKind = .real, isBatched: Bool, _ layout: Layout) -> Int {
    values.append(LoweredValue(shape: shape, kind: kind, isBatched: isBatched, layout: layout))
    return values.count - 1
  }

  mutating func append(_ kernel: Kernel, _ operands: [Int], _ results: [Int]) {
    operations.append(LoweredOperation(kernel: kernel, operands: operands, results: results))
  }

  /// How often each value is used, outputs included.
  func useCounts() -> [Int] {
    var counts = [Int](repeating: 0, count: values.count)
    for operation in operations { for operand in operation.operands { counts[operand] += 1 } }
    for output in outputs { counts[output.value] += 1 }
    return counts
  }

  /// The operation that defines each value.
  func definitions() -> [Int?] {
    var result = [Int?](repeating: nil, count: values.count)
    for (index, operation) in operations.enumerated() { for value in operation.results { result[value] = index } }
    return result
  }
}

extension LoweredGraph {
  /// Whether a convolution is better run as the adjoint of the convolution by the flipped and transposed filters: for 16
  /// result channels oneDNN's adjoint kernel is 1.4 times as fast as its forward one (measured with 2.6 on AVX-512).
  func isFasterAsAdjoint(_ operation: LoweredOperation) -> Bool {
    guard case .convolution(let window, groups: 1) = operation.kernel else { return false }
    let (image, result) = (values[operation.operands[0]], values[operation.results[0]])
    return image.layout == .blocked && image.shape[1] >= 16 && result.shape[1] <= 16
      && window.stride == Window.Pair(1) && window.dilation == Window.Pair(1)
      && window.padBefore.vertical < window.size.vertical && window.padBefore.horizontal < window.size.horizontal
  }

  /// The window of a convolution, or of an adjoint of one in its images or filters, that Winograd's algorithm computes.
  ///
  /// That takes 3 × 3 taps with stride 1. Fewer than 16 channels on either side would be filled up with zeros, and a
  /// result of a single row or column would leave half of each tile unused.
  func winogradWindow(_ operation: LoweredOperation) -> Window? {
    let window: Window
    var result = values[operation.results[0]]
    switch operation.kernel {
    case .convolution(let given, groups: 1), .convolutionInputGradient(let given, groups: 1): window = given
    case .convolutionFilterGradient(let given, groups: 1):
      window = given
      result = values[operation.operands[1]]
    default: return nil
    }
    let image = values[operation.operands[0]]
    guard window.size == Window.Pair(3) && window.stride == Window.Pair(1) && window.dilation == Window.Pair(1),
      image.layout == .blocked && result.layout == .blocked,
      min(image.shape[1], result.shape[1]) >= 16 && min(result.shape[2], result.shape[3]) >= 2
    else { return nil }
    return window
  }
}

extension LoweredGraph.Kernel {
  /// Whether the kernel takes batched values and gives shared ones.
  var isSum: Bool {
    switch self {
    case .sumRows, .convolutionFilterGradient, .matrixProductSum, .moments, .normalisationSums, .channelSums: true
    case .maskedSums(_, _, let sums): sums != .none
    default: false
    }
  }
}
