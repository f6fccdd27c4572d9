import Foundation
import ThalwegFiles
import ThalwegSpectra
import ThalwegStores

/// The account of a comparison: tables, and sentences that follow from the numbers.
public struct ComparisonReport {
  let result: ComparisonResult

  /// The account of what was found so far.
  public init(_ result: ComparisonResult) { self.result = result }

  var plan: ComparisonPlan { result.plan }

  /// Writes `compare.csv`, `compare.json` and the report into a comparison's folder.
  func write(to folder: RunFolder, plan lines: [String]) throws {
    try atomicWrite(folder.path + "/compare.csv", csv)
    try atomicWrite(folder.path + "/compare.json", json.indentedText + "\n")
    try runReport(of: folder, plan: lines).write(to: folder)
  }

  // MARK: - Tables

  /// One arm's numbers of one quantity, as texts.
  struct Row {
    let arm: String
    let count: String
    let mean: String
    /// The difference from the baseline with its interval; empty for the baseline.
    let difference: String
    let verdict: String
  }

  /// The rows of a quantity, for people.
  func rows(_ quantity: ComparisonQuantity) -> [Row] {
    plan.arms.map { arm in
      let mean = result.mean(of: arm.name, quantity)
      let difference = result.difference(of: arm, quantity)
      return Row(
        arm: arm.name, count: "\(mean?.drawCount ?? 0)",
        mean: mean.map { text($0, times: quantity.factor) } ?? "–",
        difference: difference.map { text($0, times: quantity.factor) }
          ?? (arm.isBaseline ? "baseline" : "–"),
        verdict: difference.map(\.verdict.rawValue) ?? "")
    }
  }

  private func text(_ mean: DrawMean, times factor: Double) -> String {
    uncertainText(factor * mean.value, mean.standardError.map { factor * $0 })
  }

  private func text(_ difference: PairedDifference, times factor: Double) -> String {
    let value = factor * difference.mean.value
    guard let interval = difference.mean.interval95 else { return signed(value, nil) }
    let (low, high) = (factor * interval.lowerBound, factor * interval.upperBound)
    // Two digits of the nearer end's distance from 0 where that is small, for the sign is what counts.
    let size = max(min(abs(low), abs(high), (high - low) / 2), (high - low) / 200)
    return "\(signed(value, size)) [\(signed(low, size)), \(signed(high, size))]"
  }

  /// A number with its sign, with two digits of `size` or six of its own.
  private func signed(_ value: Double, _ size: Double?) -> String {
    let sign = value >= 0 ? "+" : ""
    // Nothing to round, and no sign to tell.
    if value == 0 { return "0" }
    guard let size, size > 0, case let decimals = 1 - Int(log10(size).rounded(.down)), decimals <= 8 else {
      return sign + significant(value)
    }
    return sign + fixed(value, max(0, decimals))
  }

  /// All tables for a terminal.
  public var lines: [String] {
    let width = plan.arms.map(\.name.count).max() ?? 0
    let tables = plan.quantities.flatMap { quantity -> [String] in
      let rows = rows(quantity)
      let (means, differences) = (rows.map(\.mean.count).max() ?? 0, rows.map(\.difference.count).max() ?? 0)
      return [quantity.label]
        + rows.map {
          "  \(leftAligned($0.arm, width))  n \(rightAligned($0.count, 2))  \(leftAligned($0.mean, means))  "
            + ($0.verdict.isEmpty ? $0.difference : "\(leftAligned($0.difference, differences))  \($0.verdict)")
        }
    }
    return tables + failureLines + sentences
  }

  /// A line for each run that could not go on, and for each number that a run lacks.
  var failureLines: [String] {
    let failures = plan.arms.flatMap { result.failures(of: $0.name) }.compactMap { outcome -> String? in
      guard case .failed(let failure, let epochs) = outcome.state else { return nil }
      return "\(outcome.cell.name) \(failure.kind.rawValue) after \(epochText(epochs)): \(failure.reason)"
    }
    let missing = result.cells.flatMap { outcome in
      plan.quantities.compactMap { quantity in
        result.reasonForMissing(quantity, of: outcome).map { "\(outcome.cell.name) has no \(quantity.label): \($0)" }
      }
    }
    return failures + missing
  }

