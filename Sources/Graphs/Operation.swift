/// Where a sliding window lies on the two last axes of a `[batch, channels, height, width]` tensor.
public struct Window: Hashable, Sendable {
  /// Height and width of the window.
  public var size: Pair
  /// Step between neighbouring windows.
  public var stride: Pair
  /// Zeros before the first row and column.
  public var padBefore: Pair
  /// Zeros after the last row and column. Windows that overhang more than this are not evaluated.
  public var padAfter: Pair
  /// Distance between neighbouring taps; 1 for an ordinary window.
  public var dilation: Pair

  /// A vertical and a horizontal number.
  public struct Pair: Hashable, Sendable {
    /// Along the height.
    public var vertical: Int
    /// Along the width.
    public var horizontal: Int
    /// A pair of different numbers.
    public init(_ vertical: Int, _ horizontal: Int) {
      self.vertical = vertical
      self.horizontal = horizontal
    }
    /// The same number twice.
    public init(_ both: Int) { self.init(both, both) }
  }

  /// A square window.
  public init(size: Int, stride: Int = 1, padding: Int = 0, padAfter: Int? = nil, dilation: Int = 1) {
    self.size = Pair(size)
    self.stride = Pair(stride)
    self.padBefore = Pair(padding)
    self.padAfter = Pair(padAfter ?? padding)
    self.dilation = Pair(dilation)
  }

  /// Height and width of the grid of windows on a `height × width` plane; `nil` if no window fits.
  public func outputExtents(height: Int, width: Int) -> Pair? {
    func extent(_ n: Int, _ k: Int, _ s: Int, _ before: Int, _ after: Int, _ d: Int) -> Int {
      let room = n + before + after - ((k - 1) * d + 1)
      return room < 0 ? 0 : room / s + 1
    }
    let pair = Pair(
      extent(height, size.vertical, stride.vertical, padBefore.vertical, padAfter.vertical, dilation.vertical),
      extent(
        width, size.horizontal, stride.horizontal, padBefore.horizontal, padAfter.horizontal,
        dilation.horizontal))
    return pair.vertical > 0 && pair.horizontal > 0 ? pair : nil
  }
}

/// A primitive operation. Every one has exactly one result, and derivatives of all of them are again graphs of
/// primitives, so that a graph can be differentiated any number of times.
///
/// Notation: `x`, `y` are operands in order; tensors of images are `[batch, channels, height, width]`.
public enum Primitive: Hashable, Sendable {
  /// A value supplied from outside.
  case input
  /// A tensor filled with one number.
  case fill(Double)

  /// `x + y`, equal shapes.
  case add
  /// `x − y`, equal shapes.
  case subtract
  /// `x · y` entry by entry, equal shapes.
  case multiply
  /// `scale · x + offset`.
  case affine(scale: Double, offset: Double)
  /// `x^p` entry by entry; covers the square, root, reciprocal and reciprocal root.
  case power(Double)
  /// `eˣ`.
  case exponential
  /// `ln x`.
  case logarithm
  /// `tanh x`.
  case hyperbolicTangent
  /// `1 / (1 + e⁻ˣ)`.
  case logistic
  /// 1 where `x > 0`, else 0. Its derivative is zero everywhere.
  case step

  /// Matrix product of two rank-2 tensors, each optionally transposed.
  case matrixProduct(transposeFirst: Bool, transposeSecond: Bool)
  /// Cross-correlation of `x` `[n, c, h, w]` with filters `[o, c / groups, kh, kw]`: `[n, o, h′, w′]`.
  case convolution(Window, groups: Int)
  /// Adjoint of ``convolution(_:groups:)`` in the images: from `[n, o, h′, w′]` and filters to `[n, c, h, w]`.
  case convolutionInputGradient(Window, groups: Int, height: Int, width: Int)
  /// Adjoint of ``convolution(_:groups:)`` in the filters: from `[n, c, h, w]` and `[n, o, h′, w′]` to filters.
  case convolutionFilterGradient(Window, groups: Int)
  /// Sum over each window, zeros outside.
  case windowSum(Window)
  /// Adjoint of ``windowSum(_:)``.
  case windowSumAdjoint(Window, height: Int, width: Int)
  /// Position `row · width + column` of the largest entry in each window (the first of equals): an index tensor.
  case windowMaximumIndex(Window)
  /// Entries of the planes of `x` `[n, c, h, w]` at the positions `y` `[n, c, h′, w′]`.
  case gatherPlane
  /// Adjoint of ``gatherPlane``: adds `x` `[n, c, h′, w′]` into zero planes at the positions `y`.
  case scatterPlane(height: Int, width: Int)

  /// Every `stride`-th entry of `start ..< limit` along each axis.
  case slice(start: [Int], limit: [Int], stride: [Int])
  /// Adjoint of ``slice(start:limit:stride:)``: zeros before, after and between the entries of each axis.
  case pad(before: [Int], after: [Int], between: [Int])
  /// The operands one after another along `axis`.
  case concatenate(axis: Int)
  /// Sum over `axes`, which disappear. Adjoint of ``broadcast(axes:extents:)``.
  case reduceSum(axes: [Int])
  /// Copies along new axes, given as positions in the result, increasing.
  case broadcast(axes: [Int], extents: [Int])
  /// The same elements in another shape.
  case reshape([Int])
  /// Axis `i` of the result is axis `permutation[i]` of the operand.
  case transpose([Int])

  /// Largest entry over `axes`, which disappear. Has no derivative: use it below ``stopGradient`` only.
  case reduceMaximum(axes: [Int])
  /// The operand, held constant by differentiation.
  case stopGradient
  /// Index of the largest entry along the last axis (the first of equals): an index tensor.
  case argumentMaximum
  /// 1 where two index tensors agree, else 0.
  case indicesEqual
  /// From an index tensor, a new last axis of `count` entries, 1 at the index and 0 elsewhere.
  case oneHot(count: Int)
}

/// What a node does: a primitive, or a named subgraph of primitives that an engine may run as one kernel.
public enum Operation: Hashable, Sendable {
  /// One primitive operation.
  case primitive(Primitive)
  /// A named subgraph.
  case named(NamedSubgraph)
}
