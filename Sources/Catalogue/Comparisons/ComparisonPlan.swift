public import ThalwegDatasets
import ThalwegNetworks

public import enum ThalwegFigures.FigureFormat

/// What a call asks for in place of what a comparison's file says.
public struct ComparisonChoices: Sendable {
  /// The data.
  public var data: DatasetSource?
  /// The seeds.
  public var seeds: [UInt64]?
  /// Number of epochs of all arms.
  public var epochCount: Int?
  /// Number of threads.
  public var threadCount: Int?
  /// The formats of the figures.
  public var formats = FigureFormat.usual

  /// The file's own choices.
  public init() {}

  /// Checks what can be checked alone.
  ///
  /// - Throws: ``SettingError``.
  func validate() throws(SettingError) {
    func check(_ name: String, _ value: Int?, _ range: ClosedRange<Int>) throws(SettingError) {
      guard let value, !range.contains(value) else { return }
      throw SettingError(name, found: "\(value)", expected: "\(range.lowerBound) to \(range.upperBound)")
    }
    try check("epochs", epochCount, 1...1_000_000)
    try check("threads", threadCount, 1...1024)
  }
}

/// A comparison with every arm and every seed spelt out.
public struct ComparisonPlan: Sendable {
  /// The file.
  public let path: String
  /// What the file says.
  public let spec: ComparisonSpec
  /// The arms, the file's own first, then those of its grid.
  public let arms: [ComparisonArm]
  /// The seeds, all different.
  public let seeds: [UInt64]
  /// What is compared: accuracy and losses, then the measures.
  public let quantities: [ComparisonQuantity]
  /// The data.
  public let data: DatasetSource
  /// Number of training examples on which ends are measured; a data set with fewer gives all.
  public let exampleCount: Int
  /// The formats of the figures.
  public let formats: [FigureFormat]

  /// Reads the file at `path` and checks all that can be checked without data.
  ///
  /// - Throws: ``ComparisonError``, and ``SettingError`` for choices that make no sense.
  public init(path: String, choices: ComparisonChoices = ComparisonChoices()) throws {
    try choices.validate()
    let reading = ComparisonReading(path: path, spec: try ComparisonSpec(path: path), choices: choices)
    self.path = path
    spec = reading.spec
    formats = choices.formats
    data = try reading.data()
    seeds = try reading.seeds()
    arms = try reading.arms()
    let measures = try reading.measures()
    exampleCount = measures.exampleCount
    quantities = [.testAccuracy, .testLoss, .trainLoss] + measures.all.map { ComparisonQuantity($0) }
  }

  /// The training runs in their order: one seed of all arms comes first, so that there is something to see early.
  public var cells: [ComparisonCell] { seeds.flatMap { seed in arms.map { $0.cell(seed: seed) } } }

  /// The quantities that are measured after training: training loss and measures.
  var measuredQuantities: [ComparisonQuantity] {
    quantities.filter { $0 == .trainLoss || $0.measure != nil }
  }

  /// The cells of some arms.
  ///
  /// - Throws: ``SettingError`` where there is no such arm.
  func cells(ofArms names: [String]?) throws(SettingError) -> [ComparisonCell] {
    guard let names else { return cells }
    if let unknown = names.first(where: { name in !arms.contains { $0.name == name } }) {
      throw SettingError("only", found: unknown, expected: "some of " + arms.map(\.name).joined(separator: ", "))
    }
    return cells.filter { names.contains($0.arm) }
  }
}
