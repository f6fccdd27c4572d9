import ThalwegDatasets
import ThalwegDeformations
import ThalwegEngine
import ThalwegSpectra
public import ThalwegStores

extension ComparisonReport {
  /// All of it for people.
  func runReport(of folder: RunFolder, plan lines: [String]) throws -> RunReport {
    let spec = plan.spec
    let done = result.cells.count { if case .finished = $0.state { true } else { false } }
    let failed = plan.arms.reduce(0) { $0 + result.failures(of: $1.name).count }
    let reading = [
      spec.question.map(Self.sentence), spec.paper.map { "Published: \(Self.sentence($0.finding)) (\($0.citation).)" },
      spec.checked.map { "Here: \(Self.sentence($0))" },
      "Tables give means over seeds ± one standard error, and differences from \(spec.baseline), paired by seed, with "
        + "intervals of 95 %. Losses and flatness, but for the test split's, are those of the undeformed loss on "
        + "\(result.exampleCount) training examples without changes of images; Hessian and loss under running statistics, "
        + "BN-sharpness under batch statistics.",
    ]
    let findings = ["\(done) of \(result.cells.count) training runs are finished, \(failed) could not go on."]
    return try RunReport(
      of: folder, title: spec.title, reading: reading.compactMap { $0 }.joined(separator: RunReport.paragraphBreak),
      findings: (findings + sentences + failureLines).map { String(repeating: " ", count: 13) + $0 },
      plan: lines, results: plan.quantities.map(table), tables: [settings])
  }

  /// The text with a full stop, unless it ends in some such sign.
  private static func sentence(_ text: String) -> String {
    text.last.map { ".?!:;".contains($0) } ?? true ? text : text + "."
  }

  private func table(_ quantity: ComparisonQuantity) -> RunReport.Table {
    RunReport.Table(
      heading: quantity.label, columns: ["arm", "n", "mean", "difference", ""],
      rows: rows(quantity).map { [$0.arm, $0.count, $0.mean, $0.difference, $0.verdict] })
  }

  private var settings: RunReport.Table {
    RunReport.Table(
      heading: "Arms", columns: ["arm", "network", "epochs", "batch", "schedule", "optimiser", "deformation"],
      rows: plan.arms.map { arm in
        let settings = arm.settings
        let later = settings.switches.map { ", after epoch \($0.epoch) \($0.optimiser)" }.joined()
        return [
          arm.name, "\(settings.network)", "\(settings.epochCount)", "\(settings.batchSize)", "\(settings.schedule)",
          "\(settings.optimiser)" + later, settings.deformation.steps.isEmpty ? "" : "\(settings.deformation)",
        ]
      })
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
      "title": .string(plan.spec.title), "question": plan.spec.question.map { .string($0) } ?? .null,
      "paper": plan.spec.paper.map { ["finding": .string($0.finding), "citation": .string($0.citation)] } ?? .null,
      "checked": plan.spec.checked.map { .string($0) } ?? .null, "baseline": .string(plan.spec.baseline),
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
