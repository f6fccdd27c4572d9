extension Network {
  /// Dense layers with an activation after each hidden one.
  ///
  /// The state's names are `fc1`, `fc2`, …, and `bn1`, `bn2`, … for the normalisations of hidden layers. All dense layers
  /// have biases.
  ///
  /// - Parameters:
  ///   - hidden: Widths of the hidden layers; none makes the network linear.
  ///   - activation: What follows each hidden layer.
  ///   - isNormalised: Whether hidden layers have batch normalisation before the activation.
  ///   - inputShape: `[features]`, or `[channels, height, width]`, which is flattened.
  ///   - classCount: Number of logits.
  /// - Throws: ``NetworkError``.
  public static func multilayerPerceptron(
    hidden: [Int], activation: Activation = .relu, isNormalised: Bool = false, inputShape: [Int],
    classCount: Int
  ) throws(NetworkError) -> Network {
    var layers: [any Layer] = [Flatten()]
    for (index, width) in hidden.enumerated() {
      layers.append(Dense("fc\(index + 1)", units: width))
      if isNormalised { layers.append(BatchNorm("bn\(index + 1)")) }
      layers.append(activation)
    }
    layers.append(Dense("fc\(hidden.count + 1)", units: classCount))
    let features = inputShape.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
    let widths = ([features] + hidden + [classCount]).map(String.init).joined(separator: "-")
    let options = (activation == .relu ? "" : ",\(activation.rawValue)") + (isNormalised ? ",bn" : "")
    return try Network(
      name: "mlp:\(widths)\(options)", inputShape: inputShape, classCount: classCount, layers: layers)
  }

  static func multilayerPerceptron(
    _ text: NetworkText, _ inputShape: [Int], _ classCount: Int
  ) throws(NetworkError) -> Network {
    let activations = Activation.allCases.map(\.rawValue)
    let allowed = "widths such as 784-100-10, \(activations.joined(separator: "|")), bn"
    var text = text
    let activation = text.takeWord(activations).flatMap(Activation.init) ?? .relu
    let isNormalised = text.takeWord(["bn"]) != nil
    var hidden = [400, 400]
    if let first = text.takeFirst() {
      guard let widths = Network.widths(first), widths.count >= 2 else {
        throw text.failure(first, allowed: allowed)
      }
      for width in widths where width < 1 {
        throw NetworkError.notPositive(what: "a width of mlp", value: width)
      }
      let features = inputShape.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
      guard widths[0] == features else {
        throw NetworkError.unsuitableInput(
          layer: text.text, expected: "\(widths[0]) features", found: inputShape)
      }
      guard widths[widths.count - 1] == classCount else {
        throw NetworkError.wrongResult(expected: classCount, found: [widths[widths.count - 1]])
      }
      hidden = Array(widths.dropFirst().dropLast())
    }
    try text.finish(allowed: allowed)
    return try multilayerPerceptron(
      hidden: hidden, activation: activation, isNormalised: isNormalised, inputShape: inputShape,
      classCount: classCount)
  }
}
