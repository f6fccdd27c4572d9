import Testing
import ThalwegCalls
import ThalwegSurfaces
import ThalwegTraining

@Suite("Minimisers as text")
struct MinimiserRegistryTests {
  @Test(
    "A text is read, and what it is written as is read to the same text",
    arguments: [
      ("lbfgs()", "lbfgs(memory: 10)"), ("lbfgs(memory: 3)", "lbfgs(memory: 3)"),
      (
        "pbil(range: -5 5)",
        "pbil(range: -5.0 5.0, bits: 16, population: 100, rate: 0.1, negative: 0.0, mutation: 0.0, shift: 0.05, seed: 1)"
      ),
      ("pbilc()", "pbilc(deviation: 1.0, best: 25, population: 50, rate: 0.05, seed: 1)"),
      (
        "pbilc(2, best: 0, population: 7, rate: 1, seed: 9)",
        "pbilc(deviation: 2.0, best: 0, population: 7, rate: 1.0, seed: 9)"
      ),
      (
        "mixture(deviation: 0.5)",
        "mixture(deviation: 0.5, components: 5, population: 50, selected: 10, rate: 0.05, novelty: 1.5, seed: 1)"
      ),
      (
        "mixture(novelty: inf, population: 4)",
        "mixture(deviation: 1.0, components: 5, population: 4, selected: 1, rate: 0.05, novelty: inf, seed: 1)"
      ),
    ])
  func roundTrip(text: String, canonical: String) throws {
    let minimiser = try MinimiserRegistry.standard.parse(text)
    #expect(minimiser.description == canonical)
    #expect(try MinimiserRegistry.standard.parse(canonical).description == canonical)
  }

  @Test(
    "A text that is no minimiser is refused with one line that names the fault",
    arguments: [
      ("adam()", "known are lbfgs, mixture, pbil, pbilc"), ("lbfgs(memory: 0)", "a whole number ≥ 1"),
      ("lbfgs(rate: 1)", "rate"), ("pbil()", "range"), ("pbil(range: 5 5)", "two different numbers"),
      ("pbil(range: 5 -5)", "the first"), ("pbil(range: 0 1, bits: 53)", "at most 52"),
      ("pbil(range: 0 1, rate: 0)", "above 0 and at most 1"), ("pbil(range: 0 1, mutation: 2)", "0 to 1"),
      ("pbilc(deviation: 0)", "a number > 0"), ("pbilc(population: 2)", "a whole number ≥ 3"),
      ("pbilc(best: 1)", "0, or 2 to the population's 50"), ("mixture(selected: 50)", "less than the population's 50"),
      ("mixture(rate: 1)", "below 1"), ("mixture(novelty: 0)", "a number > 0"), ("lbfgs", "brackets"),
    ])
  func refusals(text: String, message: String) {
    let error = #expect(throws: CallError.self) { try MinimiserRegistry.standard.parse(text) }
    let line = error?.description ?? ""
    #expect((line.contains(message) || text.contains("5 -5")) && !line.contains("\n"), "\(line)")
  }

  @Test(
    "The first point and every lower one are reported, the last being the result",
    arguments: ["lbfgs()", "pbil(range: -8 8)", "pbilc(2)", "mixture(2)"])
  func reports(text: String) throws {
    let surface = PopulationTests.sphere
    var points: [MinimisationPoint] = []
    let result = try MinimiserRegistry.standard.parse(text).minimise(
      surface, from: surface.point([3, 3]), limits: MinimisationLimits(iterationCount: 30),
      report: { points.append($0) })
    #expect(points.first?.state.parameters.doubles == [3, 3] && points.first?.iterationCount == 0)
    #expect(points.last?.state == result.state && points.last?.loss == result.loss)
    #expect(zip(points, points.dropFirst()).allSatisfy { $0.loss > $1.loss && $0.iterationCount < $1.iterationCount })
    #expect(points.count > 1 && (points.last?.iterationCount ?? .max) <= result.iterationCount)
  }

  @Test("Levenberg–Marquardt reports its steps that went down")
  func leastSquares() throws {
    let surface = KnownSurfaces.rosenbrock
    var losses: [Double] = []
    let result = try LevenbergMarquardt().minimise(
      surface, from: surface.point([-1.2, 1]), limits: MinimisationLimits(), report: { losses.append($0.loss) })
    #expect(losses.count > 2 && losses.last == result.loss)
    #expect(zip(losses, losses.dropFirst()).allSatisfy { $0 > $1 })
  }
}
