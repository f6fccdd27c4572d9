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
    if let figure = curves("trainLoss", "training loss (nats)", factor: 1) { all.append(("loss", figure)) }
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
    let beyond = panels.contains(where: \.hasRowsBeyond) ? " Arrows: means beyond the axis." : ""
    return IntervalFigure(panels: panels, headline: plan.spec.title, caption: caption + beyond)
  }

  /// The course of one number, a line for each arm: the mean over its runs, with a band of one standard error.
  private func curves(_ key: String, _ label: String, factor: Double) -> LineFigure? {
    let lines = plan.arms.map { arm -> LineSeries in
      let (courses, note) = comparableCourses(of: arm)
      let count = courses.map(\.count).min() ?? 0
      let means = (0..<count).map { index -> DrawMean? in
        let values = courses.compactMap { value(key, of: $0[index]) }
        // A mean of the others would be one of the better runs.
        return values.count == courses.count && values.allSatisfy(\.isFinite)
          ? DrawMean(of: values.map { $0 * factor }) : nil
      }
      func border(_ sign: Double) -> [Double?] {
        means.map { mean in mean?.standardError.map { (mean?.value ?? 0) + sign * $0 } }
      }
      return LineSeries(
        name: arm.name + note, xs: (0..<count).map { Double($0 + 1) }, values: means.map { $0?.value },
        lower: border(-1), upper: border(1))
    }
    guard lines.contains(where: { $0.values.contains { $0 != nil } }) else { return nil }
    let ceiling = ceiling(of: lines)
    var figure = LineFigure.trainingCurves(lines, values: ValueAxis(label: label, upper: ceiling))
    figure.headline = plan.spec.title
    figure.caption =
      "Means over seeds; bands: one standard error."
      + (key == "trainLoss" ? " Minibatches as they were met, before deformation." : "")
      + (ceiling.map { " What is above \(significant($0, 3)) is drawn there." } ?? "")
    return figure
  }

  /// The courses of an arm's runs that can be averaged, and what to say of the others behind the arm's name.
  ///
  /// Runs that could not go on are left out where others went on, for a mean from which they drop out on the way would
  /// seem to improve.
  private func comparableCourses(of arm: ComparisonArm) -> (courses: [[TrainingCourse.Epoch]], note: String) {
    let begun = result.cells(of: arm.name).filter { !$0.course.epochs.isEmpty }
    guard !begun.isEmpty else { return ([], " (no epoch)") }
    let failed = Set(result.failures(of: arm.name).map(\.cell.name))
    let whole = begun.filter { !failed.contains($0.cell.name) }
    guard !whole.isEmpty else { return (begun.map(\.course.epochs), " (none went on)") }
    return (whole.map(\.course.epochs), failed.isEmpty ? "" : " (\(whole.count) of \(whole.count + failed.count) runs)")
  }

  /// Where an axis ends if one line would press all others flat: ten times as far up as all others reach; `nil` for an
  /// axis that shows all.
  private func ceiling(of lines: [LineSeries]) -> Double? {
    let tops = lines.compactMap { line in (line.values + line.upper).compactMap { $0 }.max() }.sorted()
    guard tops.count > 2, let highest = tops.last, case let usual = tops[(tops.count - 1) / 2], usual > 0,
      highest > 100 * usual
    else { return nil }
    return tops.last { $0 <= 10 * usual }
  }

  private func value(_ key: String, of epoch: TrainingCourse.Epoch) -> Double? { epoch.values[key] }
}
