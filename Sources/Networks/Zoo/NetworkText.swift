/// The text form of a network of the zoo: `name`, or `name:option,option`, where an option is `word` or `key=value`.
struct NetworkText {
  /// All of it.
  let text: String
  /// The part before the colon.
  let family: String
  /// The parts after the colon that have not been taken yet.
  private(set) var options: [String]

  init(_ text: String) {
    self.text = text
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    family = String(parts[0])
    options =
      parts.count > 1 ? parts[1].split(separator: ",", omittingEmptySubsequences: false).map(String.init) : []
  }

  /// Takes the option without a key that is in `choices`, if any.
  mutating func takeWord(_ choices: [String]) -> String? {
    guard let index = options.firstIndex(where: { choices.contains($0) }) else { return nil }
    return options.remove(at: index)
  }

  /// Takes the value of `key`, if there is one.
  mutating func takeValue(of key: String) -> String? {
    guard let index = options.firstIndex(where: { $0.hasPrefix("\(key)=") }) else { return nil }
    return String(options.remove(at: index).dropFirst(key.count + 1))
  }

  /// Takes the first option.
  mutating func takeFirst() -> String? { options.isEmpty ? nil : options.removeFirst() }

  /// Requires that every option has been taken.
  func finish(allowed: String) throws(NetworkError) {
    if let option = options.first { throw failure(option, allowed: allowed) }
  }

  func failure(_ option: String, allowed: String) -> NetworkError {
    .unknownOption(network: family, option: option, allowed: allowed)
  }
}

extension Network {
  /// A network of the zoo that users may ask for by name.
  public struct Listing: Hashable, Sendable {
    /// The name, as ``named(_:inputShape:classCount:)`` takes it.
    public let name: String
    /// One line on what it is.
    public let summary: String
  }

  /// The networks of the zoo, small ones first.
  public static let catalogue: [Listing] = [
    Listing(
      name: "mlp",
      summary:
        "dense layers; mlp:784-100-10 gives widths, then relu|tanh|logistic and bn; two times 400 by default"),
    Listing(name: "lenet", summary: "two convolutions and three dense layers, with biases"),
    Listing(name: "lenet-bn", summary: "lenet with batch normalisation after every hidden layer"),
    Listing(
      name: "vgg11", summary: "8 convolutions with max pooling for 32×32 images; head=512-512, bias=false"),
    Listing(name: "vgg11-bn", summary: "vgg11 with batch normalisation"),
    Listing(
      name: "vgg16", summary: "13 convolutions with max pooling for 32×32 images; head=512-512, bias=false"),
    Listing(name: "vgg16-bn", summary: "vgg16 with batch normalisation"),
    Listing(
      name: "resnet20",
      summary: "residual network for small images; width=16, shortcut=a|b, padding=centred|after"),
    Listing(name: "resnet32", summary: "the same with 5 blocks a stage"),
    Listing(name: "resnet44", summary: "the same with 7 blocks a stage"),
    Listing(name: "resnet56", summary: "the same with 9 blocks a stage"),
    Listing(name: "resnet110", summary: "the same with 18 blocks a stage; any depth 6n + 2 works"),
    Listing(
      name: "resnet20-noshort", summary: "resnet20 without its shortcuts; -noshort works with every depth"),
  ]

  /// The network of the zoo that `text` names.
  ///
  /// - Parameters:
  ///   - text: A name of the ``catalogue``, with options after a colon: `resnet44:width=8`, `mlp:784-100-10,tanh`.
  ///   - inputShape: `[channels, height, width]` or `[features]`.
  ///   - classCount: Number of logits.
  /// - Throws: ``NetworkError``, whose description says in one line what exists or what does not fit.
  public static func named(
    _ text: String, inputShape: [Int], classCount: Int
  ) throws(NetworkError) -> Network {
    let parsed = NetworkText(text)
    switch parsed.family {
    case "mlp": return try multilayerPerceptron(parsed, inputShape, classCount)
    case "lenet", "lenet-bn": return try leNet(parsed, inputShape, classCount)
    case "vgg11", "vgg11-bn", "vgg16", "vgg16-bn": return try vgg(parsed, inputShape, classCount)
    default:
      guard parsed.family.hasPrefix("resnet") else { throw NetworkError.unknownNetwork(parsed.family) }
      return try residual(parsed, inputShape, classCount)
    }
  }
}
