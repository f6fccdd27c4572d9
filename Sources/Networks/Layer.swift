public import ThalwegGraphs

/// One row of a network's table: a layer, or a group of layers.
///
/// A layer is written once and serves twice: when a ``Network`` is made, its layers are applied to a scratch graph,
/// which checks the shapes and collects the state; when a graph is built, the same code appends the nodes. A new kind of
/// layer is a new type that conforms to this protocol.
public protocol Layer: Sendable {
  /// Appends the layer to the builder's graph.
  ///
  /// - Parameters:
  ///   - x: The operand, `[batch, channels, height, width]` or `[batch, features]`.
  ///   - builder: The graph under construction; gives tensors of the state by name.
  /// - Returns: The result.
  /// - Throws: ``NetworkError`` where the operand's shape does not suit the layer. Check before appending: the graph
  ///   itself traps on shapes that don't fit.
  func apply(to x: Value, in builder: inout NetworkBuilder) throws(NetworkError) -> Value
}

/// Layers one after another, optionally below a name: the state of `Module("layer1", …)` is called `layer1.…`.
public struct Module: Layer {
  /// The name, `nil` for a mere sequence. May contain dots.
  public let name: String?
  /// The layers in order.
  public let layers: [any Layer]

  /// A sequence of layers without a name of its own.
  public init(_ layers: [any Layer]) {
    name = nil
    self.layers = layers
  }

  /// A named sequence of layers.
  public init(_ name: String, _ layers: [any Layer]) {
    self.name = name
    self.layers = layers
  }

  /// Applies the layers in order.
  public func apply(to x: Value, in builder: inout NetworkBuilder) throws(NetworkError) -> Value {
    if let name { builder.enter(name) }
    var value = x
    for layer in layers { value = try layer.apply(to: value, in: &builder) }
    if name != nil { builder.leave() }
    return value
  }
}
