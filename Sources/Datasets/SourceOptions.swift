/// The options of a synthetic source, `name=value` with commas between.
struct SourceOptions {
  /// Most examples that a synthetic set may have.
  static let largestCount = 1_000_000

  let source: String
  private var values: [(name: String, value: String)] = []

  init(source: String, _ text: String?) throws(DatasetError) {
    self.source = source
    guard let text, !text.isEmpty else { return }
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard sides.count == 2 else {
        throw .badOption(source: source, found: String(part), allowed: "NAME=VALUE with commas between")
      }
      values.append((String(sides[0]), String(sides[1])))
    }
  }

  /// Hands each option to `apply`, which answers what would be allowed, or `nil` where it took the option.
  func forEach(
    _ apply: (_ name: String, _ value: String) -> String?
  ) throws(DatasetError) {
    var seen: Set<String> = []
    for (name, value) in values {
      if let allowed = apply(name, value) {
        throw .badOption(source: source, found: "\(name)=\(value)", allowed: allowed)
      }
      guard seen.insert(name).inserted else {
        throw .badOption(source: source, found: "\(name) twice", allowed: "each option once")
      }
    }
  }

  /// Sets `target` from `value` if it is in `range`; answers what is allowed otherwise.
  static func set<Number: Comparable & LosslessStringConvertible>(
    _ target: inout Number, _ value: String, in range: ClosedRange<Number>
  ) -> String? {
    guard let number = Number(value), range.contains(number) else {
      return "\(range.lowerBound) to \(range.upperBound)"
    }
    target = number
    return nil
  }
}

extension Dataset.Shapes {
  /// Reads options as ``DatasetSource`` writes them.
  init(options: SourceOptions) throws(DatasetError) {
    var shapes = Dataset.Shapes()
    try options.forEach { name, value in
      switch name {
      case "count": return SourceOptions.set(&shapes.count, value, in: 1...SourceOptions.largestCount)
      case "test": return SourceOptions.set(&shapes.testCount, value, in: 1...SourceOptions.largestCount)
      case "size": return SourceOptions.set(&shapes.size, value, in: 8...64)
      case "noise": return SourceOptions.set(&shapes.noise, value, in: 0...1)
      case "seed": return SourceOptions.set(&shapes.seed, value, in: 0 ... .max)
      case "colour":
        guard value == "grey" || value == "rgb" else { return "grey or rgb" }
        shapes.channels = value == "rgb" ? 3 : 1
        return nil
      default: return "count, test, size, colour, noise, seed"
      }
    }
    self = shapes
  }

  /// The options as text.
  var optionText: String {
    "count=\(count),test=\(testCount),size=\(size),colour=\(channels == 3 ? "rgb" : "grey"),noise=\(noise),"
      + "seed=\(seed)"
  }
}

extension Dataset.Spirals {
  /// Reads options as ``DatasetSource`` writes them.
  init(options: SourceOptions) throws(DatasetError) {
    var spirals = Dataset.Spirals()
    try options.forEach { name, value in
      switch name {
      case "count": SourceOptions.set(&spirals.count, value, in: 1...SourceOptions.largestCount)
      case "test": SourceOptions.set(&spirals.testCount, value, in: 1...SourceOptions.largestCount)
      case "classes": SourceOptions.set(&spirals.classCount, value, in: 2...100)
      case "noise": SourceOptions.set(&spirals.noise, value, in: 0...10)
      case "turns": SourceOptions.set(&spirals.turns, value, in: 0...100)
      case "seed": SourceOptions.set(&spirals.seed, value, in: 0 ... .max)
      default: "count, test, classes, noise, turns, seed"
      }
    }
    self = spirals
  }

  /// The options as text.
  var optionText: String {
    "count=\(count),test=\(testCount),classes=\(classCount),noise=\(noise),turns=\(turns),seed=\(seed)"
  }
}
