import Foundation

/// One operand or result of a primitive in memory, row-major.
public struct PlainBuffer<Scalar> {
  /// Extents.
  public let shape: Shape
  /// The entries of a real tensor.
  public let reals: UnsafeMutablePointer<Scalar>?
  /// The entries of an index tensor.
  public let indices: UnsafeMutablePointer<Int32>?

  /// A real tensor.
  public init(_ shape: Shape, reals: UnsafeMutablePointer<Scalar>) {
    self.shape = shape
    self.reals = reals
    indices = nil
  }

  /// An index tensor.
  public init(_ shape: Shape, indices: UnsafeMutablePointer<Int32>) {
    self.shape = shape
    reals = nil
    self.indices = indices
  }

  var real: UnsafeMutablePointer<Scalar> {
    guard let reals else { preconditionFailure("a real tensor was expected") }
    return reals
  }

  var index: UnsafeMutablePointer<Int32> {
    guard let indices else { preconditionFailure("an index tensor was expected") }
    return indices
  }
}

/// Runs one primitive by plain loops in `Double`: the definition of what each primitive means.
public func runPrimitive(_ primitive: Primitive, _ x: [PlainBuffer<Double>], _ y: PlainBuffer<Double>) {
  x.withUnsafeBufferPointer { PlainLoops<Double>.run(primitive, $0, y) }
}

/// The same loops in `Float`, for engines that have nothing better for a primitive. Allocates nothing.
public func runPrimitive(
  _ primitive: Primitive, _ x: UnsafeBufferPointer<PlainBuffer<Float>>, _ y: PlainBuffer<Float>
) {
  PlainLoops<Float>.run(primitive, x, y)
}

/// Loops over row-major tensors, one short function for each primitive.
enum PlainLoops<T: PlainScalar> {
  typealias Buffer = PlainBuffer<T>

  static func run(_ primitive: Primitive, _ x: UnsafeBufferPointer<Buffer>, _ y: Buffer) {
    switch primitive {
    case .input: preconditionFailure("inputs are supplied, not computed")
    case .fill(let number): y.real.update(repeating: T(number), count: y.shape.count)
    case .add: map(x[0], x[1], y) { $0 + $1 }
    case .subtract: map(x[0], x[1], y) { $0 - $1 }
    case .multiply: map(x[0], x[1], y) { $0 * $1 }
    case .affine(let scale, let offset):
      let (a, b) = (T(scale), T(offset))
      map(x[0], y) { a * $0 + b }
    case .power(let exponent): power(x[0], y, exponent)
    case .exponential: map(x[0], y) { T(exp(Double($0))) }
    case .logarithm: map(x[0], y) { T(log(Double($0))) }
    case .hyperbolicTangent: map(x[0], y) { T(tanh(Double($0))) }
    case .logistic: map(x[0], y) { T(1 / (1 + exp(-Double($0)))) }
    case .step: map(x[0], y) { $0 > 0 ? 1 : 0 }
    case .stopGradient, .reshape: y.real.update(from: x[0].real, count: y.shape.count)
    case .matrixProduct(let first, let second): matrixProduct(x[0], x[1], y, first, second)
    case .convolution(let window, let groups): convolution(x[0], x[1], y, window, groups)
    case .convolutionInputGradient(let window, let groups, _, _):
      convolutionInputGradient(x[0], x[1], y, window, groups)
    case .convolutionFilterGradient(let window, let groups):
      convolutionFilterGradient(x[0], x[1], y, window, groups)
    case .windowSum(let window): windowSum(x[0], y, window, isAdjoint: false)
    case .windowSumAdjoint(let window, _, _): windowSum(y, x[0], window, isAdjoint: true)
    case .windowMaximumIndex(let window): windowMaximumIndex(x[0], y, window)
    case .gatherPlane: gatherPlane(x[0], x[1], y)
    case .scatterPlane: scatterPlane(x[0], x[1], y)
    case .slice(let start, _, let stride):
      let source = Steps(x[0].shape)
      copy(
        y.shape.extents, from: x[0].real + source.offset(of: start), source.scaled { stride[$0] }, to: y.real,
        Steps(y.shape))
    case .pad(let before, _, let between):
      y.real.update(repeating: 0, count: y.shape.count)
      let target = Steps(y.shape)
      copy(
        x[0].shape.extents, from: x[0].real, Steps(x[0].shape), to: y.real + target.offset(of: before),
        target.scaled { between[$0] + 1 })
    case .concatenate(let axis): concatenate(x, y, axis)
    case .reduceSum(let axes): reduce(x[0], y, axes, from: 0) { $0 + $1 }
    case .reduceMaximum(let axes): reduce(x[0], y, axes, from: -T.infinity) { $1 > $0 || $1.isNaN ? $1 : $0 }
    case .broadcast(let axes, _):
      copy(
        y.shape.extents, from: x[0].real, Steps(x[0].shape, standingStillAlong: axes, of: y.shape.rank),
        to: y.real, Steps(y.shape))
    case .transpose(let permutation):
      copy(
        y.shape.extents, from: x[0].real, Steps(x[0].shape, permutedBy: permutation), to: y.real, Steps(y.shape))
    case .argumentMaximum: argumentMaximum(x[0], y)
    case .indicesEqual:
      for i in 0..<y.shape.count { y.real[i] = x[0].index[i] == x[1].index[i] ? 1 : 0 }
    case .oneHot(let count):
      y.real.update(repeating: 0, count: y.shape.count)
      for i in 0..<x[0].shape.count {
        let label = Int(x[0].index[i])
        if label >= 0 && label < count { y.real[i * count + label] = 1 }
      }
    }
  }

