extension Network {
  /// LeNet: `conv5 6 – pool – conv5 16 – pool – dense 120 – dense 84 – dense`.
  ///
  /// The first layer pads 28×28 images by 2, so that they count as 32×32; nothing else is padded. With normalisation every
  /// hidden layer has one, and only the last layer has a bias. The state's names are `conv1`, `bn1`, `conv2`, `bn2`,
  /// `fc1`, `bn3`, `fc2`, `bn4`, `fc3`.
  ///
  /// Source: LeCun, Bottou, Bengio, Haffner (1998), Gradient-based learning applied to document recognition, Proceedings
  /// of the IEEE 86(11), with ReLU and max pooling in place of its activation and subsampling.
  ///
  /// - Parameters:
  ///   - isNormalised: Whether hidden layers have batch normalisation.
  ///   - inputShape: `[channels, height, width]`, height and width at least 16.
  ///   - classCount: Number of logits.
  /// - Throws: ``NetworkError``.
  public static func leNet(
    isNormalised: Bool, inputShape: [Int], classCount: Int
  ) throws(NetworkError) -> Network {
    let padding = inputShape.dropFirst() == [28, 28] ? 2 : 0
    func hidden(_ layer: some Layer, norm: String) -> Module {
      Module(isNormalised ? [layer, BatchNorm(norm), Activation.relu] : [layer, Activation.relu])
    }
    return try Network(
      name: isNormalised ? "lenet-bn" : "lenet", inputShape: inputShape, classCount: classCount,
      layers: [
        hidden(
          Convolution("conv1", kernel: 5, channels: 6, padding: padding, bias: !isNormalised), norm: "bn1"),
        Pool.maximum(2),
        hidden(Convolution("conv2", kernel: 5, channels: 16, padding: 0, bias: !isNormalised), norm: "bn2"),
        Pool.maximum(2),
        Flatten(),
        hidden(Dense("fc1", units: 120, bias: !isNormalised), norm: "bn3"),
        hidden(Dense("fc2", units: 84, bias: !isNormalised), norm: "bn4"),
        Dense("fc3", units: classCount),
      ])
  }

  static func leNet(
    _ text: NetworkText, _ inputShape: [Int], _ classCount: Int
  ) throws(NetworkError) -> Network {
    try text.finish(allowed: "no options")
    return try leNet(isNormalised: text.family == "lenet-bn", inputShape: inputShape, classCount: classCount)
  }
}
