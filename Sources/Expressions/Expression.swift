/// A formula given as text, compiled to a flat list of operations and differentiated exactly.
///
/// A text holds numbers, the variables, `+ - * / ^`, brackets, the constants `pi` and `e`, and the functions
/// `exp`, `expm1`, `ln`, `log1p`, `sqrt`, `arctan`, `tanh`, `sin`, `cos`, `abs`, `min` and `max`. No other
/// names are known, so a text from anywhere can do nothing but arithmetic. `^` binds closer than a sign and
/// to the right: `-x^2` is `-(x^2)`, `2^3^2` is `2^9`.
///
/// ```swift
/// let expression = try Expression("0.5*p1^2 + sin(p2)", variables: ["p1", "p2"])
/// expression.value(at: [1, 0])  // 0.5
/// expression.derivatives(at: [1, 0])  // value 0.5, gradient [1, 1]
/// expression.hessian(at: [1, 0])  // [[1, 0], [0, 0]]
/// ```
///
/// Derivatives come from the chain rule through the operations, not from differences, so they are exact up to
/// rounding. Where a formula has a kink, `abs` has slope 0 and `min` and `max` follow their first argument.
/// Outside a function's domain results are NaN or infinite; nothing traps.
public struct Expression: Sendable, Equatable, CustomStringConvertible {
  /// The text.
  public let text: String
  /// The variables, in the order of the coordinates.
  public let variables: [String]
  let operations: [Operation]

  /// Reads `text` as a formula in `variables`.
  ///
  /// - Throws: ``ExpressionError``, whose description is one line with the column of the fault.
  public init(_ text: String, variables: [String]) throws(ExpressionError) {
    var parser = try ExpressionParser(text, variables: variables)
    operations = try parser.parse()
    self.text = text
    self.variables = variables
  }

  /// The number that `text` states without variables, such as `18/pi`.
  ///
  /// - Throws: ``ExpressionError``.
  public static func constant(_ text: String) throws(ExpressionError) -> Double {
    try Expression(text, variables: []).value(at: [])
  }

  /// The text.
  public var description: String { text }

  /// The value at `point`, which has one number for each variable.
  ///
  /// - Complexity: One pass over the operations.
  public func value(at point: [Double]) -> Double {
    check(point)
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: operations.count) { values in
      compute(values, at: point)
      return values[operations.count - 1]
    }
  }

  /// Writes the result of each operation.
  @inline(__always)
  func compute(_ values: UnsafeMutableBufferPointer<Double>, at point: [Double]) {
    for place in operations.indices {
      let operation = operations[place]
      switch operation.kind {
      case .constant: values[place] = operation.constant
      case .variable: values[place] = point[Int(operation.first)]
      default: values[place] = operation.apply(values[Int(operation.first)], values[Int(operation.second)])
      }
    }
  }

  func check(_ point: [Double]) {
    precondition(point.count == variables.count, "\(point.count) numbers for the variables \(variables)")
  }
}
