import Foundation
import ThalwegDatasets
import ThalwegDeformations
import ThalwegFiles
import ThalwegNetworks
import ThalwegStores
import ThalwegTraining

/// A comparison that keeps itself in a folder: `cells/ARM-seedN` for each training run, an ordinary one, and beside
/// them what was measured at their ends, tables and figures.
///
/// With the same seed all arms begin at the same state, as far as their networks are the same, and meet the examples in
/// the same order. A comparison that was killed goes on within the run that it was at; a run that diverged, or whose
/// deformation had no meaning at a loss that was met, is recorded as that and not tried again.
public struct ComparisonRun {
  /// What is to be done.
  public let plan: ComparisonPlan
  private let train: Dataset
  private let test: Dataset
  /// Gradients of single examples that a whole run of each arm computes.
  private let gradientCounts: [String: Double]

  /// Loads the data and checks that every arm fits them.
  ///
  /// - Throws: ``ComparisonError``, and errors of the data.
  public init(_ plan: ComparisonPlan) throws {
    let (train, test) = (try plan.data.load(split: .train), try plan.data.load(split: .test))
    var counts: [String: Double] = [:]
    for arm in plan.arms {
      do {
        let run = try TrainingRun(arm.cell(seed: plan.seeds[0]).settings, train: train, test: test)
        let passes = Double(run.gradientCount(after: 0)) / Double(run.stepCount) * Double(arm.settings.epochCount)
        counts[arm.name] = (passes * Double(train.count * arm.settings.deformation.gradientsPerStep)).rounded()
      } catch {
        throw ComparisonError(path: plan.path, reason: "arm \(arm.name): \(error)")
      }
    }
    self.plan = plan
    self.train = train
    self.test = test
    gradientCounts = counts
  }

  private func training(_ cell: ComparisonCell) throws -> TrainingRun {
    try TrainingRun(cell.settings, train: train, test: test)
  }

  /// Works in the folder at `path`, or goes on with what is there.
  ///
  /// - Parameters:
  ///   - path: The folder; it need not exist.
  ///   - arms: Names of arms that are worked on; `nil` for all.
  ///   - commandLine: The command line, for the record.
  ///   - observer: Hears of plan, forecast and every epoch, and may end the work.
  /// - Returns: What was found so far, and how the work ended.
  /// - Throws: ``SettingError`` for unknown arms, ``OtherRun`` where the folder holds runs with other settings, and
  ///   errors that are no run's own.
  public func run(
    in path: String, onlyArms arms: [String]? = nil, commandLine: [String] = [], observer: any RunObserver
  ) throws -> (result: ComparisonResult, ending: RunEnding) {
    let cells = try plan.cells(ofArms: arms)
    let job = try RunFolder.openOrMake(path, description(commandLine))
    defer { job.close() }
    for cell in plan.cells { try training(cell).check(cell.folder(in: path)) }
    planLines.forEach(observer.say)
    let ledger = CellLedger(run: job, exampleCount: exampleCount)
    try job.facts.set([
      CellLedger.exampleCountKey: .integer(Int128(exampleCount)),
      CellLedger.gradientCountsKey: try JSONValue(encoding: gradientCounts),
    ])
    var clock = try ComparisonClock(plan, path)
    var pending = try cells.filter { try !isDone($0, ledger, path) }
    observer.say(doneText(cells.count - pending.count, of: cells.count))
    for arm in plan.arms where pending.contains(where: { $0.arm == arm.name }) && !observer.isCancelled {
      clock.note(try secondsOfGradients(arm), of: arm.name)
    }
    if !pending.isEmpty {
      observer.say("forecast     about \(durationText(clock.seconds(of: pending))) for training, by the time of steps")
    }
    while let cell = pending.first {
      let number = cells.count - pending.count + 1
      observer.say(leftAligned("cell \(number)/\(cells.count)", 12) + " \(cell.name)")
      let watch = CellObserver(observer, title: cell.name)
      guard !observer.isCancelled, try complete(cell, ledger, path, commandLine, watch) else {
        return (try ComparisonResult(plan, ledger, path), .interrupted)
      }
      pending.removeFirst()
      try clock.noteEnd(of: cell, path)
      let result = try ComparisonResult(plan, ledger, path)
      if let line = result.line(of: cell) { observer.say(line) }
      try ComparisonReport(result).write(to: job, plan: planLines)
      if !pending.isEmpty {
        observer.say("left         about \(durationText(clock.seconds(of: pending))) for \(pending.count) cells")
      }
    }
    let result = try ComparisonResult(plan, ledger, path)
    // The report shows the figures.
    try ComparisonFigures(result).write(to: job)
    try ComparisonReport(result).write(to: job, plan: planLines)
    if result.isComplete { try job.finish() }
    return (result, .finished)
  }

