import Foundation

/// What one operation of a formula does.
enum OperationKind: UInt8, Sendable {
  case constant, variable
  case add, subtract, multiply, divide, power, minimum, maximum
  case constantPower, negate, exponential, exponentialLessOne, logarithm, logarithmOfOnePlus, squareRoot
  case arctangent, hyperbolicTangent, sine, cosine, absolute

  /// How many earlier results it reads.
  var operandCount: Int {
    switch self {
    case .constant, .variable: 0
    case .add, .subtract, .multiply, .divide, .power, .minimum, .maximum: 2
    default: 1
    }
  }

  /// The functions of one argument by name.
  static let functions: [String: OperationKind] = [
    "exp": .exponential, "expm1": .exponentialLessOne, "ln": .logarithm, "log1p": .logarithmOfOnePlus,
    "sqrt": .squareRoot, "arctan": .arctangent, "tanh": .hyperbolicTangent, "sin": .sine, "cos": .cosine,
    "abs": .absolute,
  ]

  /// The functions of two or more arguments by name.
  static let folds: [String: OperationKind] = ["min": .minimum, "max": .maximum]
}

/// One operation of a flat list. It reads results at earlier places of the list.
struct Operation: Sendable, Hashable {
  var kind: OperationKind
  /// Place of the first operand; for a variable, its number.
  var first: Int32 = 0
  /// Place of the second operand.
  var second: Int32 = 0
  /// The value of a constant, or the exponent of a constant power.
  var constant: Double = 0

  /// The result from the operands `x` and `y`.
  @inline(__always)
  func apply(_ x: Double, _ y: Double) -> Double {
    switch kind {
    case .constant: constant
    case .variable: x
    case .add: x + y
    case .subtract: x - y
    case .multiply: x * y
    case .divide: x / y
    case .power: pow(x, y)
    case .minimum: x <= y || x.isNaN ? x : y
    case .maximum: x >= y || x.isNaN ? x : y
    case .constantPower: Self.power(x, constant)
    case .negate: -x
    case .exponential: exp(x)
    case .exponentialLessOne: expm1(x)
    case .logarithm: log(x)
    case .logarithmOfOnePlus: log1p(x)
    case .squareRoot: x.squareRoot()
    case .arctangent: atan(x)
    case .hyperbolicTangent: tanh(x)
    case .sine: sin(x)
    case .cosine: cos(x)
    case .absolute: abs(x)
    }
  }

  /// The derivatives by the operands. `value` is the result.
  @inline(__always)
  func slopes(_ x: Double, _ y: Double, value: Double) -> (x: Double, y: Double) {
    switch kind {
    case .constant, .variable: (0, 0)
    case .add: (1, 1)
    case .subtract: (1, -1)
    case .multiply: (y, x)
    case .divide: (1 / y, -value / y)
    case .power: (y == 0 ? 0 : y * pow(x, y - 1), value == 0 ? 0 : value * log(x))
    case .minimum: x <= y ? (1, 0) : (0, 1)
    case .maximum: x >= y ? (1, 0) : (0, 1)
    case .constantPower: (constant == 0 ? 0 : constant * Self.power(x, constant - 1), 0)
    case .negate: (-1, 0)
    case .exponential: (value, 0)
    case .exponentialLessOne: (value + 1, 0)
    case .logarithm: (1 / x, 0)
    case .logarithmOfOnePlus: (1 / (1 + x), 0)
    case .squareRoot: (0.5 / value, 0)
    case .arctangent: (1 / (1 + x * x), 0)
    case .hyperbolicTangent: ((1 - value) * (1 + value), 0)
    case .sine: (cos(x), 0)
    case .cosine: (-sin(x), 0)
    case .absolute: (x > 0 ? 1 : x < 0 ? -1 : 0, 0)
    }
  }

  /// The second derivatives by the operands: twice the first, mixed, twice the second.
  func curvatures(_ x: Double, _ y: Double, value: Double) -> (xx: Double, xy: Double, yy: Double) {
    switch kind {
    case .multiply: return (0, 1, 0)
    case .divide: return (0, -1 / (y * y), 2 * value / (y * y))
    case .power:
      let logarithm = log(x)
      return (
        y == 0 || y == 1 ? 0 : y * (y - 1) * pow(x, y - 2),
        value == 0 ? 0 : pow(x, y - 1) * (1 + y * logarithm), value == 0 ? 0 : value * logarithm * logarithm
      )
    case .constantPower:
      let factor = constant * (constant - 1)
      return (factor == 0 ? 0 : factor * Self.power(x, constant - 2), 0, 0)
    case .exponential: return (value, 0, 0)
    case .exponentialLessOne: return (value + 1, 0, 0)
    case .logarithm: return (-1 / (x * x), 0, 0)
    case .logarithmOfOnePlus: return (-1 / ((1 + x) * (1 + x)), 0, 0)
    case .squareRoot: return (-0.25 / (value * x), 0, 0)
    case .arctangent:
      let q = 1 + x * x
      return (-2 * x / q / q, 0, 0)
    case .hyperbolicTangent: return (-2 * value * (1 - value) * (1 + value), 0, 0)
    case .sine, .cosine: return (-value, 0, 0)
    default: return (0, 0, 0)
    }
  }

  /// `x` to a constant exponent; small whole exponents don't go through the general routine.
  @inline(__always)
  private static func power(_ x: Double, _ exponent: Double) -> Double {
    if exponent == 2 { return x * x }
    if exponent == 1 { return x }
    if exponent == 0 { return 1 }
    if exponent == 3 { return x * x * x }
    return pow(x, exponent)
  }
}
