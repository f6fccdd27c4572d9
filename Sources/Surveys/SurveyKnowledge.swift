import Foundation
import ThalwegLinearAlgebra

/// What a budgeted survey knows of its grid, and what it follows from it.
struct SurveyKnowledge {
  /// A point worth measuring, and on what.
  struct Choice {
    let index: Int
    let parts: [BudgetedSurvey.Part]
  }

  let count: Int
  private let survey: BudgetedSurvey
  private let hasRest: Bool
  private var few: [Int: BudgetedSurvey.Sample] = [:]
  private var rest: [Int: BudgetedSurvey.Sample] = [:]
  private var holes: Set<Int> = []
  /// The lengths over which losses (or their logarithms) hang together, and of how many points they were learned.
  private var lengths: (values: [Double], count: Int, isLogarithmic: Bool)?
  /// Estimates that hold as long as the points on which they lean are the nearest.
  private var regressions: [Int: (predictors: [Int], estimate: Estimate)] = [:]

  init(_ survey: BudgetedSurvey) {
    self.survey = survey
    count = survey.counts.reduce(1, *)
    hasRest = (survey.exampleCounts[.rest] ?? 0) > 0
  }

  // MARK: - Measurements

  func isHole(_ index: Int) -> Bool { holes.contains(index) }

  func has(_ part: BudgetedSurvey.Part, at index: Int) -> Bool {
    if holes.contains(index) || part == .rest && !hasRest { return true }
    return part == .few ? few[index] != nil : rest[index] != nil
  }

  func isComplete(_ index: Int) -> Bool { has(.few, at: index) && has(.rest, at: index) }

  mutating func note(_ sample: BudgetedSurvey.Sample?, _ part: BudgetedSurvey.Part, at index: Int) {
    guard let sample, sample.losses.mean.isFinite else {
      holes.insert(index)
      return
    }
    if part == .few { few[index] = sample } else { rest[index] = sample }
    // Only the losses of the few are compared from point to point.
    if part == .rest { rest[index]?.values = [] }
    if !hasRest { few[index]?.values = [] }
  }

  /// A point that is complete, or a hole.
  func measuredPoint(_ index: Int) -> BudgetedPoint {
    guard !holes.contains(index), let sample = whole(index) else {
      return BudgetedPoint(index: index, state: .diverged)
    }
    var point = BudgetedPoint(index: index, state: .measured)
    point.loss = sample.losses.mean
    point.standardError = survey.samplingError.standardError(of: sample.losses)
    point.differenceError = survey.samplingError.standardError(of: sample.differences)
    point.exampleCount = sample.losses.count
    point.correctCount = sample.correctCount
    return point
  }

  /// Everything measured at a complete point.
  private func whole(_ index: Int) -> BudgetedSurvey.Sample? {
    guard var sample = few[index] else { return nil }
    guard hasRest else { return sample }
    guard let more = rest[index] else { return nil }
    sample.losses.add(more.losses)
    sample.differences.add(more.differences)
    sample.correctCount = sample.correctCount.flatMap { own in more.correctCount.map { own + $0 } }
    return sample
  }

  // MARK: - Conclusions

  /// What fills the grid.
  private struct Fields {
    let isLogarithmic: Bool
    /// Losses on all examples at the points that were seen, exact or estimated.
    let seen: [Int: Estimate]
    let kriging: Kriging

    func forward(_ value: Double) -> Double { isLogarithmic ? log(value) : value }
    func backward(_ value: Double) -> Double { isLogarithmic ? exp(value) : value }
    /// Change of the loss for a small change of its transform.
    func slope(at loss: Double) -> Double { isLogarithmic ? loss : 1 }
  }

  /// The loss on all examples at a point that some saw.
  private struct Estimate {
    let loss: Double
    /// The standard error of what the others would add; 0 where they were seen.
    let error: Double
  }

  /// An estimate at an incomplete point, in the fields' scale.
  private struct Guess {
    let index: Int
    let value: Double
    let fewError: Double
    let correctionError: Double

    var error: Double { (fewError * fewError + correctionError * correctionError).squareRoot() }
  }

  private func place(_ index: Int) -> [Double] {
    var rest = index
    return survey.counts.map { count in
      defer { rest /= count }
      return count > 1 ? Double(rest % count) / Double(count - 1) : 0
    }
  }

