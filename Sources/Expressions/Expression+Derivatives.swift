extension Expression {
  /// The value and the gradient at `point`.
  ///
  /// - Complexity: One pass forwards and one back, whatever the number of variables.
  public func derivatives(at point: [Double]) -> (value: Double, gradient: [Double]) {
    var gradient = [Double](repeating: 0, count: variables.count)
    let value = gradient.withUnsafeMutableBufferPointer { addGradient(at: point, to: $0) }
    return (value, gradient)
  }

  /// The value and the slope of a formula in one variable at `x`. Allocates nothing for short formulas.
  public func slope(at x: Double) -> (value: Double, slope: Double) {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 1) { gradient in
      gradient[0] = 0
      return (addGradient(at: [x], to: gradient), gradient[0])
    }
  }

  /// The rows of the matrix of second derivatives at `point`. The matrix is symmetric up to rounding.
  ///
  /// - Complexity: Two passes forwards and two back for each variable.
  public func hessian(at point: [Double]) -> [[Double]] {
    check(point)
    return variables.indices.map { secondDerivatives(at: point, along: $0) }
  }

  /// Adds the gradient to `gradient` and returns the value.
  private func addGradient(at point: [Double], to gradient: UnsafeMutableBufferPointer<Double>) -> Double {
    check(point)
    let count = operations.count
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * count) { scratch in
      let values = UnsafeMutableBufferPointer(rebasing: scratch[..<count])
      let weights = UnsafeMutableBufferPointer(rebasing: scratch[count...])
      compute(values, at: point)
      weights.initialize(repeating: 0)
      weights[count - 1] = 1
      for place in operations.indices.reversed() {
        let weight = weights[place]
        // Besides saving time this keeps 0 · ∞ out of branches that don't matter.
        guard weight != 0 else { continue }
        let operation = operations[place]
        let (first, second) = (Int(operation.first), Int(operation.second))
        switch operation.kind {
        case .constant: break
        case .variable: gradient[first] += weight
        default:
          let slopes = operation.slopes(values[first], values[second], value: values[place])
          if operation.kind.operandCount == 2 { weights[second] += weight * slopes.y }
          weights[first] += weight * slopes.x
        }
      }
      return values[count - 1]
    }
  }

  /// The derivative of the gradient along one variable: the tangent of the backward pass.
  private func secondDerivatives(at point: [Double], along variable: Int) -> [Double] {
    var result = [Double](repeating: 0, count: variables.count)
    let count = operations.count
    var values = [Double](repeating: 0, count: count)
    values.withUnsafeMutableBufferPointer { compute($0, at: point) }
    var tangents = [Double](repeating: 0, count: count)
    for place in operations.indices {
      let operation = operations[place]
      let (first, second) = (Int(operation.first), Int(operation.second))
      switch operation.kind {
      case .constant: break
      case .variable: tangents[place] = first == variable ? 1 : 0
      default:
        let slopes = operation.slopes(values[first], values[second], value: values[place])
        var tangent = tangents[first] == 0 ? 0 : slopes.x * tangents[first]
        if operation.kind.operandCount == 2, tangents[second] != 0 { tangent += slopes.y * tangents[second] }
        tangents[place] = tangent
      }
    }
    var weights = [Double](repeating: 0, count: count)
    var changes = weights  // Derivatives of the weights.
    weights[count - 1] = 1
    for place in operations.indices.reversed() where weights[place] != 0 || changes[place] != 0 {
      let operation = operations[place]
      let (first, second) = (Int(operation.first), Int(operation.second))
      let (weight, change) = (weights[place], changes[place])
      switch operation.kind {
      case .constant: break
      case .variable: result[first] += change
      default:
        let (x, y, value) = (values[first], values[second], values[place])
        let slopes = operation.slopes(x, y, value: value)
        let curvatures = operation.curvatures(x, y, value: value)
        let isBinary = operation.kind.operandCount == 2
        let (dx, dy) = (tangents[first], isBinary ? tangents[second] : 0)
        if isBinary {
          weights[second] += weight * slopes.y
          changes[second] += product(change, slopes.y)
          changes[second] += weight * (product(dx, curvatures.xy) + product(dy, curvatures.yy))
        }
        weights[first] += weight * slopes.x
        changes[first] += product(change, slopes.x)
        changes[first] += weight * (product(dx, curvatures.xx) + product(dy, curvatures.xy))
      }
    }
    return result
  }

  /// `x y`, zero where `x` is, so that what doesn't matter may be infinite.
  private func product(_ x: Double, _ y: Double) -> Double { x == 0 ? 0 : x * y }
}
