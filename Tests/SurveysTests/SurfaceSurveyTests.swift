import Testing
import ThalwegSurfaces
import ThalwegSurveys

@Suite("Surveys of a surface")
struct SurfaceSurveyTests {
  static let surface = FormulaSurface.quadratic(matrix: [[2, 0], [0, 8]], centre: [0, 0])
  static let centre = surface.point([1, 2])
  static let directions = [
    Displacement(parameters: ModelVector([1.0, 0])), Displacement(parameters: ModelVector([0, 1.0])),
  ]

  /// A survey of 4 × 3 points, whose numbers are all exact.
  static func survey(order: PointOrder = .sequential, blockSize: Int = 5) -> SurfaceSurvey {
    SurfaceSurvey(
      centre: centre, directions: directions,
      axes: [Axis(lower: -1, upper: 2, count: 4), Axis(lower: -2, upper: 2, count: 3)], order: order,
      blockSize: blockSize)
  }

  static func results(_ survey: SurfaceSurvey, pending: [Int]? = nil) throws -> [PointResult] {
    var results: [PointResult] = []
    _ = try survey.run(pending: pending, with: surface.makeEvaluator()) { results += $0 }
    return results
  }

  @Test("A quadratic's surface is exact on a grid that is not square, the first axis fastest")
  func exactQuadratic() throws {
    let results = try Self.results(Self.survey())
    // x² + 4 y² at x = 0, 1, 2, 3 and y = 0, 2, 4.
    let expected: [Double?] = [0, 1, 4, 9, 16, 17, 20, 25, 64, 65, 68, 73]
    #expect(results.map(\.index) == Array(0..<12))
    #expect(results.losses(count: 12) == expected)
    #expect(results.allSatisfy { $0.status == .ok && $0.standardError == nil && $0.correctCount == nil })
  }

  @Test("A slice is a survey with one axis")
  func slice() throws {
    let survey = SurfaceSurvey(
      centre: Self.centre, directions: [Self.directions[1]], axes: [Axis(lower: -2, upper: 0, count: 5)])
    #expect(try Self.results(survey).losses(count: 5) == [1, 2, 5, 10, 17])
  }

  @Test("Blocks have the stated size, and the last holds the rest")
  func blocks() throws {
    var sizes: [Int] = []
    let outcome = try Self.survey().run(with: Self.surface.makeEvaluator()) { sizes.append($0.count) }
    #expect(sizes == [5, 5, 2])
    #expect(outcome == .finished)
    let nothing = try Self.survey().run(pending: [], with: Self.surface.makeEvaluator()) { _ in
      Issue.record("an empty block was reported")
    }
    #expect(nothing == .finished)
  }

  @Test("Order and block size don't change results", arguments: PointOrder.allCases, [1, 7, 100])
  func orderDoesNotMatter(order: PointOrder, blockSize: Int) throws {
    let results = try Self.results(Self.survey(order: order, blockSize: blockSize))
    #expect(try results.sorted { $0.index < $1.index } == Self.results(Self.survey()))
  }

  @Test("A survey that is cancelled anywhere and resumed with the pending points gives the whole")
  func resumes() throws {
    let whole = try Self.results(Self.survey())
    for stop in 0...12 {
      let survey = Self.survey(order: .coarseToFine)
      let evaluator = CountingEvaluator(Self.surface)
      var results: [PointResult] = []
      let outcome = try survey.run(with: evaluator, isCancelled: { evaluator.points.count == stop }) {
        results += $0
      }
      #expect(outcome == (stop < 12 ? .cancelled : .finished))
      #expect(results.count == stop)
      let done = Set(results.map(\.index))
      results += try Self.results(survey, pending: (0..<12).filter { !done.contains($0) })
      #expect(results.sorted { $0.index < $1.index } == whole)
    }
  }