  /// The losses on all examples at all points that were seen.
  private mutating func estimates() throws -> [Int: Estimate] {
    guard hasRest else { return few.mapValues { Estimate(loss: $0.losses.mean, error: 0) } }
    let complete = rest.keys.sorted()
    var result: [Int: Estimate] = [:]
    for (index, sample) in few {
      if let whole = whole(index) {
        result[index] = Estimate(loss: whole.losses.mean, error: 0)
        continue
      }
      let near = Array(
        complete.map { (distance: distance($0, index), index: $0) }.sorted { $0 < $1 }
          .prefix(min(Self.predictorCount, sample.values.count / 32)).map(\.index))
      if let known = regressions[index], known.predictors == near {
        result[index] = known.estimate
        continue
      }
      let predictors = near.compactMap { other in
        few[other].flatMap { own in
          whole(other).map { ExampleRegression.Predictor(few: own.values, mean: $0.losses.mean) }
        }
      }
      let total = (survey.exampleCounts[.few] ?? 0) + (survey.exampleCounts[.rest] ?? 0)
      guard let found = try ExampleRegression(of: sample.values, on: predictors, total: total) else { continue }
      let estimate = Estimate(loss: found.mean, error: found.error)
      regressions[index] = (near, estimate)
      result[index] = estimate
    }
    return result
  }

  /// Points on which a regression leans, of few examples fewer: each costs one of them.
  private static let predictorCount = 5

  private mutating func fields() throws -> Fields? {
    let seen = try estimates()
    let indices = seen.keys.sorted()
    guard indices.count >= 3 else { return nil }
    let isLogarithmic = seen.values.allSatisfy { $0.loss > 0 }
    let losses = indices.map { index in
      let loss = seen[index]?.loss ?? 0
      return isLogarithmic ? log(loss) : loss
    }
    // Learning lengths is most of the work, and a few points more say nothing new.
    let known = lengths.flatMap { known in
      known.isLogarithmic == isLogarithmic && 4 * indices.count < 5 * known.count ? known.values : nil
    }
    let kriging = try Kriging(points: indices.map(place), values: losses, lengths: known)
    if known == nil { lengths = (kriging.lengths, indices.count, isLogarithmic) }
    return Fields(isLogarithmic: isLogarithmic, seen: seen, kriging: kriging)
  }

  /// Estimates at all points that are neither complete nor beside a hole.
  private func guesses(_ fields: Fields) throws -> [Guess] {
    let open = (0..<count).filter { !isComplete($0) && !isBesideHole($0) }
    let unseen = open.filter { fields.seen[$0] == nil }
    let predicted = Dictionary(uniqueKeysWithValues: zip(unseen, try fields.kriging.predict(unseen.map(place))))
    return open.compactMap { index in
      if let own = fields.seen[index] {
        return Guess(
          index: index, value: fields.forward(own.loss), fewError: 0,
          correctionError: own.error / fields.slope(at: own.loss))
      }
      guard let guess = predicted[index],
        let nearest = fields.seen.min(by: { (distance(index, $0.key), $0.key) < (distance(index, $1.key), $1.key) })
      else { return nil }
      // What is wrong with the points around is wrong here.
      return Guess(
        index: index, value: guess.value, fewError: guess.error,
        correctionError: nearest.value.error / fields.slope(at: nearest.value.loss))
    }
  }

  /// Whether a hole is among the points around a place that an estimate would lean on most.
  private func isBesideHole(_ index: Int) -> Bool {
    guard !holes.isEmpty, few[index] == nil else { return false }
    let hole = holes.lazy.map { distance(index, $0) }.min() ?? .infinity
    return few.keys.lazy.filter { distance(index, $0) < hole }.prefix(Self.supportCount).count < Self.supportCount
  }

  /// Points that have to be nearer than the nearest hole for an estimate.
  private static let supportCount = 12

