public import ThalwegGraphs

/// The largest entry, or the mean, of each square window.
public struct Pool: Layer {
  /// What is taken of a window.
  public enum Kind: String, Sendable {
    /// The largest entry.
    case maximum
    /// The mean; zeros of the padding count.
    case average
  }

  /// What is taken of a window.
  public let kind: Kind
  /// Height and width of a window.
  public let kernel: Int
  /// Step between neighbouring windows.
  public let stride: Int
  /// Entries around the image that windows may cover; less than the kernel.
  public let padding: Int

  /// The largest entry of each window; windows don't overlap unless a stride is given.
  public static func maximum(_ kernel: Int, stride: Int? = nil, padding: Int = 0) -> Pool {
    Pool(kind: .maximum, kernel: kernel, stride: stride ?? kernel, padding: padding)
  }

  /// The mean of each window; windows don't overlap unless a stride is given.
  public static func average(_ kernel: Int, stride: Int? = nil, padding: Int = 0) -> Pool {
    Pool(kind: .average, kernel: kernel, stride: stride ?? kernel, padding: padding)
  }

  /// Appends the pooling.
  public func apply(to x: Value, in builder: inout NetworkBuilder) throws(NetworkError) -> Value {
    let name = "\(kind.rawValue) pooling of \(builder.place)"
    let shape = try builder.imageShape(of: x, for: name)
    let window = try builder.window(kernel, stride, padding, on: shape, for: name)
    guard padding < kernel else {
      throw NetworkError.unsuitableInput(
        layer: name, expected: "a padding less than \(kernel)", found: [padding])
    }
    return switch kind {
    case .maximum: builder.graph.named(.maxPool(window), x)
    case .average: builder.graph.averagePool(x, window)
    }
  }
}

/// The mean of each channel of an image: `[channels, height, width]` becomes `[channels]`.
public struct GlobalAveragePool: Layer {
  /// Global average pooling.
  public init() {}

  /// Appends the mean.
  public func apply(to x: Value, in builder: inout NetworkBuilder) throws(NetworkError) -> Value {
    _ = try builder.imageShape(of: x, for: "global average pooling")
    return builder.graph.globalAveragePool(x)
  }
}