  /// The state of every run, for `--status`.
  public var statusLines: [String] {
    let width = result.cells.map(\.cell.name.count).max() ?? 0
    return result.cells.map { outcome in
      let epochs = outcome.cell.settings.epochCount
      let text =
        switch outcome.state {
        case .waiting: "waiting"
        case .begun(epochs): "trained, not all measured yet"
        case .begun(let done): "\(done) of \(epochs) epochs"
        case .finished: "finished in \(durationText(outcome.seconds))"
        case .failed(let failure, let done): "\(failure.kind.rawValue) after \(done) of \(epochs) epochs"
        }
      return "\(leftAligned(outcome.cell.name, width))  \(text)"
    }
  }

  // MARK: - Sentences

  /// What the numbers can tell.
  var sentences: [String] { [seedSentence, unequalSentence, chanceSentence, costSentence].compactMap { $0 } }

  private var comparisons: [(quantity: ComparisonQuantity, difference: PairedDifference)] {
    plan.quantities.flatMap { quantity in
      plan.arms.compactMap { arm in result.difference(of: arm, quantity).map { (quantity, $0) } }
    }
  }

  /// What the number of seeds can tell.
  private var seedSentence: String? {
    let ofAccuracy = comparisons.filter { $0.quantity == .testAccuracy }.map(\.difference.mean)
    guard let count = ofAccuracy.map(\.drawCount).max() else { return nil }
    guard count > 1 else {
      return "One seed: no interval can be stated, so no difference between arms can be told from chance."
    }
    let errors = fixed(studentQuantile975(degreesOfFreedom: count - 1), 2)
    let halves = ofAccuracy.compactMap { mean in mean.interval95.map { ($0.upperBound - $0.lowerBound) / 2 } }.sorted()
    let size = halves.isEmpty ? nil : halves[halves.count / 2]
    return "\(count) seeds, compared with \(plan.spec.baseline) seed by seed: a difference counts where its interval "
      + "of 95 % (Student's t, \(errors) standard errors to each side) leaves out 0, else it is not confirmed."
      + (size.map { " Here test accuracies must differ by about \(significant(100 * $0, 2)) points for that." } ?? "")
  }

  /// Whether some arms have seeds that others lack.
  private var unequalSentence: String? {
    let counts = plan.arms.map { result.values(of: $0.name, .testAccuracy).keys.sorted() }.filter { !$0.isEmpty }
    guard let first = counts.first, counts.contains(where: { $0 != first }) else { return nil }
    return "Not all arms have the same seeds (yet): compare differences, which are between the same seeds, not means."
  }

  private var chanceSentence: String? {
    let count = comparisons.filter { $0.difference.mean.interval95 != nil }.count
    guard count > 1 else { return nil }
    return "One in twenty such intervals leaves out 0 by chance alone; there are \(count) here."
  }

  /// Whether the arms cost the same.
  private var costSentence: String? {
    let counts = plan.arms.compactMap { arm in result.gradientCounts[arm.name].map { (arm.name, $0) } }
    guard let first = counts.first?.1 else { return nil }
    guard counts.contains(where: { $0.1 != first }) else {
      let count = significant(first)
      return plan.arms.allSatisfy { result.failures(of: $0.name).isEmpty }
        ? "Every run computes \(count) gradients of examples: the arms are compared at equal cost."
        : "A whole run computes \(count) gradients of examples in every arm; those that could not go on computed less."
    }
    return "The arms are not compared at equal cost. Gradients of examples that a run computes: "
      + counts.map { "\($0.0) \(significant($0.1))" }.joined(separator: ", ") + "."
  }
}

/// Such as `1 epoch`.
private func epochText(_ count: Int) -> String { count == 1 ? "1 epoch" : "\(count) epochs" }

extension ComparisonResult {
  /// What a run that has just ended came to.
  func line(of cell: ComparisonCell) -> String? {
    guard let outcome = cells.first(where: { $0.cell.name == cell.name }) else { return nil }
    if case .failed(let failure, let epochs) = outcome.state {
      return "  \(failure.kind.rawValue) after \(epochText(epochs)): \(failure.reason)"
    }
    let parts = plan.quantities.compactMap { quantity in
      outcome.values[quantity.key].map { value in
        "\(quantity.label) \(value.value.map { significant($0 * quantity.factor, 4) } ?? "–")"
      }
    }
    return parts.isEmpty ? nil : "  " + parts.joined(separator: ", ")
  }
}
