import Foundation
public import ThalwegSpectra
import ThalwegStores

/// How far a training run of a comparison has come.
public enum CellState: Sendable, Equatable {
  /// It has no epoch yet.
  case waiting
  /// It has so many epochs, or all of them and something is not measured yet.
  case begun(epochs: Int)
  /// Everything is done.
  case finished
  /// It cannot go on, after so many epochs.
  case failed(CellFailure, epochs: Int)
}

/// What a training run of a comparison came to so far.
public struct CellOutcome: Sendable {
  /// The run.
  public let cell: ComparisonCell
  /// How far it has come.
  public let state: CellState
  /// What is known of it, by quantity.
  public let values: [String: MeasuredValue]
  /// Its epochs.
  public let course: TrainingCourse
  /// Seconds that its epochs took.
  public let seconds: Double
}

/// What a comparison came to so far.
public struct ComparisonResult: Sendable {
  /// What was to be done.
  public let plan: ComparisonPlan
  /// The training runs in their order.
  public let cells: [CellOutcome]
  /// Number of training examples on which ends are measured.
  public let exampleCount: Int
  /// Gradients of single examples that a whole run of each arm computes.
  public let gradientCounts: [String: Double]

  init(_ plan: ComparisonPlan, _ ledger: CellLedger, _ path: String) throws {
    self.plan = plan
    exampleCount = ledger.exampleCount
    gradientCounts = try ledger.run.facts.value(CellLedger.gradientCountsKey)?.decoded() ?? [:]
    cells = try plan.cells.map { try CellOutcome($0, plan, ledger, path) }
  }

  /// Reads what a comparison in the folder at `path` came to so far; another process may be working there.
  ///
  /// - Throws: ``ComparisonError`` where there is none, ``OtherRun`` where its training runs have other settings, and
  ///   `StoreError`.
  public init(_ plan: ComparisonPlan, in path: String) throws {
    guard FileManager.default.fileExists(atPath: path) else {
      throw ComparisonError(path: path, reason: "nothing was compared here yet; the command without --status begins")
    }
    let job = try RunFolder.open(path)
    defer { job.close() }
    guard job.runDescription.kind == "compare" else {
      throw StoreError.unreadable(
        path: path, reason: "it is a run of kind '\(job.runDescription.kind)', expected 'compare'")
    }
    for cell in plan.cells { try cell.checkSettings(in: path) }
    // Written before the first cell ends.
    let count = try job.facts.value(CellLedger.exampleCountKey)?.doubleValue.map { Int($0) }
    try self.init(plan, CellLedger(run: job, exampleCount: count ?? plan.exampleCount), path)
  }

  /// Whether nothing is left to do.
  public var isComplete: Bool {
    cells.allSatisfy {
      switch $0.state {
      case .finished, .failed: true
      case .waiting, .begun: false
      }
    }
  }

  /// The runs of an arm by ascending seed.
  public func cells(of arm: String) -> [CellOutcome] {
    cells.filter { $0.cell.arm == arm }.sorted { $0.cell.seed < $1.cell.seed }
  }

  /// The values of an arm's finished runs by seed.
  public func values(of arm: String, _ quantity: ComparisonQuantity) -> [UInt64: Double] {
    Dictionary(
      uniqueKeysWithValues: cells(of: arm).compactMap { outcome in
        outcome.values[quantity.key]?.value.map { (outcome.cell.seed, $0) }
      })
  }

  /// The mean over an arm's seeds; `nil` before the first.
  public func mean(of arm: String, _ quantity: ComparisonQuantity) -> DrawMean? {
    let values = values(of: arm, quantity).sorted { $0.key < $1.key }.map(\.value)
    return values.isEmpty ? nil : DrawMean(of: values)
  }

  /// By how much an arm differs from its baseline; `nil` for baselines, and without a common seed.
  public func difference(of arm: ComparisonArm, _ quantity: ComparisonQuantity) -> PairedDifference? {
    guard !arm.isBaseline else { return nil }
    return PairedDifference(of: values(of: arm.name, quantity), from: values(of: arm.baseline, quantity))
  }

  /// Why a finished run lacks a quantity; `nil` where it has it.
  func reasonForMissing(_ quantity: ComparisonQuantity, of outcome: CellOutcome) -> String? {
    guard let value = outcome.values[quantity.key], value.value == nil else { return nil }
    return value.reason ?? "no number"
  }

  /// The runs of an arm that could not go on.
  public func failures(of arm: String) -> [CellOutcome] {
    cells(of: arm).filter { if case .failed = $0.state { true } else { false } }
  }
}

extension CellOutcome {
  fileprivate init(
    _ cell: ComparisonCell, _ plan: ComparisonPlan, _ ledger: CellLedger, _ path: String
  ) throws {
    self.cell = cell
    let run = try cell.opened(in: path)
    defer { run?.close() }
    guard let run else {
      state = .waiting
      values = [:]
      course = TrainingCourse([])
      seconds = 0
      return
    }
    let history = try run.history().entries()
    course = TrainingCourse(history)
    seconds = history.reduce(0) { $0 + $1.durations.values.reduce(0, +) }
    guard let record = try ledger.record(cell) else {
      state = history.isEmpty ? .waiting : .begun(epochs: history.count)
      values = [:]
      return
    }
    if let failure = record.failure {
      state = .failed(failure, epochs: record.epochs)
      values = [:]
      return
    }
    var values: [String: MeasuredValue] = [:]
    values[ComparisonQuantity.testAccuracy.key] = record.testAccuracy.map { MeasuredValue($0) }
    values[ComparisonQuantity.testLoss.key] = record.testLoss.map { MeasuredValue($0) }
    for quantity in plan.measuredQuantities { values[quantity.key] = try ledger.value(quantity, of: cell) }
    self.values = values
    let isMeasured = plan.measuredQuantities.allSatisfy { values[$0.key] != nil }
    state = isMeasured ? .finished : .begun(epochs: history.count)
  }
}
