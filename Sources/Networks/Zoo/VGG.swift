/// A plan of a VGG network's convolutions.
public enum VGGPlan: Int, Sendable, CaseIterable {
  /// 8 convolutions.
  case vgg11 = 11
  /// 13 convolutions.
  case vgg16 = 16

  /// Widths of the convolutions between poolings.
  var stages: [[Int]] {
    switch self {
    case .vgg11: [[64], [128], [256, 256], [512, 512], [512, 512]]
    case .vgg16: [[64, 64], [128, 128], [256, 256, 256], [512, 512, 512], [512, 512, 512]]
    }
  }
}

extension Network {
  /// A VGG network for small images: 3×3 convolutions in five stages with max pooling after each, then dense layers.
  ///
  /// The state's names are `features.0`, `features.1`, … with one number for every convolution, normalisation, activation
  /// and pooling, then `classifier`, or `classifier.0`, `classifier.2`, … with hidden dense layers. Dense weights begin
  /// normal with deviation 0.01.
  ///
  /// Source: Simonyan and Zisserman (2015), Very deep convolutional networks for large-scale image recognition, ICLR.
  ///
  /// - Parameters:
  ///   - plan: The convolutions.
  ///   - isNormalised: Whether each convolution is followed by batch normalisation.
  ///   - bias: Whether convolutions have biases.
  ///   - head: Widths of hidden dense layers.
  ///   - inputShape: `[channels, height, width]`, height and width at least 32.
  ///   - classCount: Number of logits.
  /// - Throws: ``NetworkError``.
  public static func vgg(
    _ plan: VGGPlan, isNormalised: Bool, bias: Bool = true, head: [Int] = [], inputShape: [Int],
    classCount: Int
  ) throws(NetworkError) -> Network {
    var features: [any Layer] = []
    for stage in plan.stages {
      for width in stage {
        features.append(Convolution("\(features.count)", kernel: 3, channels: width, bias: bias))
        if isNormalised { features.append(BatchNorm("\(features.count)")) }
        features.append(Activation.relu)
      }
      features.append(Pool.maximum(2))
    }
    let weights = Initialiser.normal(deviation: 0.01)
    var classifier: [any Layer] = []
    for width in head {
      classifier += [Dense("\(classifier.count)", units: width, weights: weights), Activation.relu]
    }
    let last = Dense(head.isEmpty ? "classifier" : "\(classifier.count)", units: classCount, weights: weights)
    let dense: any Layer = head.isEmpty ? last : Module("classifier", classifier + [last])
    return try Network(
      name: vggName(plan, isNormalised, bias, head), inputShape: inputShape, classCount: classCount,
      layers: [Module("features", features), Flatten(), dense])
  }

  private static func vggName(_ plan: VGGPlan, _ isNormalised: Bool, _ bias: Bool, _ head: [Int]) -> String {
    var options: [String] = bias ? [] : ["bias=false"]
    if !head.isEmpty { options.append("head=\(head.map(String.init).joined(separator: "-"))") }
    let family = "vgg\(plan.rawValue)\(isNormalised ? "-bn" : "")"
    return options.isEmpty ? family : "\(family):\(options.joined(separator: ","))"
  }

  static func vgg(
    _ text: NetworkText, _ inputShape: [Int], _ classCount: Int
  ) throws(NetworkError) -> Network {
    let allowed = "head=N-N, bias=true|false"
    var text = text
    var head: [Int] = []
    if let value = text.takeValue(of: "head") {
      guard let widths = Network.widths(value) else { throw text.failure("head=\(value)", allowed: allowed) }
      head = widths
    }
    var bias = true
    if let value = text.takeValue(of: "bias") {
      guard let flag = Bool(value) else { throw text.failure("bias=\(value)", allowed: allowed) }
      bias = flag
    }
    try text.finish(allowed: allowed)
    return try vgg(
      text.family.hasPrefix("vgg11") ? .vgg11 : .vgg16, isNormalised: text.family.hasSuffix("-bn"),
      bias: bias,
      head: head, inputShape: inputShape, classCount: classCount)
  }

  /// The numbers of a list such as `784-100-10`; `nil` where it is none.
  static func widths(_ text: some StringProtocol) -> [Int]? {
    let numbers = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    return numbers.contains(nil) ? nil : numbers.compactMap { $0 }
  }
}
