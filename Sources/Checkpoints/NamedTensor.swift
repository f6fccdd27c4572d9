/// A tensor of a checkpoint.
public struct NamedTensor: Equatable, Sendable {
  /// Its name, for example `layer1.0.conv1.weight`.
  public let name: String
  /// Its extents, outermost first. Empty for a single number.
  public let shape: [Int]
  /// Its values in row-major order, as many as the product of ``shape``.
  public let values: TensorValues
  /// The element type in the file: differs from that of ``values`` where 16-bit floats were widened.
  public let storedType: ElementType

  /// A tensor. The number of values must be the product of the extents.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - shape: Its extents, each at least 0.
  ///   - values: Its values in row-major order.
  ///   - storedType: The element type of the file it came from; that of `values` if omitted.
  public init(name: String, shape: [Int], values: TensorValues, storedType: ElementType? = nil) {
    precondition(
      shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == values.count,
      "\(values.count) values do not fill shape \(shape)")
    self.name = name
    self.shape = shape
    self.values = values
    self.storedType = storedType ?? values.elementType
  }
}
