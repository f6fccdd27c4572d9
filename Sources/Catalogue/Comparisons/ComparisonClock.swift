import ThalwegStores

/// What time a comparison's training runs take: as measured where an arm has finished some, or else by the time of a
/// step.
struct ComparisonClock {
  private let path: String
  /// Seconds that the steps of a run were foreseen to take, by arm.
  private var forecasts: [String: Double] = [:]
  /// Seconds for an epoch of each finished run, by arm.
  private var measured: [String: [Double]] = [:]

  /// Reads what the runs in a comparison's folder took.
  init(_ plan: ComparisonPlan, _ path: String) throws {
    self.path = path
    for cell in plan.cells { try noteEnd(of: cell, path) }
  }

  /// Notes what a run's steps are foreseen to take.
  mutating func note(_ seconds: Double, of arm: String) { forecasts[arm] = seconds }

  /// Notes what a run took, if it has epochs.
  mutating func noteEnd(of cell: ComparisonCell, _ path: String) throws {
    let entries = try cell.history(in: path)
    guard !entries.isEmpty else { return }
    let seconds = entries.reduce(0) { $0 + $1.durations.values.reduce(0, +) }
    measured[cell.arm, default: []].append(seconds / Double(entries.count))
  }

  /// Seconds for what is left of some runs.
  func seconds(of cells: [ComparisonCell]) -> Double {
    cells.reduce(0) { total, cell in
      let count = Double(cell.settings.epochCount)
      let whole = measured[cell.arm].map { count * $0.reduce(0, +) / Double($0.count) } ?? forecasts[cell.arm] ?? 0
      let done = (try? cell.history(in: path).last?.epoch) ?? 0
      return total + whole * (1 - Double(done) / count)
    }
  }
}

extension ComparisonCell {
  /// The epochs that the cell's run has stored; none before it began.
  func history(in job: String) throws -> [HistoryEntry] {
    guard let run = try opened(in: job) else { return [] }
    defer { run.close() }
    return try run.history().entries()
  }

  /// Checks, without the data, that the cell's run, if there is one, has the cell's settings.
  ///
  /// - Throws: ``OtherRun``, and `StoreError`.
  func checkSettings(in job: String) throws {
    guard let run = try opened(in: job) else { return }
    defer { run.close() }
    let stored = run.runDescription
    // Where the data lie is for those who read them, and hashes follow from them.
    let expected = RunDescription(
      kind: "train", options: try settings.options(like: stored.options), seeds: ["training": settings.seed],
      hashes: stored.hashes, commandLine: [], versions: stored.versions, machine: stored.machine)
    let difference = stored.identityDifferences(from: expected).first { $0.field != "options.data" }
    if let difference { throw OtherRun(path: folder(in: job), difference: difference) }
  }

  /// The cell's run for reading; `nil` before it began.
  func opened(in job: String) throws -> RunFolder? {
    do throws(StoreError) {
      return try RunFolder.open(folder(in: job))
    } catch {
      switch error {
      case .noRun, .unreadable: return nil  // Killed while it began; its own run sees to that.
      default: throw error
      }
    }
  }
}
