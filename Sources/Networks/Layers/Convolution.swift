public import ThalwegGraphs
import ThalwegSurfaces

/// Square filters slid over images.
public struct Convolution: Layer {
  /// Name of the module: the filters are `NAME.weight`.
  public let name: String
  /// Height and width of a filter.
  public let kernel: Int
  /// Number of filters.
  public let channels: Int
  /// Step between neighbouring windows.
  public let stride: Int
  /// Zeros around the image.
  public let padding: Int
  /// Whether each filter has an additive term, `NAME.bias`, at first 0.
  public let includesBias: Bool

  /// A convolution. Filters begin as ``Initialiser/heNormal(kernel:units:)``.
  ///
  /// - Parameters:
  ///   - name: Name of the module.
  ///   - kernel: Height and width of a filter.
  ///   - channels: Number of filters.
  ///   - stride: Step between neighbouring windows.
  ///   - padding: Zeros around the image; half the kernel, which keeps the size, unless given.
  ///   - bias: Whether there is a bias. A normalisation right after makes it superfluous.
  public init(
    _ name: String, kernel: Int, channels: Int, stride: Int = 1, padding: Int? = nil, bias: Bool = false
  ) {
    self.name = name
    self.kernel = kernel
    self.channels = channels
    self.stride = stride
    self.padding = padding ?? kernel / 2
    includesBias = bias
  }

  /// Appends the convolution, and the bias.
  public func apply(to x: Value, in builder: inout NetworkBuilder) throws(NetworkError) -> Value {
    let full = builder.fullName(name)
    let shape = try builder.imageShape(of: x, for: full)
    guard channels > 0 else { throw NetworkError.notPositive(what: "the width of \(full)", value: channels) }
    let window = try builder.window(kernel, stride, padding, on: shape, for: full)
    let filters = try builder.parameter(
      "\(name).weight", [channels, shape[0], kernel, kernel], role: .filter,
      initialiser: .heNormal(kernel: kernel, units: channels))
    var result = builder.graph.convolution(x, filters, window)
    if includesBias {
      let bias = try builder.parameter("\(name).bias", [channels], role: .bias, initialiser: .constant(0))
      result = builder.graph.addBias(result, bias)
    }
    builder.noteUnitwiseLinear(result, inLastEntries: includesBias ? 2 : 1)
    return result
  }
}

extension NetworkBuilder {
  /// `[channels, height, width]` of images.
  ///
  /// - Throws: ``NetworkError/unsuitableInput(layer:expected:found:)`` where `x` holds no images.
  public func imageShape(of x: Value, for layer: String) throws(NetworkError) -> [Int] {
    let shape = shape(of: x)
    guard shape.count == 3 else {
      throw NetworkError.unsuitableInput(
        layer: layer, expected: "images [channels, height, width]", found: shape)
    }
    return shape
  }

  /// A square window, checked against images of `shape`.
  ///
  /// - Throws: ``NetworkError`` where a size is not positive or no window fits.
  public func window(
    _ kernel: Int, _ stride: Int, _ padding: Int, on shape: [Int], for layer: String
  ) throws(NetworkError) -> Window {
    guard kernel > 0 else { throw NetworkError.notPositive(what: "the kernel of \(layer)", value: kernel) }
    guard stride > 0 else { throw NetworkError.notPositive(what: "the stride of \(layer)", value: stride) }
    guard padding >= 0 else {
      throw NetworkError.unsuitableInput(layer: layer, expected: "no padding less than 0", found: [padding])
    }
    let window = Window(size: kernel, stride: stride, padding: padding)
    guard window.outputExtents(height: shape[1], width: shape[2]) != nil else {
      throw NetworkError.windowTooLarge(layer: layer, kernel: kernel, found: shape)
    }
    return window
  }
}
