/// How values are shifted and scaled before a network sees them; stored with every result.
///
/// With mean `m` and deviation `s` of a channel, a value `v` becomes `(v − m) / s`, computed in `Double` and
/// rounded once. For bytes `v` is `b / 255`; floats are taken as they are.
public enum Normalisation: Equatable, Sendable {
  /// Bytes are divided by 255, floats stay as they are.
  case none
  /// A mean and a deviation for each channel, or one of each for all. Lists of equal length, deviations positive.
  case meanAndDeviation([Double], [Double])

  /// The usual constants for ImageNet, and for networks trained with them.
  public static let imagenet = meanAndDeviation([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
  /// The constants for CIFAR that the loss-landscape experiments use.
  public static let cifar = meanAndDeviation(
    [125.3 / 255, 123.0 / 255, 113.9 / 255], [63.0 / 255, 62.1 / 255, 66.7 / 255])
  /// The usual constants for MNIST.
  public static let mnist = meanAndDeviation([0.1307], [0.3081])

  private static let presets: [(name: String, value: Normalisation)] = [
    ("none", .none), ("imagenet", .imagenet), ("cifar", .cifar), ("mnist", .mnist),
  ]

  /// The means and deviations that hold for `channelCount` channels.
  ///
  /// - Throws: ``DatasetError/mismatch(what:found:expected:)`` where the lists are for another number of channels.
  public func constants(
    channelCount: Int
  ) throws(DatasetError) -> (means: [Double], deviations: [Double]) {
    guard case .meanAndDeviation(let means, let deviations) = self else {
      return ([Double](repeating: 0, count: channelCount), [Double](repeating: 1, count: channelCount))
    }
    guard means.count == deviations.count, means.count == 1 || means.count == channelCount else {
      throw .mismatch(
        what: "normalisation \(description)",
        found: "\(means.count) means and \(deviations.count) deviations",
        expected: "1 or \(channelCount) of each")
    }
    if let wrong = deviations.first(where: { !($0 > 0) }) {
      throw .mismatch(
        what: "normalisation \(description)", found: "deviation \(wrong)", expected: "deviations above 0")
    }
    if means.count == channelCount { return (means, deviations) }
    return (
      [Double](repeating: means[0], count: channelCount),
      [Double](repeating: deviations[0], count: channelCount)
    )
  }
}

extension Normalisation: CustomStringConvertible {
  /// A preset's name, or `mean=a,b,c;deviation=d,e,f`. ``init(_:)`` reads it back.
  public var description: String {
    if let preset = Normalisation.presets.first(where: { $0.value == self }) { return preset.name }
    guard case .meanAndDeviation(let means, let deviations) = self else { return "none" }
    let list = { (values: [Double]) in values.map { "\($0)" }.joined(separator: ",") }
    return "mean=\(list(means));deviation=\(list(deviations))"
  }

  /// Reads a preset's name (`none`, `imagenet`, `cifar`, `mnist`) or `mean=a,b,c;deviation=d,e,f`.
  ///
  /// - Throws: ``DatasetError/badOption(source:found:allowed:)`` for any other text.
  public init(_ text: String) throws(DatasetError) {
    if let preset = Normalisation.presets.first(where: { $0.name == text }) {
      self = preset.value
      return
    }
    let parts = text.split(separator: ";", omittingEmptySubsequences: false)
    guard parts.count == 2,
      let means = Normalisation.numbers(parts[0], after: "mean="),
      let deviations = Normalisation.numbers(parts[1], after: "deviation="),
      means.count == deviations.count, deviations.allSatisfy({ $0 > 0 })
    else {
      let names = Normalisation.presets.map(\.name).joined(separator: ", ")
      throw .badOption(
        source: "normalisation", found: text,
        allowed: "\(names), or mean=a,b,c;deviation=d,e,f with as many positive deviations")
    }
    self = .meanAndDeviation(means, deviations)
  }

  private static func numbers(_ text: Substring, after prefix: String) -> [Double]? {
    guard text.hasPrefix(prefix) else { return nil }
    let fields = text.dropFirst(prefix.count).split(separator: ",", omittingEmptySubsequences: false)
    let numbers = fields.compactMap { Double($0) }
    return numbers.count == fields.count && numbers.allSatisfy(\.isFinite) ? numbers : nil
  }
}

extension Normalisation: Codable {
  /// Reads the text that ``description`` gives.
  public init(from decoder: any Decoder) throws {
    self = try Normalisation(decoder.singleValueContainer().decode(String.self))
  }

  /// Writes ``description``.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
