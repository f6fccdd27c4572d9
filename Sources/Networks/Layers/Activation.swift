public import ThalwegGraphs

/// A function applied to every entry.
public enum Activation: String, Layer, CaseIterable {
  /// `max(x, 0)`.
  case relu
  /// The hyperbolic tangent.
  case tanh
  /// `1 / (1 + e⁻ˣ)`.
  case logistic

  /// Appends the function.
  public func apply(to x: Value, in builder: inout NetworkBuilder) throws(NetworkError) -> Value {
    switch self {
    case .relu: builder.graph.relu(x)
    case .tanh: builder.graph.append(.hyperbolicTangent, x)
    case .logistic: builder.graph.append(.logistic, x)
    }
  }
}
