import Foundation
import Testing
import ThalwegRandomness
import ThalwegSurveys

@Suite("Budgeted surveys")
struct BudgetedSurveyTests {
  /// A surface of 600 examples over the unit square; the loss of each is another smooth bowl.
  private struct Bowl {
    let counts: [Int]
    let bowls: [(x: Double, y: Double, a: Double, b: Double)]

    init(_ counts: [Int]) {
      self.counts = counts
      var stream = RandomStream(seed: 8)
      bowls = (0..<600).map { _ in
        (
          0.5 + 0.15 * stream.normal(), 0.45 + 0.1 * stream.normal(), exp(1.5 + 0.5 * stream.normal()),
          exp(0.5 + 0.5 * stream.normal())
        )
      }
    }

    func losses(_ index: Int, _ examples: Range<Int>) -> [Double] {
      let x = Double(index % counts[0]) / Double(counts[0] - 1)
      let y = counts.count > 1 ? Double(index / counts[0]) / Double(counts[1] - 1) : 0.3
      return examples.map { i in
        let bowl = bowls[i]
        return log(1.02 + bowl.a * (x - bowl.x) * (x - bowl.x) + bowl.b * (y - bowl.y) * (y - bowl.y))
      }
    }

    func sample(_ index: Int, _ examples: Range<Int>) -> BudgetedSurvey.Sample {
      let own = losses(index, examples)
      let centre = losses(0, examples)
      return BudgetedSurvey.Sample(
        losses: own, differences: zip(own, centre).map { $0 - $1 }, correctCount: 1)
    }
  }

  private func survey(
    _ bowl: Bowl, evaluations: Double, isHole: (Int) -> Bool = { _ in false }
  ) throws -> (points: [BudgetedPoint], spent: Int, survey: BudgetedSurvey) {
    let counts = BudgetedSurvey.exampleCounts(of: 600, counts: bowl.counts, evaluations: evaluations)
    let survey = BudgetedSurvey(counts: bowl.counts, exampleCounts: counts, samplingError: .dataSet(count: 600))
    let (few, rest) = (counts[.few] ?? 0, counts[.rest] ?? 0)
    var spent = 0
    let (points, outcome) = try survey.run(
      measure: { part, index in
        spent += part == .few ? few : rest
        return isHole(index) ? nil : bowl.sample(index, part == .few ? 0..<few : few..<few + rest)
      }, spent: { Double(spent) / evaluations }, isCancelled: { false })
    #expect(outcome == .finished)
    return (points, spent, survey)
  }

  @Test(
    "a tenth of the evaluations gives the surface within its stated error", arguments: [[21, 21], [33, 25], [41]])
  func tenth(counts: [Int]) throws {
    let bowl = Bowl(counts)
    let count = counts.reduce(1, *)
    let budget = Double(count * 600) / (counts.count == 1 ? 3 : 10)
    let (points, spent, survey) = try survey(bowl, evaluations: budget)
    #expect(Double(spent) <= budget)
    let truth = (0..<count).map { ExampleMoments(of: bowl.losses($0, 0..<600)).mean }
    let total = survey.exampleCounts.values.reduce(0, +)
    var (within, interpolated) = (0, 0)
    for point in points {
      let loss = try #require(point.loss)
      if point.state == .measured && total == 600 { #expect(abs(loss - truth[point.index]) < 1e-12) }
      guard point.state == .interpolated else { continue }
      interpolated += 1
      let sampling = point.standardError ?? 0
      let error = (point.interpolationError * point.interpolationError + sampling * sampling).squareRoot()
      if abs(loss - truth[point.index]) <= normalQuantile975 * error + 1e-12 { within += 1 }
    }
    #expect(interpolated > 0)
    // Errors of neighbours hang together, so that the share varies more than independent ones would.
    #expect(Double(within) >= 0.9 * Double(interpolated), "\(within) of \(interpolated)")
    let (low, high) = (truth.min() ?? 0, truth.max() ?? 0)
    let worst = points.map { abs(($0.loss ?? 0) - truth[$0.index]) }.max() ?? 0
    #expect(worst < 0.03 * (high - low), "off by \(worst) of \(high - low)")
  }

  @Test("a budget for everything measures everything")
  func everything() throws {
    let bowl = Bowl([9, 9])
    let (points, _, _) = try survey(bowl, evaluations: 81 * 600 + 1)
    #expect(points.allSatisfy { $0.state == .measured && $0.exampleCount == 600 && $0.interpolationError == 0 })
  }

  @Test("points without a loss stay holes, and none is made up beside them")
  func holes() throws {
    let bowl = Bowl([21, 21])
    let (points, _, _) = try survey(bowl, evaluations: 441 * 60) { $0 % 21 > 14 }
    for point in points where point.index % 21 > 16 {
      #expect(point.state == .diverged || point.state == .unknown, "\(point)")
    }
    #expect(points.contains { $0.state == .diverged })
    #expect(points.filter { $0.index % 21 <= 12 }.allSatisfy { $0.loss != nil })
  }

  @Test("beside holes, where losses rise beyond all bounds, estimates stay within their stated error")
  func steep() throws {
    let counts = [25, 25]
    /// Bowls around (0.4, 0.4) with poles at distance 0.5; what one example makes infinite has no loss.
    func loss(_ index: Int, _ example: Int) -> Double {
      let x = Double(index % 25) / 24 - 0.4 - 0.005 * Double(example % 7 - 3)
      let y = Double(index / 25) / 24 - 0.4
      let r = (x * x + y * y).squareRoot() / 0.5
      return r < 1 ? (0.5 + 3 * r * r / pow(1 - r, 2)) * (1 + 0.1 * Double(example % 5)) : .infinity
    }
    let exampleCounts = BudgetedSurvey.exampleCounts(of: 600, counts: counts, evaluations: 625 * 90)
    let (few, rest) = (exampleCounts[.few] ?? 0, exampleCounts[.rest] ?? 0)
    var survey = BudgetedSurvey(
      counts: counts, exampleCounts: exampleCounts, samplingError: .dataSet(count: few + rest))
    survey.landmarks = [10 * 25 + 10, 17 * 25 + 3]
    var spent = 0
    let (points, _) = try survey.run(
      measure: { part, index in
        let range = part == .few ? 0..<few : few..<few + rest
        spent += range.count
        let losses = range.map { loss(index, $0) }
        guard losses.allSatisfy(\.isFinite) else { return nil }
        return BudgetedSurvey.Sample(
          losses: losses, differences: losses, correctCount: nil)
      }, spent: { Double(spent) / Double(625 * 90) }, isCancelled: { false })
    for index in survey.landmarks { #expect(points[index].state == .measured) }
    var (within, interpolated) = (0, 0)
    for point in points where point.state == .interpolated {
      let truth = ExampleMoments(of: (0..<few + rest).map { loss(point.index, $0) }).mean
      let found = try #require(point.loss)
      interpolated += 1
      if abs(found - truth) <= normalQuantile975 * point.interpolationError { within += 1 }
      #expect(abs(found - truth) <= 5 * point.interpolationError, "\(point.index): \(found) for \(truth)")
    }
    #expect(interpolated > 100 && Double(within) >= 0.9 * Double(interpolated), "\(within) of \(interpolated)")
    // Nothing is made up at the edge.
    #expect(points.count { $0.state == .unknown } > 0)
  }

  @Test("a budget that allows next to nothing ends, and says that it knows nothing")
  func nothing() throws {
    let (points, _, _) = try survey(Bowl([21, 21]), evaluations: 70)
    #expect(points.contains { $0.state == .measured })
    #expect(points.contains { $0.state == .unknown })
  }
}
