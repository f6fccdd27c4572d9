/// A column of a comparison's table: a loss, an accuracy or a measure at the end of training.
public struct ComparisonQuantity: Sendable, Equatable {
  /// Its name in files.
  public let key: String
  /// What it is, with its unit, for people.
  public let label: String
  /// What stored values are multiplied by where people read them.
  public let factor: Double
  /// How it is measured; `nil` for what every run has.
  let measure: CellMeasure?

  private init(key: String, label: String, factor: Double = 1, measure: CellMeasure? = nil) {
    self.key = key
    self.label = label
    self.factor = factor
    self.measure = measure
  }

  init(_ measure: CellMeasure) { self.init(key: measure.description, label: measure.label, measure: measure) }

  /// Share of correct test examples.
  public static let testAccuracy = ComparisonQuantity(
    key: "testAccuracy", label: "test accuracy (%)", factor: 100)
  /// Loss on the test split.
  public static let testLoss = ComparisonQuantity(key: "testLoss", label: "test loss (nats)")
  /// Undeformed loss at the end on the training examples that are measured.
  public static let trainLoss = ComparisonQuantity(key: "trainLoss", label: "training loss (nats)")
}