  // MARK: - A cell

  /// Whether nothing is left to do for a cell.
  private func isDone(_ cell: ComparisonCell, _ ledger: CellLedger, _ path: String) throws -> Bool {
    guard let record = try stored(cell, ledger, path) else { return false }
    return try record.failure != nil || missing(cell, ledger).isEmpty
  }

  /// How a cell ended, if its run is still there.
  private func stored(_ cell: ComparisonCell, _ ledger: CellLedger, _ path: String) throws -> CellRecord? {
    FileManager.default.fileExists(atPath: cell.folder(in: path) + "/run.json") ? try ledger.record(cell) : nil
  }

  /// The quantities that are not measured yet.
  private func missing(_ cell: ComparisonCell, _ ledger: CellLedger) throws -> [ComparisonQuantity] {
    try plan.measuredQuantities.filter { try ledger.value($0, of: cell) == nil }
  }

  /// Trains and measures a cell.
  ///
  /// - Returns: `false` if the observer ended it.
  private func complete(
    _ cell: ComparisonCell, _ ledger: CellLedger, _ path: String, _ commandLine: [String], _ observer: any RunObserver
  ) throws -> Bool {
    let folder = cell.folder(in: path)
    let run = try training(cell)
    if try stored(cell, ledger, path) == nil {
      do {
        let result = try run.run(in: folder, commandLine: commandLine, saysPlan: false, observer: observer)
        guard result.ending == .finished else { return false }
      } catch {
        guard let failure = CellFailure(error) else { throw error }
        try ledger.note(CellRecord(failedIn: folder, failure), of: cell)
        return true
      }
      try ledger.note(CellRecord(finishedIn: folder), of: cell)
    }
    guard let record = try ledger.record(cell), record.failure == nil else { return true }
    let checkpoint = try CheckpointOrigin(folder).path
    try record.verifyEnd(at: checkpoint, in: folder)
    let probe = try CellProbe(
      run, checkpoint: checkpoint, examples: train.copiedPrefix(exampleCount), observer: observer)
    do {
      for quantity in try missing(cell, ledger) {
        if observer.isCancelled { return false }
        try ledger.note(try probe.measure(quantity), quantity, of: cell)
      }
    } catch is RunCancelled {
      return false
    }
    return true
  }

  /// Training examples on which ends are measured.
  private var exampleCount: Int { min(plan.exampleCount, train.count) }

  // MARK: - Words

  private func description(_ commandLine: [String]) -> RunDescription {
    // The runs in `cells` say themselves what they are, so that seeds and arms can be added.
    RunDescription(
      kind: "compare", options: ["title": .string(plan.spec.title)], commandLine: commandLine,
      versions: Machine.versions, machine: Machine.description)
  }

  private var planLines: [String] {
    let seeds = plan.seeds.map(String.init).joined(separator: ", ")
    let measures = plan.quantities.map(\.label).joined(separator: "; ")
    let width = plan.arms.map(\.name.count).max() ?? 0
    return [
      "comparison   \(plan.spec.title)",
      "             \(plan.arms.count) arms, seeds \(seeds): \(plan.cells.count) training runs",
      "data         \(train.name), \(train.count) examples; \(test.name), \(test.count)",
    ]
      + plan.arms.map { arm in
        let mark = arm.isBaseline ? "a baseline" : "against \(arm.baseline)"
        let text = (arm.changes + [mark]).joined(separator: "; ")
        return "arm          \(leftAligned(arm.name, width))  \(text)"
      } + ["measures     \(measures)", "             on \(exampleCount) training examples"]
  }

  private func doneText(_ done: Int, of count: Int) -> String {
    done == count ? "all \(count) cells are done" : "done         \(done) of \(count) cells"
  }

  /// Seconds for all gradients of a run, by the time of one; 0 where the deformation refuses the first point.
  private func secondsOfGradients(_ arm: ComparisonArm) throws -> Double {
    let run = try training(arm.cell(seed: plan.seeds[0]))
    do {
      return try run.secondsOfGradient(at: run.start().state) * Double(run.gradientCount(after: 0))
    } catch {
      guard CellFailure(error) != nil else { throw error }
      return 0
    }
  }
}
