extension Primitive {
  /// Type of the result for operands of the given types. Traps when the operands don't fit, and says why.
  func resultType(_ operands: [ValueType]) -> ValueType {
    func real(_ index: Int) -> Shape {
      precondition(index < operands.count, "\(self) lacks operand \(index)")
      precondition(operands[index].kind == .real, "operand \(index) of \(self) must be real")
      return operands[index].shape
    }
    func index(_ position: Int) -> Shape {
      precondition(operands[position].kind == .index, "operand \(position) of \(self) must hold indices")
      return operands[position].shape
    }
    func windows(_ window: Window, on shape: Shape) -> Window.Pair {
      precondition(shape.rank == 4, "\(self) needs images, found \(shape)")
      guard let pair = window.outputExtents(height: shape[2], width: shape[3]) else {
        preconditionFailure("window \(window.size) does not fit into \(shape)")
      }
      return pair
    }

    switch self {
    case .input, .fill:
      preconditionFailure("\(self) has no operands to derive its type from")
    case .add, .subtract, .multiply:
      precondition(real(0) == real(1), "\(self) of \(real(0)) and \(real(1))")
      return ValueType(real(0))
    case .affine, .power, .exponential, .logarithm, .hyperbolicTangent, .logistic, .step, .stopGradient:
      return ValueType(real(0))
    case .matrixProduct(let transposeFirst, let transposeSecond):
      let (a, b) = (real(0), real(1))
      precondition(a.rank == 2 && b.rank == 2, "\(self) of \(a) and \(b)")
      let (rows, inner) = transposeFirst ? (a[1], a[0]) : (a[0], a[1])
      let (innerB, columns) = transposeSecond ? (b[1], b[0]) : (b[0], b[1])
      precondition(inner == innerB, "\(self) of \(a) and \(b)")
      return ValueType([rows, columns])
    case .convolution(let window, let groups):
      let (x, w) = (real(0), real(1))
      let out = windows(window, on: x)
      precondition(
        w.rank == 4 && x[1] == w[1] * groups && w[0] % groups == 0
          && w[2] == window.size.vertical && w[3] == window.size.horizontal,
        "filters \(w) don't fit images \(x) in \(groups) groups")
      return ValueType([x[0], w[0], out.vertical, out.horizontal])
    case .convolutionInputGradient(let window, let groups, let height, let width):
      let (y, w) = (real(0), real(1))
      let shape: Shape = [y[0], w[1] * groups, height, width]
      precondition(windows(window, on: shape) == Window.Pair(y[2], y[3]) && y[1] == w[0], "\(self) of \(y) and \(w)")
      return ValueType(shape)
    case .convolutionFilterGradient(let window, let groups):
      let (x, y) = (real(0), real(1))
      precondition(windows(window, on: x) == Window.Pair(y[2], y[3]) && x[0] == y[0], "\(self) of \(x) and \(y)")
      return ValueType([y[1], x[1] / groups, window.size.vertical, window.size.horizontal])
    case .windowSum(let window):
      let out = windows(window, on: real(0))
      return ValueType([real(0)[0], real(0)[1], out.vertical, out.horizontal])
    case .windowSumAdjoint(let window, let height, let width):
      let shape: Shape = [real(0)[0], real(0)[1], height, width]
      precondition(windows(window, on: shape) == Window.Pair(real(0)[2], real(0)[3]), "\(self) of \(real(0))")
      return ValueType(shape)
    case .windowMaximumIndex(let window):
      let out = windows(window, on: real(0))
      return ValueType([real(0)[0], real(0)[1], out.vertical, out.horizontal], .index)
    case .gatherPlane:
      precondition(real(0).rank == 4 && index(1).rank == 4, "\(self) of \(real(0)) and \(index(1))")
      return ValueType(index(1))
    case .scatterPlane(let height, let width):
      precondition(real(0) == index(1), "\(self) of \(real(0)) and \(index(1))")
      return ValueType([real(0)[0], real(0)[1], height, width])
    case .slice(let start, let limit, let stride):
      let x = real(0)
      precondition(start.count == x.rank && limit.count == x.rank && stride.count == x.rank, "\(self) of \(x)")
      return ValueType(
        Shape(
          (0..<x.rank).map { axis in
            precondition(
              start[axis] >= 0 && limit[axis] <= x[axis] && start[axis] < limit[axis] && stride[axis] > 0,
              "\(self) of \(x)")
            return (limit[axis] - start[axis] + stride[axis] - 1) / stride[axis]
          }))
    case .pad(let before, let after, let between):
      let x = real(0)
      precondition(before.count == x.rank && after.count == x.rank && between.count == x.rank, "\(self) of \(x)")
      return ValueType(
        Shape((0..<x.rank).map { before[$0] + after[$0] + x[$0] + (x[$0] - 1) * between[$0] }))
    case .concatenate(let axis):
      let shapes = operands.indices.map { real($0) }
      precondition(
        !shapes.isEmpty && shapes.allSatisfy { $0.removing(axes: [axis]) == shapes[0].removing(axes: [axis]) })
      var extents = shapes[0].extents
      extents[axis] = shapes.reduce(0) { $0 + $1[axis] }
      return ValueType(Shape(extents))
    case .reduceSum(let axes), .reduceMaximum(let axes):
      precondition(axes.allSatisfy { $0 >= 0 && $0 < real(0).rank }, "\(self) of \(real(0))")
      return ValueType(real(0).removing(axes: axes))
    case .broadcast(let axes, let extents):
      precondition(axes.count == extents.count && axes == axes.sorted(), "\(self)")
      var result = real(0).extents
      for (axis, extent) in zip(axes, extents) { result.insert(extent, at: axis) }
      return ValueType(Shape(result))
    case .reshape(let extents):
      precondition(Shape(extents).count == real(0).count, "\(self) of \(real(0))")
      return ValueType(Shape(extents))
    case .transpose(let permutation):
      precondition(permutation.sorted() == Array(0..<real(0).rank), "\(self) of \(real(0))")
      return ValueType(Shape(permutation.map { real(0)[$0] }))
    case .argumentMaximum:
      precondition(real(0).rank > 0, "\(self) of a scalar")
      return ValueType(Shape(Array(real(0).extents.dropLast())), .index)
    case .indicesEqual:
      precondition(index(0) == index(1), "\(self) of \(index(0)) and \(index(1))")
      return ValueType(index(0))
    case .oneHot(let count):
      return ValueType(Shape(index(0).extents + [count]))
    }
  }
}
