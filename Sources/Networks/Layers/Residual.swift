public import ThalwegGraphs

/// What a block's result is added to.
public enum Shortcut: Sendable {
  /// Nothing: a plain network.
  case none
  /// The block's operand.
  case identity
  /// The operand's every `stride`-th row and column, with channels of zeros: option A. It has no parameters.
  case subsampleAndPad(stride: Int, NewChannels)
  /// Layers of its own, such as a 1×1 convolution with a normalisation: option B.
  case layers([any Layer])

  /// Where channels of zeros go.
  public enum NewChannels: String, Sendable, CaseIterable {
    /// Half before the old channels and half after; of an odd number the smaller part before.
    case centred
    /// All after the old channels.
    case after
  }
}

/// A block and its shortcut, added.
///
/// Source: He, Zhang, Ren, Sun (2016), Deep residual learning for image recognition, CVPR.
public struct Residual: Layer {
  /// The block.
  public let body: [any Layer]
  /// What the block's result is added to.
  public let shortcut: Shortcut

  /// A residual block.
  public init(_ body: [any Layer], shortcut: Shortcut) {
    self.body = body
    self.shortcut = shortcut
  }

  /// Appends the block, its shortcut and their sum.
  public func apply(to x: Value, in builder: inout NetworkBuilder) throws(NetworkError) -> Value {
    let result = try Module(body).apply(to: x, in: &builder)
    let skip: Value
    switch shortcut {
    case .none: return result
    case .identity: skip = x
    case .subsampleAndPad(let stride, let place):
      skip = try subsample(x, stride, place, like: result, in: &builder)
    case .layers(let layers): skip = try Module(layers).apply(to: x, in: &builder)
    }
    let (found, expected) = (builder.shape(of: skip), builder.shape(of: result))
    guard found == expected else {
      throw NetworkError.shortcutMismatch(block: builder.place, shortcut: found, body: expected)
    }
    return builder.graph.add(result, skip)
  }

  private func subsample(
    _ x: Value, _ stride: Int, _ place: Shortcut.NewChannels, like result: Value,
    in builder: inout NetworkBuilder
  ) throws(NetworkError) -> Value {
    let shape = try builder.imageShape(of: x, for: "the shortcut of \(builder.place)")
    guard stride > 0 else {
      throw NetworkError.notPositive(what: "the stride of the shortcut of \(builder.place)", value: stride)
    }
    let added = builder.shape(of: result)[0] - shape[0]
    guard added >= 0 else {
      throw NetworkError.shortcutMismatch(
        block: builder.place, shortcut: shape, body: builder.shape(of: result))
    }
    let before = place == .centred ? added / 2 : 0
    return builder.graph.named(
      .subsampleAndPad(stride: stride, channelsBefore: before, channelsAfter: added - before), x)
  }
}
