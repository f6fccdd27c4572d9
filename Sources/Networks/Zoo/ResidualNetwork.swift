/// What a residual network's shortcuts are where a stage begins.
public enum ShortcutOption: Hashable, Sendable {
  /// No block has a shortcut.
  case none
  /// Option A: subsampling, with new channels of zeros.
  case padded(Shortcut.NewChannels)
  /// Option B: a 1×1 convolution with batch normalisation.
  case projected
}

extension Network {
  /// Depths for which there are residual networks: `6n + 2`.
  private static let residualDepths = stride(from: 8, through: 1202, by: 6)

  /// A residual network for small images: `conv3 – 3 stages of (depth − 2) / 6 basic blocks – global mean – dense`.
  ///
  /// Widths are `width`, `2 width`, `4 width`; the second and third stage halve the image. The state's names are
  /// `conv1`, `bn1`, `layer1.0.conv1`, …, `linear`.
  ///
  /// Source: He, Zhang, Ren, Sun (2016), Deep residual learning for image recognition, CVPR, section 4.2.
  ///
  /// - Parameters:
  ///   - depth: `6n + 2` with n from 1 to 200.
  ///   - width: Channels of the first stage.
  ///   - shortcut: What shortcuts are where a stage begins; elsewhere they are identities.
  ///   - inputShape: `[channels, height, width]`.
  ///   - classCount: Number of logits.
  /// - Throws: ``NetworkError``.
  public static func residual(
    depth: Int, width: Int = 16, shortcut: ShortcutOption = .padded(.centred), inputShape: [Int],
    classCount: Int
  ) throws(NetworkError) -> Network {
    guard residualDepths.contains(depth) else { throw NetworkError.unknownNetwork("resnet\(depth)") }
    guard width > 0 else { throw NetworkError.notPositive(what: "the width of resnet\(depth)", value: width) }
    guard width <= NetworkBuilder.parameterLimit else { throw NetworkError.tooLarge(name: "conv1.weight") }
    func stage(_ index: Int) -> Module {
      let blocks = (0..<(depth - 2) / 6).map { block in
        Module(
          "\(block)",
          [
            basicBlock(
              width: width << index, stride: index > 0 && block == 0 ? 2 : 1,
              from: index > 0 && block == 0 ? width << (index - 1) : width << index, shortcut)
          ])
      }
      return Module("layer\(index + 1)", blocks)
    }
    return try Network(
      name: residualName(depth, width, shortcut), inputShape: inputShape, classCount: classCount,
      layers: [
        Convolution("conv1", kernel: 3, channels: width), BatchNorm("bn1"), Activation.relu,
        stage(0), stage(1), stage(2),
        GlobalAveragePool(),
        Dense("linear", units: classCount),
      ])
  }

  /// `conv3 – norm – ReLU – conv3 – norm`, plus the shortcut, then ReLU.
  private static func basicBlock(width: Int, stride: Int, from channels: Int, _ option: ShortcutOption)
    -> Module
  {
    let keepsShape = stride == 1 && channels == width
    let shortcut: Shortcut =
      switch option {
      case .none: .none
      case .padded(let place): keepsShape ? .identity : .subsampleAndPad(stride: stride, place)
      case .projected where keepsShape: .identity
      case .projected:
        .layers([
          Module(
            "shortcut", [Convolution("0", kernel: 1, channels: width, stride: stride), BatchNorm("1")])
        ])
      }
    return Module([
      Residual(
        [
          Convolution("conv1", kernel: 3, channels: width, stride: stride), BatchNorm("bn1"), Activation.relu,
          Convolution("conv2", kernel: 3, channels: width), BatchNorm("bn2"),
        ], shortcut: shortcut),
      Activation.relu,
    ])
  }

  private static func residualName(_ depth: Int, _ width: Int, _ shortcut: ShortcutOption) -> String {
    var options = width == 16 ? [] : ["width=\(width)"]
    if shortcut == .projected { options.append("shortcut=b") }
    if shortcut == .padded(.after) { options.append("padding=after") }
    let family = "resnet\(depth)\(shortcut == .none ? "-noshort" : "")"
    return options.isEmpty ? family : "\(family):\(options.joined(separator: ","))"
  }

  static func residual(
    _ text: NetworkText, _ inputShape: [Int], _ classCount: Int
  ) throws(NetworkError) -> Network {
    let hasShortcuts = !text.family.hasSuffix("-noshort")
    let digits = text.family.dropFirst("resnet".count).dropLast(hasShortcuts ? 0 : "-noshort".count)
    guard let depth = Int(digits), residualDepths.contains(depth) else {
      throw NetworkError.unknownNetwork(text.family)
    }
    let allowed = hasShortcuts ? "width=N, shortcut=a|b, padding=centred|after" : "width=N"
    var text = text
    var width = 16
    if let value = text.takeValue(of: "width") {
      guard let number = Int(value) else { throw text.failure("width=\(value)", allowed: allowed) }
      width = number
    }
    var shortcut = hasShortcuts ? ShortcutOption.padded(.centred) : .none
    if hasShortcuts, let value = text.takeValue(of: "shortcut") {
      guard value == "a" || value == "b" else { throw text.failure("shortcut=\(value)", allowed: allowed) }
      if value == "b" { shortcut = .projected }
    }
    if hasShortcuts, shortcut != .projected, let value = text.takeValue(of: "padding") {
      guard let place = Shortcut.NewChannels(rawValue: value) else {
        throw text.failure("padding=\(value)", allowed: allowed)
      }
      shortcut = .padded(place)
    }
    try text.finish(allowed: allowed)
    return try residual(
      depth: depth, width: width, shortcut: shortcut, inputShape: inputShape, classCount: classCount)
  }
}
