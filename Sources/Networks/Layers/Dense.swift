public import ThalwegGraphs
import ThalwegSurfaces

/// All axes but the batch become one, the last fastest.
public struct Flatten: Layer {
  /// A flattening.
  public init() {}

  /// Appends the change of shape; nothing where there is only one axis.
  public func apply(to x: Value, in builder: inout NetworkBuilder) throws(NetworkError) -> Value {
    let shape = builder.graph.shape(of: x)
    return builder.graph.reshape(x, to: [shape[0], shape.count / shape[0]])
  }
}

/// A dense layer: every unit sees all features. `x Wᵀ + b`.
public struct Dense: Layer {
  /// Name of the module: `NAME.weight` `[units, features]` and `NAME.bias`.
  public let name: String
  /// Number of units.
  public let units: Int
  /// Whether each unit has an additive term.
  public let includesBias: Bool
  /// How weights begin; `nil` for uniform between ±1/√features, bias too. With another choice biases begin as 0.
  public let weights: Initialiser?

  /// A dense layer.
  public init(_ name: String, units: Int, bias: Bool = true, weights: Initialiser? = nil) {
    self.name = name
    self.units = units
    includesBias = bias
    self.weights = weights
  }

  /// Appends the product, and the bias.
  public func apply(to x: Value, in builder: inout NetworkBuilder) throws(NetworkError) -> Value {
    let full = builder.fullName(name)
    let shape = builder.shape(of: x)
    guard shape.count == 1 else {
      throw NetworkError.unsuitableInput(layer: full, expected: "features; flatten first", found: shape)
    }
    guard units > 0 else { throw NetworkError.notPositive(what: "the width of \(full)", value: units) }
    let uniform = Initialiser.uniform(inputs: shape[0])
    let matrix = try builder.parameter(
      "\(name).weight", [units, shape[0]], role: .denseWeight, initialiser: weights ?? uniform)
    var result = builder.graph.matrixProduct(x, matrix, transposeSecond: true)
    if includesBias {
      let bias = try builder.parameter(
        "\(name).bias", [units], role: .bias, initialiser: weights == nil ? uniform : .constant(0))
      result = builder.graph.addBias(result, bias)
    }
    builder.noteUnitwiseLinear(result, inLastEntries: includesBias ? 2 : 1)
    return result
  }
}