  /// Points to measure between holes and finite losses, at most `limit`, those farthest from all known points first.
  private func edge(_ limit: Int) -> [Choice] {
    let candidates = (0..<count).filter { !isComplete($0) && isBesideHole($0) }.map { index in
      (
        index: index, hole: holes.lazy.map { distance(index, $0) }.min() ?? .infinity,
        value: few.keys.lazy.map { distance(index, $0) }.min() ?? .infinity
      )
    }
    // Behind holes there are others, more likely than not.
    let sorted = candidates.filter { $0.value <= 2 * $0.hole }.sorted {
      (min($0.value, $0.hole), $1.index) > (min($1.value, $1.hole), $0.index)
    }
    var chosen: [Choice] = []
    for candidate in sorted.isEmpty ? candidates : sorted where chosen.count < limit {
      guard chosen.allSatisfy({ distance($0.index, candidate.index) >= 2 }) else { continue }
      chosen.append(Choice(index: candidate.index, parts: [.few]))
    }
    return chosen
  }

  /// Steps of the grid between two points.
  private func distance(_ a: Int, _ b: Int) -> Double {
    let (dx, dy) = (a % survey.counts[0] - b % survey.counts[0], a / survey.counts[0] - b / survey.counts[0])
    return Double(dx * dx + dy * dy).squareRoot()
  }

  /// Points whose measurement helps most, at most `count`, and never two beside each other.
  mutating func choices(count limit: Int) throws -> [Choice] {
    var chosen = holes.isEmpty ? [] : edge((limit + 1) / 2)
    guard let fields = try fields() else { return chosen }
    let guesses = try guesses(fields)
    let known = fields.seen.values.map { fields.forward($0.loss) }
    guard let low = known.min(), let high = known.max() else { return chosen }
    let spacing = (high - low) / Double(survey.levelCount)
    /// By how much a contour at the nearest level lies within the 95 % interval.
    func doubt(_ guess: Guess) -> Double {
      guard spacing > 0 else { return guess.error }
      let toLevel = abs((guess.value - low) / spacing - ((guess.value - low) / spacing).rounded()) * spacing
      return normalQuantile975 * guess.error - toLevel
    }
    let doubts = guesses.map { (guess: $0, doubt: doubt($0)) }
    let undecided = doubts.filter { $0.doubt > 0 }.sorted { $0.doubt > $1.doubt }
    let sorted = undecided.isEmpty ? doubts.sorted { $0.guess.error > $1.guess.error } : undecided
    for (guess, _) in sorted where chosen.count < limit {
      guard chosen.allSatisfy({ distance($0.index, guess.index) >= 2 }) else { continue }
      chosen.append(Choice(index: guess.index, parts: parts(for: guess)))
    }
    return chosen
  }

  /// What takes most of the error away for its price.
  private func parts(for guess: Guess) -> [BudgetedSurvey.Part] {
    guard hasRest, few[guess.index] == nil else { return BudgetedSurvey.Part.allCases }
    let (a, b) = (Double(survey.exampleCounts[.few] ?? 1), Double(survey.exampleCounts[.rest] ?? 1))
    let (fewGain, restGain) = (guess.fewError * guess.fewError / a, guess.correctionError * guess.correctionError / b)
    return fewGain >= restGain ? [.few] : BudgetedSurvey.Part.allCases
  }

  /// Every point of the grid.
  mutating func points() throws -> [BudgetedPoint] {
    var points = (0..<count).map { index in
      isComplete(index) ? measuredPoint(index) : BudgetedPoint(index: index, state: .unknown)
    }
    guard let fields = try fields() else { return points }
    for guess in try guesses(fields) {
      var point = BudgetedPoint(index: guess.index, state: .interpolated)
      let loss = fields.backward(guess.value)
      guard loss.isFinite, guess.error.isFinite else { continue }
      point.loss = loss
      point.interpolationError = guess.error * fields.slope(at: loss)
      point.exampleCount = few[guess.index]?.losses.count ?? 0
      point.standardError = samplingError(near: guess.index, fields.isLogarithmic).map { $0 * fields.slope(at: loss) }
      points[guess.index] = point
    }
    return points
  }

  /// The standard error at the nearest complete point, relative to its loss on a logarithmic scale.
  private func samplingError(near index: Int, _ isLogarithmic: Bool) -> Double? {
    let complete = (hasRest ? rest : few).keys
    guard let nearest = complete.min(by: { (distance(index, $0), $0) < (distance(index, $1), $1) }),
      let sample = whole(nearest), let error = survey.samplingError.standardError(of: sample.losses)
    else { return nil }
    return isLogarithmic ? error / sample.losses.mean : error
  }
}

/// The 97.5 % quantile of the normal distribution: so many standard errors lie on each side in a 95 % interval.
package let normalQuantile975 = 1.959963984540054
