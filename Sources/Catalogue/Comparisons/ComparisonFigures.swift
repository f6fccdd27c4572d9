import ThalwegFigures
import ThalwegSpectra
import ThalwegStores

/// The drawings of a comparison: ends and differences of all quantities, and the courses of training.
struct ComparisonFigures {
  private let result: ComparisonResult

  init(_ result: ComparisonResult) { self.result = result }

  private var plan: ComparisonPlan { result.plan }

  /// The figures that have something to show, with their names.
  var figures: [(name: String, figure: any Figure)] {
    var all: [(name: String, figure: any Figure)] = []
    if let ends { all.append(("ends", ends)) }
    if let differences { all.append(("differences", differences)) }
    if let figure = curves("testAccuracy", "test accuracy (%)", factor: 100) { all.append(("accuracy", figure)) }
    if let figure = curves("undeformedLoss", "training loss (nats)", factor: 1) { all.append(("loss", figure)) }
    return all
  }

  /// Writes them among a comparison's figures.
  func write(to job: RunFolder) throws {
    for (name, figure) in figures { try figure.write(to: job, named: name, formats: plan.formats) }
  }

  private var ends: IntervalFigure? {
    let panels = plan.quantities.map { quantity in
      IntervalPanel(
        title: quantity.label,
        rows: plan.arms.map { arm in
          row(arm.name, result.values(of: arm.name, quantity).map(\.value), quantity)
        })
    }
    return figure(
      panels,
      "Dots: seeds. Rings: means, with 95 % intervals by Student's t over seeds. They include what all arms of "
        + "a seed have in common; the differences do not.")
  }

  private var differences: IntervalFigure? {
    let others = plan.arms.filter { !$0.isBaseline }
    guard !others.isEmpty else { return nil }
    let panels = plan.quantities.map { quantity in
      IntervalPanel(
        title: quantity.label,
        rows: others.map { arm in
          row(arm.name, result.difference(of: arm, quantity)?.differences ?? [], quantity)
        }, reference: 0)
    }
    return figure(
      panels,
      "Differences from \(plan.spec.baseline), seed by seed: dots; rings and bars: means with 95 % intervals by "
        + "Student's t. An interval that holds 0 confirms no difference.")
  }

  /// A row in the colour of its arm.
  private func row(_ name: String, _ values: [Double], _ quantity: ComparisonQuantity) -> IntervalRow {
    // In one order, so that the same numbers give the same bytes.
    let dots = values.map { $0 * quantity.factor }.sorted()
    let mean = dots.isEmpty ? nil : DrawMean(of: dots)
    return IntervalRow(
      name: name, dots: dots, mean: mean?.value, interval: mean?.interval95,
      colourIndex: plan.arms.firstIndex { $0.name == name })
  }

  private func figure(_ panels: [IntervalPanel], _ caption: String) -> IntervalFigure? {
    guard panels.contains(where: { $0.rows.contains { !$0.dots.isEmpty } }) else { return nil }
    return IntervalFigure(panels: panels, headline: plan.spec.title, caption: caption)
  }

  /// The course of one number, a line for each arm: the mean over its seeds, with a band of one standard error.
  private func curves(_ key: String, _ label: String, factor: Double) -> LineFigure? {
    let lines = plan.arms.map { arm in
      let courses = result.cells(of: arm.name).map(\.course.epochs)
      let count = courses.map(\.count).max() ?? 0
      let means = (0..<count).map { index -> DrawMean? in
        let values = courses.compactMap { $0.count > index ? value(key, of: $0[index]) : nil }.filter(\.isFinite)
        return values.isEmpty ? nil : DrawMean(of: values.map { $0 * factor })
      }
      func border(_ sign: Double) -> [Double?] {
        means.map { mean in mean?.standardError.map { (mean?.value ?? 0) + sign * $0 } }
      }
      return LineSeries(
        name: count > 0 ? arm.name : "\(arm.name) (no epoch)", xs: (0..<count).map { Double($0 + 1) },
        values: means.map { $0?.value }, lower: border(-1),
        upper: border(1))
    }
    guard lines.contains(where: { $0.values.contains { $0 != nil } }) else { return nil }
    var figure = LineFigure.trainingCurves(lines, values: ValueAxis(label: label))
    figure.headline = plan.spec.title
    figure.caption =
      "Means over seeds; bands: one standard error."
      + (key == "undeformedLoss" ? " Minibatches as they were met, before deformation." : "")
    return figure
  }

  private func value(_ key: String, of epoch: TrainingCourse.Epoch) -> Double? {
    key == "undeformedLoss" ? epoch.undeformedLoss : epoch.values[key]
  }
}
