import ThalwegLinearAlgebra

/// Finds the best picture of a surface that a budget allows, with an error for every point.
///
/// Two things are saved. *Examples*: at most points only a few examples are seen, the same everywhere; what the rest of
/// them would add follows, with its error, by regression on the nearest points that all examples saw. *Points*: both are
/// measured on a coarse grid first and then where it helps most: where the known values leave open on which side of a
/// contour a point lies, else where the error is largest. ``Kriging`` fills in the rest, over logarithms where all losses
/// are positive.
///
/// Towards points without a finite loss a surface rises beyond all bounds, and no process that was fitted elsewhere
/// tells how. Near them nothing is estimated, and half of the points to come are measured there.
///
/// A point counts as measured if all examples were seen there.
public struct BudgetedSurvey {
  /// The two parts of the examples.
  public enum Part: Int, Sendable, CaseIterable {
    /// Those seen at most points.
    case few
    /// All others.
    case rest
  }

  /// What was found at a point on one part of the examples.
  public struct Sample: Sendable {
    /// Losses.
    public var losses: ExampleMoments
    /// Losses less those of the same examples at the centre.
    public var differences: ExampleMoments
    /// Number of correctly classified examples; `nil` for formulas.
    public var correctCount: Int?
    /// The losses of the examples in their order.
    var values: [Float]

    /// A sample of `losses`, in an order of examples that is the same at every point.
    public init(losses: [Double], differences: [Double], correctCount: Int?) {
      self.losses = ExampleMoments(of: losses)
      self.differences = ExampleMoments(of: differences)
      self.correctCount = correctCount
      values = losses.map(Float.init)
    }
  }

  /// Number of points along each axis, the first fastest.
  public let counts: [Int]
  /// Number of examples of each part; that of ``Part/rest`` may be 0.
  public let exampleCounts: [Part: Int]
  /// For what standard errors stand.
  public let samplingError: SamplingError
  /// Indices of points that are measured before all others, on all examples.
  public var landmarks: [Int] = []
  /// Number of contour levels, evenly spaced over the values (their logarithms), that decide where to look.
  public var levelCount = 12

  /// A survey of a grid.
  public init(counts: [Int], exampleCounts: [Part: Int], samplingError: SamplingError) {
    precondition((1...2).contains(counts.count), "a survey has one axis or two, not \(counts.count)")
    self.counts = counts
    self.exampleCounts = exampleCounts
    self.samplingError = samplingError
  }

  /// How many examples of each part suit a number of evaluations of single examples.
  ///
  /// As many are used as let the coarsest grid be seen on all of them for 35 % of the budget; the few are as many as let a
  /// fine grid, of 289 points at most, be seen on them for 45 %. Where the few would be over half, there are no others.
  ///
  /// - Parameters:
  ///   - total: Examples there are.
  ///   - counts: Points along each axis.
  ///   - evaluations: Evaluations of one example at one point that the budget allows.
  public static func exampleCounts(of total: Int, counts: [Int], evaluations: Double) -> [Part: Int] {
    let skeleton = Double(skeletonCounts(counts, of: .rest).reduce(1, *))
    let points = Double(counts.reduce(1, *))
    let least = min(total, 64)
    guard points * Double(total) > evaluations else { return [.few: total, .rest: 0] }
    let seen = max(least, min(total, Int(0.35 * evaluations / skeleton)))
    let few = max(least, Int(0.45 * evaluations / min(points, 289)))
    return few > seen / 2 ? [.few: seen, .rest: 0] : [.few: few, .rest: seen - few]
  }

