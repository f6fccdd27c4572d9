import ThalwegStores
import ThalwegSurfaces
import ThalwegSurveys

/// Measures the points of a grid that a store still lacks, block by block.
struct GridMeasurement {
  /// What is measured.
  let subject: Subject
  /// Whose statistics batch normalisations use.
  let policy: StatisticsPolicy
  /// The points. Its first axis changes fastest and the store's last: the stored axes are reversed.
  let grid: any PointGrid
  /// What progress is called.
  var title: String
  /// What a forecast is called; `nil` says none.
  var forecast: String? = "forecast"
  /// For what standard errors stand.
  var samplingError = SamplingError.population
  /// Whether the Hessian's extremes are measured as well.
  var curvature: CurvatureMap?
  /// Further numbers that are stored with each point.
  var extra: @Sendable (Int) -> [String: Double] = { _ in [:] }

  /// How a measurement went.
  struct Account {
    /// Whether all points are measured.
    let outcome: SurveyOutcome
    /// Number of points that were measured now.
    let count: Int
    /// Seconds that they took.
    let seconds: Double
  }

  /// Measures what is pending in `store`.
  func run(into store: SurfaceStore, observer: any RunObserver) throws -> Account {
    let pending = try store.pendingPoints()
    guard !pending.isEmpty else { return Account(outcome: .finished, count: 0, seconds: 0) }
    let evaluator = try PolicyEvaluator(policy, of: subject)
    // The first evaluation compiles; the second tells the time of a point.
    _ = try evaluator.evaluate(grid.centre)
    let (centre, centreSeconds) = try timed { try evaluator.evaluate(grid.centre) }
    var secondsPerPoint = centreSeconds
    let curvature = try PointCurvature(curvature, of: subject)
    if let curvature { secondsPerPoint += try timed { try curvature.measure(at: grid.centre) }.seconds }
    if let forecast {
      let memory = Machine.memoryBytes.map { ", memory about \(byteText($0))" } ?? ""
      observer.say(
        "\(forecast.padding(to: 13))about \(durationText(secondsPerPoint * Double(pending.count))) for "
          + "\(pending.count) points, by the time of one\(memory)")
    }
    var survey = SurfaceSurvey(
      grid, order: .coarseToFine, blockSize: max(1, min(64, Int(1 / max(secondsPerPoint, 1e-6)))),
      samplingError: samplingError)
    survey.centreLosses = centre.losses
    var scratch = grid.centre
    var meter = RateMeter()
    var done = grid.count - pending.count
    var blockStart = ContinuousClock().now
    let started = blockStart
    let outcome = try survey.run(
      pending: pending, with: evaluator.evaluator, prepare: evaluator.prepare,
      isCancelled: { observer.isCancelled },
      report: { block in
        let now = ContinuousClock().now
        try store.write(
          block.map { result in
            var numbers = extra(result.index)
            if let curvature, result.loss != nil {
              try grid.write(result.index, to: &scratch)
              _ = try evaluator.prepare(&scratch)
              numbers.merge(try curvature.measure(at: scratch)) { $1 }
            }
            return SurfacePoint(result, extra: numbers)
          }, seconds: blockStart.duration(to: now) / .seconds(1))
        blockStart = now
        done += block.count
        meter.add(Double(block.count))
        observer.report(
          RunProgress(
            title: title, done: Double(done), total: Double(grid.count), unit: "points", rate: meter.rate))
      })
    return Account(
      outcome: outcome, count: pending.count - (try store.pendingPoints().count),
      seconds: started.duration(to: ContinuousClock().now) / .seconds(1))
  }
}

extension SurfacePoint {
  /// Name of a negative running variance among a hole's numbers.
  static let negativeVariance = "negativeVariance"

  /// The stored form of a survey's point.
  init(_ result: PointResult, extra: [String: Double] = [:]) {
    guard let loss = result.loss else {
      var extra = extra
      if case .negativeVariance(_, let value) = result.hole { extra[Self.negativeVariance] = value }
      self = SurfacePoint(position: result.index, state: .diverged, extra: extra)
      return
    }
    var extra = extra
    extra[Self.differenceError] = result.differenceError
    self = .measured(
      result.index, loss: loss, standardError: result.standardError, correctCount: result.correctCount,
      exampleCount: result.exampleCount, extra: extra)
  }
}

extension Sequence<SurfacePoint> {
  /// How many points are holes and why, in a sentence; `nil` where none is.
  var holesText: String? {
    let points = Array(self)
    let holes = points.filter { $0.state == .diverged }
    guard !holes.isEmpty else { return nil }
    let negative = holes.count { $0.extra[SurfacePoint.negativeVariance] != nil }
    let rest = holes.count - negative
    let reasons = [
      rest > 0 ? "\(negative > 0 ? "\(rest) " : "")have no finite loss" : nil,
      negative > 0 ? "\(rest > 0 ? "\(negative) " : "")would have a negative running variance" : nil,
    ].compactMap { $0 }
    return "\(holes.count) of \(points.count) points \(reasons.joined(separator: ", ")) and are holes."
  }

  /// What helps against negative running variances; `nil` where there are none.
  var varianceAdvice: String? {
    let negative = compactMap { $0.extra[SurfacePoint.negativeVariance] }
    return negative.min().map { worst in
      "\(negative.count) of these would have a negative running variance, down to \(shortText(worst)); "
        + "--batch-norm re-estimated has none"
    }
  }
}
