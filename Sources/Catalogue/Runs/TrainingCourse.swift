import ThalwegDeformations
public import ThalwegFigures
public import ThalwegStores
import ThalwegSurfaces
import ThalwegTraining

/// The course of a training run, epoch by epoch.
public struct TrainingCourse: Sendable, Equatable {
  /// What one epoch came to.
  public struct Epoch: Sendable, Equatable {
    /// Number of epochs done.
    public let epoch: Int
    /// Numbers by name, as the history keeps them.
    public let values: [String: Double]

    /// Mean loss of the minibatches as they were met, before deformation, in nats.
    public var trainLoss: Double? { values["trainLoss"] }
    /// The same as it was descended; `nil` without a deformation.
    public var deformedLoss: Double? { values["deformedLoss"] }
    /// Mean slope δ′ of a function of the loss; `nil` without one.
    public var slope: Double? { values["slope"] }
    /// Norm of the gradient of the undeformed loss on all training data, under running statistics.
    public var gradientNorm: Double? { values["gradientNorm"] }
    /// The largest eigenvalue of the Hessian of the undeformed loss on some training data.
    public var largestEigenvalue: Double? { values["largestEigenvalue"] }
    /// The eigenvalue at which a minimum would no longer hold the steps of the epoch's last rate and mean slope; `nil`
    /// where the optimiser has no such limit.
    public var stabilityLimit: Double? { values["stabilityLimit"] }
    /// Share of correct examples in the minibatches.
    public var trainAccuracy: Double? { values["trainAccuracy"] }
    /// Loss on the test split, in nats.
    public var testLoss: Double? { values["testLoss"] }
    /// Share of correct test examples.
    public var testAccuracy: Double? { values["testAccuracy"] }
    /// Standard error of ``testAccuracy``, the test split being a sample of its population.
    public var testAccuracyError: Double? { values["testAccuracyError"] }

    init(_ entry: HistoryEntry) {
      var values = entry.values
      // Histories once kept the deformed loss under the plain name.
      if let plain = values.removeValue(forKey: "undeformedLoss") {
        values["deformedLoss"] = values.updateValue(plain, forKey: "trainLoss")
      }
      epoch = entry.epoch
      self.values = values
    }

    init(
      _ epoch: Int, _ record: EpochRecord, test: LossEstimates, deformation: DeformationSequence,
      measured: [String: Double]
    ) {
      self.epoch = epoch
      var values = measured
      values["trainLoss"] = record.undeformedLoss
      values["rate"] = record.firstRate
      values["testLoss"] = test.loss.value
      values["testAccuracy"] = test.accuracy.value
      if !deformation.steps.isEmpty { values["deformedLoss"] = record.loss }
      if deformation.hasFunction { values["slope"] = record.slope }
      values["trainAccuracy"] = record.accuracy
      values["testLossError"] = test.loss.standardError
      values["testAccuracyError"] = test.accuracy.standardError
      self.values = values
    }

    /// What minibatches share of the difference that guides SGDS, and what they don't.
    var guideText: String? {
      guard let signal = values["guideSignal"], let noise = values["guideNoise"] else { return nil }
      // The square's estimate is not let below 0, where draws were too few to tell.
      return (signal > 0 ? significant(signal, 3) : "not told from 0") + ", noise \(significant(noise, 3))"
    }

    /// One line for people.
    func line(of count: Int, imagesPerSecond: Double) -> String {
      func text(_ name: String, _ decimals: Int, error: String? = nil, times factor: Double = 1) -> String {
        guard let value = values[name] else { return "–" }
        let spread = error.flatMap { values[$0] }
        return estimateText(factor * value, spread.map { $0 * factor }, decimals)
      }
      let train = "\(text("trainLoss", 4)), \(text("trainAccuracy", 2, times: 100)) %"
      let accuracy = text("testAccuracy", 2, error: "testAccuracyError", times: 100)
      let test = "\(text("testLoss", 4, error: "testLossError")), \(accuracy) %"
      var extra = slope.map { "  slope \(significant($0, 4))" } ?? ""
      extra += gradientNorm.map { "  gradient \(significant($0, 4))" } ?? ""
      extra += guideText.map { "  g₂ − g₁ \($0)" } ?? ""
      extra += largestEigenvalue.map { "  λ₁ \(significant($0, 4))" } ?? ""
      extra += stabilityLimit.map { " (limit \(significant($0, 4)))" } ?? ""
      return
        "epoch \(epoch)/\(count)  train loss \(train)  test loss \(test)  rate \(values["rate"].map { significant($0, 4) } ?? "–")\(extra)  "
        + "\(fixed(imagesPerSecond, 0)) images/s"
    }
  }

  /// The epochs in order.
  public let epochs: [Epoch]

  /// The last epoch.
  public var last: Epoch? { epochs.last }

  /// What the run came to, in a few lines with a name each.
  var reportLines: [String] {
    guard let last else { return [] }
    func line(_ title: String, _ name: String, _ decimals: Int, times factor: Double = 1, unit: String = "") -> String?
    {
      last.values[name].map { value in
        let error = last.values[name + "Error"].map { $0 * factor }
        return (title + "             ").prefix(13) + estimateText(factor * value, error, decimals) + unit
      }
    }
    return ["epochs       \(last.epoch)"]
      + [
        line("train loss", "trainLoss", 4),
        line("accuracy", "trainAccuracy", 2, times: 100, unit: " %, training"),
        line("test loss", "testLoss", 4), line("accuracy", "testAccuracy", 2, times: 100, unit: " %, test"),
        line("gradient", "gradientNorm", 5), last.guideText.map { "g₂ − g₁      \($0)" },
        line("λ₁", "largestEigenvalue", 4),
      ].compactMap { $0 }
  }

  /// Reads a stored course.
  public init(_ history: HistoryStore) throws(StoreError) {
    self.init(try history.entries())
  }

  /// The course of stored epochs.
  init(_ entries: [HistoryEntry]) { epochs = entries.map(Epoch.init) }

  /// Loss of both splits, with bands of one standard error, and accuracies; `note` is a last sentence below them.
  public func figure(headline: String, note: String? = nil) -> LineFigure {
    let xs = epochs.map { Double($0.epoch) }
    let isDeformed = epochs.contains { $0.deformedLoss != nil }
    func line(_ name: String, _ key: String, _ errorKey: String?, side: LineSeries.Side) -> LineSeries {
      let values = epochs.map { $0.values[key] }
      guard let errorKey else { return LineSeries(name: name, xs: xs, values: values, side: side) }
      func border(_ sign: Double) -> [Double?] {
        zip(values, epochs).map { value, epoch in
          value.flatMap { value in epoch.values[errorKey].map { value + sign * $0 } }
        }
      }
      return LineSeries(
        name: name, xs: xs, values: values, lower: border(-1), upper: border(1), side: side)
    }
    var figure = LineFigure.trainingCurves(
      [
        line("training loss", "trainLoss", nil, side: .left),
        line("test loss", "testLoss", "testLossError", side: .left),
        line("training accuracy", "trainAccuracy", nil, side: .right),
        line("test accuracy", "testAccuracy", "testAccuracyError", side: .right),
      ], values: ValueAxis(label: "loss (nats)"))
    figure.headline = headline
    figure.caption =
      "Training: mean over the minibatches as they were met\(isDeformed ? ", before deformation" : ""). Bands: one standard error of the test split as "
      + "a sample of its population." + (note.map { " " + $0 } ?? "")
    return figure
  }
}