  /// Measures until everything is measured or nothing more can be afforded.
  ///
  /// - Parameters:
  ///   - measure: Measures a point on a part of the examples; `nil` where there is no finite loss.
  ///   - spent: The share of the budget that is spent, 0 to 1.
  ///   - isCancelled: Asked before every point.
  ///   - report: Hears of every point that was measured completely, as it comes.
  /// - Returns: All points, by index.
  /// - Throws: Errors of `measure` and `report`, and `LinearAlgebraError`.
  public func run(
    measure: (Part, Int) throws -> Sample?, spent: () -> Double, isCancelled: () -> Bool = { Task.isCancelled },
    report: (BudgetedPoint) throws -> Void = { _ in }
  ) throws -> (points: [BudgetedPoint], outcome: SurveyOutcome) {
    var knowledge = SurveyKnowledge(self)
    var evaluations = 0
    let start = spent()
    func affords(_ parts: [Part]) -> Bool {
      let more = parts.reduce(0) { $0 + (exampleCounts[$1] ?? 0) }
      guard evaluations > 0 else { return true }
      return spent() + (spent() - start) / Double(evaluations) * Double(more) <= 1
    }
    /// Measures what is missing of `parts` at a point; `false` if that is too much, or the survey was cancelled.
    func visit(_ index: Int, _ parts: [Part]) throws -> Bool {
      let missing = parts.filter { !knowledge.has($0, at: index) }
      guard !missing.isEmpty else { return true }
      guard affords(missing), !isCancelled() else { return false }
      for part in missing where !knowledge.isHole(index) {
        knowledge.note(try measure(part, index), part, at: index)
        evaluations += exampleCounts[part] ?? 0
      }
      if knowledge.isComplete(index) { try report(knowledge.measuredPoint(index)) }
      return true
    }
    func finish() throws -> (points: [BudgetedPoint], outcome: SurveyOutcome) {
      (try knowledge.points(), isCancelled() ? .cancelled : .finished)
    }
    for index in landmarks + skeleton(of: .rest) where try !visit(index, Part.allCases) { return try finish() }
    for index in skeleton(of: .few) where try !visit(index, [.few]) { return try finish() }
    // The grid from coarse to fine, until a fifth of the budget is left.
    for index in PointOrder.coarseToFine.sorted(0..<knowledge.count, counts: counts) {
      guard spent() < 0.8 else { break }
      if try !visit(index, [.few]) { return try finish() }
    }
    while true {
      let cost = (spent() - start) / Double(max(1, evaluations)) * Double(exampleCounts[.few] ?? 1)
      let round = min(64, max(1, Int(0.05 * (1 - spent()) / max(cost, 1e-12))))
      let choices = try knowledge.choices(count: round)
      guard !choices.isEmpty else { return try finish() }
      for choice in choices where try !visit(choice.index, choice.parts) { return try finish() }
    }
  }

  // MARK: - Skeletons

  /// Points spread evenly, the ends included.
  private func skeleton(of part: Part) -> [Int] {
    let positions = zip(counts, Self.skeletonCounts(counts, of: part)).map { count, wanted in
      (0..<wanted).map { wanted == 1 ? 0 : ($0 * (count - 1) + (wanted - 1) / 2) / (wanted - 1) }
    }
    guard positions.count == 2 else { return positions[0] }
    return positions[1].flatMap { y in positions[0].map { y * counts[0] + $0 } }
  }

  private static func skeletonCounts(_ counts: [Int], of part: Part) -> [Int] {
    let wanted = (counts.count == 1 ? 2 : 1) * (part == .few ? 4 : 2) + 1
    return counts.map { min($0, wanted) }
  }
}

/// A point of a budgeted survey.
public struct BudgetedPoint: Sendable, Equatable {
  /// What is known of it.
  public enum State: Sendable, Equatable {
    /// Measured on all examples in use.
    case measured
    /// Estimated from other points, and from a few examples where those were seen.
    case interpolated
    /// Measured, and without a finite loss.
    case diverged
    /// Not measured, and no estimate can be trusted: it lies among points without a finite loss, or few were measured.
    case unknown
  }

  /// Its index in the grid.
  public let index: Int
  /// What is known of it.
  public let state: State
  /// The loss; `nil` for diverged and unknown points.
  public var loss: Double?
  /// Standard deviation of what interpolation may have added; 0 for measured points.
  public var interpolationError = 0.0
  /// Standard error of the mean over examples; `nil` for fewer than two examples.
  public var standardError: Double?
  /// Standard error of the difference from the centre, of measured points.
  public var differenceError: Double?
  /// Number of examples seen there.
  public var exampleCount = 0
  /// Number of correct ones among them, of measured points.
  public var correctCount: Int?
}
