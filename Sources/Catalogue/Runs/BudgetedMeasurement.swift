import ThalwegDatasets
import ThalwegNetworks
import ThalwegRandomness
import ThalwegStores
import ThalwegSurfaces
import ThalwegSurveys

/// Measures as much of a grid as a budget of time allows, and estimates the rest.
struct BudgetedMeasurement {
  /// What is measured.
  let subject: Subject
  /// Whose statistics batch normalisations use.
  let policy: StatisticsPolicy
  /// The points.
  let grid: any PointGrid
  /// Coordinates of what must be measured whatever else is: the points nearest to them come first.
  let landmarks: [[Double]]
  /// For what standard errors stand.
  let samplingError: SamplingError
  /// When the time started.
  let start: ContinuousClock.Instant
  /// Seconds from then on.
  let seconds: Double
  /// What progress is called.
  let title: String
  /// Whether the plan is said.
  let saysPlan: Bool

  /// A part of the examples and what they are at the centre.
  private struct PartEvaluator {
    let evaluator: PolicyEvaluator
    let centre: [Double]
  }

  /// How a measurement went.
  struct Account {
    /// Whether it was not cancelled.
    let outcome: SurveyOutcome
    /// Points measured on all examples in use.
    let measuredCount: Int
    /// Examples in use; all of the subject's where the budget sufficed.
    let exampleCount: Int
  }

  /// Measures into `store`.
  func run(into store: SurfaceStore, observer: any RunObserver) throws -> Account {
    let counts = grid.coordinates.map(\.count)
    let rate = try pilotRate()
    let exampleCounts = BudgetedSurvey.exampleCounts(
      of: subject.exampleCount, counts: counts, evaluations: rate * max(0, seconds - spentSeconds()))
    var stream = RandomStream(seed: Self.drawSeed, 0x6275_6467)  // "budg"
    let order = stream.permutation(of: subject.exampleCount)
    var survey = BudgetedSurvey(counts: counts, exampleCounts: exampleCounts, samplingError: samplingError)
    survey.landmarks = landmarks.map(nearestPoint)
    let (few, rest) = (exampleCounts[.few] ?? 0, exampleCounts[.rest] ?? 0)
    var parts: [BudgetedSurvey.Part: PartEvaluator] = [:]
    for (part, range) in [(BudgetedSurvey.Part.few, 0..<few), (.rest, few..<few + rest)] where !range.isEmpty {
      let evaluator = try PolicyEvaluator(policy, of: subject, on: subject.dataset.subset(Array(order[range])))
      parts[part] = PartEvaluator(evaluator: evaluator, centre: try evaluator.evaluate(grid.centre).losses)
    }
    if saysPlan {
      observer.say(
        "budget       \(durationText(seconds)): "
          + (rest > 0
            ? "\(few) of the \(subject.exampleCount) examples at most points, \(few + rest) at some"
            : "\(few) of the \(subject.exampleCount) examples") + "; what time does not allow is interpolated")
    }
    var (point, written) = (grid.centre, 0)
    let (points, outcome) = try survey.run(
      measure: { part, index in
        guard let evaluator = parts[part] else { return nil }
        try grid.write(index, to: &point)
        return try sample(of: point, evaluator)
      },
      spent: {
        let share = spentSeconds() / max(seconds - Self.reserve(seconds), 1e-3)
        observer.report(RunProgress(title: title, done: min(1, share), total: 1, unit: "of the budget", rate: nil))
        return share
      },
      isCancelled: { observer.isCancelled },
      report: { measured in
        written += 1
        try store.write([SurfacePoint(measured)])
      })
    // What a run that is interrupted has estimated would look like a result.
    if outcome == .finished {
      try store.write(points.filter { $0.state == .interpolated }.map { SurfacePoint($0) })
    }
    return Account(outcome: outcome, measuredCount: written, exampleCount: few + rest)
  }

  /// The index of the point of the grid that lies nearest to `place`.
  private func nearestPoint(to place: [Double]) -> Int {
    zip(grid.coordinates, place).reversed().reduce(0) { index, axis in
      let (coordinates, wanted) = axis
      let nearest = coordinates.indices.min { abs(coordinates[$0] - wanted) < abs(coordinates[$1] - wanted) } ?? 0
      return index * coordinates.count + nearest
    }
  }

  private func sample(of state: ModelState, _ part: PartEvaluator) throws -> BudgetedSurvey.Sample? {
    let (result, losses) = try part.evaluator.evaluate(state)
    guard result.loss != nil else { return nil }
    return BudgetedSurvey.Sample(
      losses: losses, differences: losses.count == part.centre.count ? zip(losses, part.centre).map { $0 - $1 } : [],
      correctCount: result.correctCount)
  }

  /// Examples a second at the centre, on some hundreds of them.
  private func pilotRate() throws -> Double {
    let data = subject.dataset.prefix(512)
    let evaluator = try PolicyEvaluator(policy, of: subject, on: data)
    _ = try evaluator.evaluate(grid.centre)  // The first evaluation compiles.
    return Double(data.count) / max(try timed { try evaluator.evaluate(grid.centre) }.seconds, 1e-6)
  }

  private func spentSeconds() -> Double { start.duration(to: ContinuousClock().now) / .seconds(1) }

  /// Seconds for tables and figures.
  private static func reserve(_ seconds: Double) -> Double { min(2, 0.1 * seconds) }

  /// Seed of the draw of examples.
  static let drawSeed: UInt64 = 1
}

extension SurfacePoint {
  /// Name of the standard error of the difference from the centre.
  static let differenceError = "differenceError"
  /// Name of the error that interpolation may have added.
  static let interpolationError = "interpolationError"

  /// The stored form of a budgeted survey's point; pending where nothing is known.
  init(_ point: BudgetedPoint) {
    var extra: [String: Double] = [:]
    extra[Self.differenceError] = point.differenceError
    let state: PointState =
      switch point.state {
      case .measured: .measured
      case .interpolated: .interpolated
      case .diverged: .diverged
      case .unknown: .pending
      }
    if state == .interpolated { extra[Self.interpolationError] = point.interpolationError }
    self.init(
      position: point.index, state: state, loss: point.loss, standardError: point.standardError,
      correctCount: point.correctCount, exampleCount: point.exampleCount, extra: extra)
  }

  /// Half of the 95 % interval of the loss: what sampling examples and interpolation leave open together.
  var margin: Double? {
    let interpolation = extra[Self.interpolationError]
    guard standardError != nil || interpolation != nil else { return nil }
    let (a, b) = (standardError ?? 0, interpolation ?? 0)
    return normalQuantile975 * (a * a + b * b).squareRoot()
  }
}