  // MARK: Entry by entry

  @inline(__always)
  static func map(_ x: Buffer, _ y: Buffer, _ f: (T) -> T) {
    let (source, target) = (x.real, y.real)
    for i in 0..<y.shape.count { target[i] = f(source[i]) }
  }

  @inline(__always)
  static func map(_ a: Buffer, _ b: Buffer, _ y: Buffer, _ f: (T, T) -> T) {
    let (first, second, target) = (a.real, b.real, y.real)
    for i in 0..<y.shape.count { target[i] = f(first[i], second[i]) }
  }

  static func power(_ x: Buffer, _ y: Buffer, _ exponent: Double) {
    switch exponent {
    case 2: map(x, y) { $0 * $0 }
    case -1: map(x, y) { 1 / $0 }
    case 0.5: map(x, y) { $0.squareRoot() }
    case -0.5: map(x, y) { 1 / $0.squareRoot() }
    default: map(x, y) { T(pow(Double($0), exponent)) }
    }
  }

  // MARK: Along axes

  /// Copies a block of `extents` between two strided places.
  static func copy(
    _ extents: [Int], from source: UnsafePointer<T>, _ sourceStrides: Steps, to target: UnsafeMutablePointer<T>,
    _ targetStrides: Steps
  ) {
    guard let inner = extents.last else {
      target[0] = source[0]
      return
    }
    let (innerSource, innerTarget) = (sourceStrides[extents.count - 1], targetStrides[extents.count - 1])
    forEachRow(extents, sourceStrides, targetStrides) { from, to in
      for i in 0..<inner { target[to + i * innerTarget] = source[from + i * innerSource] }
    }
  }

  /// Folds `x` over `axes` into `y`.
  @inline(__always)
  static func reduce(_ x: Buffer, _ y: Buffer, _ axes: [Int], from start: T, _ combine: (T, T) -> T) {
    y.real.update(repeating: start, count: y.shape.count)
    guard let inner = x.shape.extents.last else {
      y.real[0] = combine(start, x.real[0])
      return
    }
    let targetStrides = Steps(y.shape, standingStillAlong: axes, of: x.shape.rank)
    let innerTarget = targetStrides[x.shape.rank - 1]
    let (source, target) = (x.real, y.real)
    forEachRow(x.shape.extents, Steps(x.shape), targetStrides) { from, to in
      if innerTarget == 0 {
        var total = target[to]
        for i in 0..<inner { total = combine(total, source[from + i]) }
        target[to] = total
      } else {
        for i in 0..<inner {
          target[to + i * innerTarget] = combine(target[to + i * innerTarget], source[from + i])
        }
      }
    }
  }

  /// Visits the start of every row (all axes but the last) in two strided tensors at once.
  @inline(__always)
  static func forEachRow(_ extents: [Int], _ first: Steps, _ second: Steps, _ body: (Int, Int) -> Void) {
    let outer = extents.count - 1
    var position = Steps()
    var (a, b) = (0, 0)
    while true {
      body(a, b)
      var axis = outer - 1
      while axis >= 0 {
        position[axis] += 1
        a += first[axis]
        b += second[axis]
        if position[axis] < extents[axis] { break }
        a -= first[axis] * extents[axis]
        b -= second[axis] * extents[axis]
        position[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }

  static func concatenate(_ x: UnsafeBufferPointer<Buffer>, _ y: Buffer, _ axis: Int) {
    var position = 0
    for part in x {
      copy(
        part.shape.extents, from: part.real, Steps(part.shape), to: y.real + position * y.shape.strides[axis],
        Steps(y.shape))
      position += part.shape[axis]
    }
  }

  static func argumentMaximum(_ x: Buffer, _ y: Buffer) {
    let width = x.shape[x.shape.rank - 1]
    for row in 0..<y.shape.count {
      let entries = x.real + row * width
      var best = 0
      for i in 1..<max(width, 1) where entries[i] > entries[best] { best = i }
      y.index[row] = Int32(best)
    }
  }

  static func matrixProduct(_ a: Buffer, _ b: Buffer, _ y: Buffer, _ transposeA: Bool, _ transposeB: Bool) {
    let (rows, columns) = (y.shape[0], y.shape[1])
    let inner = transposeA ? a.shape[0] : a.shape[1]
    let (aRow, aInner) = transposeA ? (1, a.shape[1]) : (a.shape[1], 1)
    let (bInner, bColumn) = transposeB ? (1, b.shape[1]) : (b.shape[1], 1)
    let (x, w, out) = (a.real, b.real, y.real)
    out.update(repeating: 0, count: rows * columns)
    for row in 0..<rows {
      for k in 0..<inner {
        let factor = x[row * aRow + k * aInner]
        for column in 0..<columns {
          out[row * columns + column] += factor * w[k * bInner + column * bColumn]
        }
      }
    }
  }
}
