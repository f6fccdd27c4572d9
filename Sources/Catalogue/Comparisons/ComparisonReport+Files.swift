import ThalwegDatasets
import ThalwegDeformations
import ThalwegEngine
import ThalwegSpectra
public import ThalwegStores

extension ComparisonReport {
  /// All of it as Markdown.
  var markdown: String {
    let spec = plan.spec
    let failures = failureLines.map { "* " + $0 }.joined(separator: "\n")
    let done = result.cells.filter { if case .finished = $0.state { true } else { false } }.count
    return """
      # \(spec.title)

      \(spec.question)

      **Published:** \(spec.paper.finding) (\(spec.paper.citation))

      **Checked here:** \(spec.checked)

      **State:** \(done) of \(result.cells.count) training runs are finished, \
      \(plan.arms.reduce(0) { $0 + result.failures(of: $1.name).count }) could not go on.

      \(sentences.joined(separator: " "))

      \(plan.quantities.map(table).joined(separator: "\n\n"))

      Means over seeds ± one standard error; differences from \(spec.baseline), paired by seed, with intervals of \
      95 %. All but the test split's numbers are those of the undeformed loss on \(result.exampleCount) training \
      examples without changes of images; Hessian and loss under running statistics, BN-sharpness under batch \
      statistics.
      \(failures.isEmpty ? "" : "\n## Runs that could not go on\n\n\(failures)\n")
      ![Ends of the runs](figures/ends.png)

      ![Differences from \(spec.baseline)](figures/differences.png)

      ![Test accuracy](figures/accuracy.png)

      ![Training loss](figures/loss.png)

      ## Settings

      \(settings.map { "* " + $0 }.joined(separator: "\n"))

      """
  }

  private func table(_ quantity: ComparisonQuantity) -> String {
    let rows = rows(quantity).map {
      "| \($0.arm) | \($0.count) | \($0.mean) | \($0.difference) | \($0.verdict) |"
    }
    return (["| \(quantity.label) | n | mean | difference | |", "| --- | ---: | ---: | ---: | --- |"] + rows)
      .joined(separator: "\n")
  }

  private var settings: [String] {
    plan.arms.map { arm in
      let settings = arm.settings
      let later = settings.switches.map { ", after epoch \($0.epoch) `\($0.optimiser)`" }.joined()
      let deformation = settings.deformation.steps.isEmpty ? "" : ", deformed by `\(settings.deformation)`"
      return "\(arm.name): `\(settings.network)`, \(settings.epochCount) epochs, batches of \(settings.batchSize), "
        + "`\(settings.schedule)`, `\(settings.optimiser)`\(later)\(deformation)"
    } + [
      "data: `\(plan.data)`; seeds \(plan.seeds.map(String.init).joined(separator: ", "))",
      "thalweg \(Machine.version), \(plan.arms[0].settings.precision.rawValue), "
        + "\(plan.arms[0].settings.threadCount) threads",
    ]
  }

  /// A line for each arm and quantity, numbers in full.
  var csv: String {
    func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
    let head = "arm,quantity,n,mean,standardError,difference,lower95,upper95,pairs,verdict,failed"
    let lines = plan.arms.flatMap { arm in
      plan.quantities.map { quantity in
        let mean = result.mean(of: arm.name, quantity)
        let difference = result.difference(of: arm, quantity)
        let interval = difference?.mean.interval95
        return [
          arm.name, "\"\(quantity.key)\"", "\(mean?.drawCount ?? 0)", number(mean?.value), number(mean?.standardError),
          number(difference?.mean.value), number(interval?.lowerBound), number(interval?.upperBound),
          "\(difference?.mean.drawCount ?? 0)", difference.map(\.verdict.rawValue) ?? "",
          "\(result.failures(of: arm.name).count)",
        ].joined(separator: ",")
      }
    }
    return ([head] + lines).joined(separator: "\n") + "\n"
  }

  /// All of it as JSON.
  public var json: JSONValue {
    [
      "title": .string(plan.spec.title), "question": .string(plan.spec.question),
      "paper": ["finding": .string(plan.spec.paper.finding), "citation": .string(plan.spec.paper.citation)],
      "checked": .string(plan.spec.checked), "baseline": .string(plan.spec.baseline),
      "data": .string(plan.data.description), "examples": .integer(Int128(result.exampleCount)),
      "seeds": .array(plan.seeds.map { .integer(Int128($0)) }), "isComplete": .bool(result.isComplete),
      "sentences": .array(sentences.map { .string($0) }), "arms": .array(plan.arms.map(json(of:))),
      "cells": .array(result.cells.map(json(of:))),
    ]
  }

  private func json(of arm: ComparisonArm) -> JSONValue {
    let quantities = plan.quantities.map { quantity -> JSONValue in
      let difference = result.difference(of: arm, quantity)
      return [
        "quantity": .string(quantity.key), "label": .string(quantity.label),
        "mean": result.mean(of: arm.name, quantity).map(json(of:)) ?? .null,
        "difference": difference.map { json(of: $0.mean) } ?? .null,
        "verdict": difference.map { .string($0.verdict.rawValue) } ?? .null,
      ]
    }
    return [
      "name": .string(arm.name), "changes": .array(arm.changes.map { .string($0) }),
      "exampleGradients": result.gradientCounts[arm.name].map { .number($0) } ?? .null,
      "failed": .integer(Int128(result.failures(of: arm.name).count)), "quantities": .array(quantities),
    ]
  }

  private func json(of mean: DrawMean) -> JSONValue {
    [
      "value": .number(mean.value), "n": .integer(Int128(mean.drawCount)),
      "standardError": mean.standardError.map { .number($0) } ?? .null,
      "interval95": mean.interval95.map { [.number($0.lowerBound), .number($0.upperBound)] } ?? .null,
    ]
  }

  private func json(of outcome: CellOutcome) -> JSONValue {
    var fields: [String: JSONValue] = [
      "name": .string(outcome.cell.name), "arm": .string(outcome.cell.arm),
      "seed": .integer(Int128(outcome.cell.seed)), "epochs": .integer(Int128(outcome.course.epochs.count)),
      "values": .object(
        outcome.values.mapValues { value in
          [
            "value": value.value.map { .number($0) } ?? .null,
            "standardError": value.standardError.map { .number($0) } ?? .null,
            "reason": value.reason.map { .string($0) } ?? .null,
          ]
        }),
    ]
    switch outcome.state {
    case .waiting: fields["state"] = "waiting"
    case .begun: fields["state"] = "begun"
    case .finished: fields["state"] = "finished"
    case .failed(let failure, _):
      fields["state"] = .string(failure.kind.rawValue)
      fields["reason"] = .string(failure.reason)
    }
    return .object(fields)
  }
}
