public import ThalwegRandomness

/// How a tensor's numbers are chosen at the start of training.
public enum Initialiser: Hashable, Sendable {
  /// All the same.
  case constant(Double)
  /// Normal with mean 0.
  case normal(deviation: Double)
  /// Uniform between `−bound` and `bound`.
  case uniform(bound: Double)

  /// Normal with variance `2 / (k² · units)` for `units` filters of `kernel × kernel` taps.
  ///
  /// Source: He, Zhang, Ren, Sun (2015), Delving deep into rectifiers, ICCV; the form that counts outgoing connections.
  public static func heNormal(kernel: Int, units: Int) -> Initialiser {
    .normal(deviation: (2 / (Double(kernel) * Double(kernel) * Double(units))).squareRoot())
  }

  /// Uniform between ±1/√`inputs`, for weights and biases of a dense layer.
  public static func uniform(inputs: Int) -> Initialiser { .uniform(bound: 1 / Double(inputs).squareRoot()) }

  /// `count` numbers, rounded to single precision.
  public func numbers(count: Int, from stream: RandomStream) -> [Float] {
    var stream = stream
    var numbers = [Float](repeating: 0, count: count)
    switch self {
    case .constant(let value):
      for i in numbers.indices { numbers[i] = Float(value) }
    case .normal(let deviation):
      for i in numbers.indices { numbers[i] = Float(deviation * stream.normal()) }
    case .uniform(let bound):
      for i in numbers.indices { numbers[i] = Float(stream.uniform(in: -bound...bound)) }
    }
    return numbers
  }
}