  @Test("When the evaluator or the report fails, what is done has been reported and the error passes through")
  func failures() throws {
    var results: [PointResult] = []
    #expect(throws: CountingEvaluator.Failure.self) {
      try Self.survey().run(with: CountingEvaluator(Self.surface, failingCall: 7)) { results += $0 }
    }
    #expect(results.map(\.index) == Array(0..<7))
    var calls = 0
    let evaluator = CountingEvaluator(Self.surface)
    #expect(throws: CancellationError.self) {
      try Self.survey().run(with: evaluator) { _ in
        calls += 1
        throw CancellationError()
      }
    }
    #expect(calls == 1 && evaluator.points.count == 5)
  }

  @Test("Only the pending points are evaluated, at their own coordinates")
  func evaluatesOnlyPending() throws {
    let evaluator = CountingEvaluator(Self.surface)
    _ = try Self.survey().run(pending: [11, 1], with: evaluator) { _ in }
    #expect(evaluator.points == [[1, 0], [3, 4]])
  }

  @Test("Points whose loss is infinite or no number are marked, and hold no number")
  func divergedPoints() throws {
    let surface = FormulaSurface(
      variables: ["x"], value: { $0[0] < 0 ? .nan : 1 / $0[0] }, gradient: { $0 })
    let survey = SurfaceSurvey(
      centre: surface.point([0]), directions: [Displacement(parameters: ModelVector([1.0]))],
      axes: [Axis(lower: -1, upper: 1, count: 3)])
    var results: [PointResult] = []
    _ = try survey.run(with: CountingEvaluator(surface, perExampleLosses: [1, 2])) { results += $0 }
    #expect(results.map(\.status) == [.diverged, .diverged, .ok])
    #expect(results.map(\.loss) == [nil, nil, 1])
    #expect(results.map(\.undeformedLoss) == [nil, nil, 1])
    #expect(results.map { $0.standardError == nil } == [true, true, false])
  }

  @Test("The standard error is that of the mean, smaller for a sample of a data set and 0 for all of it")
  func standardErrors() {
    let losses = [1.0, 2, 3, 4]
    // s² = 5/3, so s / √4 = √(5/12).
    let error = (5.0 / 12).squareRoot()
    func found(_ kind: SamplingError) -> Double? {
      PointResult(
        index: 0, evaluation: Evaluation(loss: 2.5, exampleCount: 4), perExampleLosses: losses,
        samplingError: kind
      ).standardError
    }
    #expect(abs((found(.population) ?? 0) - error) <= 4 * error * .ulpOfOne)
    #expect(abs((found(.dataSet(count: 16)) ?? 0) - error * 0.75.squareRoot()) <= 4 * error * .ulpOfOne)
    #expect(found(.dataSet(count: 4)) == 0)
    #expect(SamplingError.population.standardError(ofMeanOf: [1]) == nil)
  }

  @Test("A point that can't be prepared is a hole with its reason, and the others are evaluated as they were prepared")
  func holes() throws {
    let survey = Self.survey()
    let evaluator = CountingEvaluator(Self.surface)
    var results: [PointResult] = []
    let hole = PointHole.negativeVariance(entry: "v", value: -1)
    _ = try survey.run(
      with: evaluator,
      prepare: { point in
        guard point.parameters[0] > 0 else { return hole }
        point.parameters[1] = 0
        return nil
      }, report: { results += $0 })
    for result in results {
      let column = result.index % 4
      #expect(result.hole == (column == 0 ? hole : nil) && result.status == (column == 0 ? .diverged : .ok))
      #expect(result.loss == (column == 0 ? nil : Double(column * column)))
    }
    #expect(evaluator.points.count == 9)
  }

  @Test("The most negative running variance is a state's hole, and none without one")
  func negativeVariance() {
    let space = StateSpace(entries: [
      StateEntry(name: "mean", shape: [2], role: .runningMean),
      StateEntry(name: "a", shape: [2], role: .runningVariance),
      StateEntry(name: "b", shape: [2], role: .runningVariance),
    ])
    func state(_ buffers: [Double]) -> ModelState {
      ModelState(space: space, parameters: ModelVector([Double]()), buffers: ModelVector(buffers))
    }
    #expect(state([-9, -9, 0, 1, 2, 3]).negativeVariance == nil)
    #expect(
      state([0, 0, -1, 1, 2, -3]).negativeVariance == .negativeVariance(entry: "b", value: -3))
  }

  @Test("The centre's bits are those from before")
  func centreIsUntouched() throws {
    let survey = Self.survey()
    _ = try Self.results(survey)
    #expect(survey.grid.centre == Self.surface.point([1, 2]))
  }
}
