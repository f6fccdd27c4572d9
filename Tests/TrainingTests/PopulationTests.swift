import Foundation
import Testing
import ThalwegSurfaces
import ThalwegTraining

@Suite("Population methods")
struct PopulationTests {
  /// The sphere around (1, −2).
  static let sphere = FormulaSurface.quadratic(matrix: [[1, 0], [0, 1]], centre: [1, -2])

  /// Two wells on a line, the deeper on the right: at ±2, with losses near −1 and −1.5.
  static let wells = FormulaSurface(
    variables: ["x"],
    value: { x in -exp(-(x[0] + 2) * (x[0] + 2)) - 1.5 * exp(-(x[0] - 2) * (x[0] - 2)) },
    gradient: { _ in [.nan] })

  static func methods(seed: UInt64) -> [any Minimiser<any LossSurface>] {
    [
      BinaryPBIL(range: -8...8, seed: seed),
      BinaryPBIL(range: -8...8, negativeLearningRate: 0.075, mutationProbability: 0.02, seed: seed),
      ContinuousPBIL(initialDeviation: 2, seed: seed),
      ContinuousPBIL(initialDeviation: 0.1, spread: .constant, seed: seed),
      GaussianMixtureSearch(initialDeviation: 2, seed: seed),
      GaussianMixtureSearch(initialDeviation: 2, noveltyFactor: .infinity, seed: seed),
    ]
  }

  @Test("Every method finds the bottom of a bowl without a gradient", arguments: 0..<6, [1 as UInt64, 2, 3])
  func sphere(method: Int, seed: UInt64) throws {
    let result = try Self.methods(seed: seed)[method].minimise(
      Self.sphere, from: Self.sphere.point([0, 0]), limits: MinimisationLimits(loss: 1e-3))
    #expect(result.reason == .lossIsReached)
    #expect(result.loss <= 1e-3)
    #expect(
      result.loss == 0.5 * (pow(result.state.parameters[0] - 1, 2) + pow(result.state.parameters[1] + 2, 2)))
    #expect(result.gradientCount == 0 && result.gradientNorm == nil)
  }

  @Test("The seed determines every bit, and another seed gives another walk", arguments: 0..<6)
  func deterministic(method: Int) throws {
    func run(_ seed: UInt64) throws -> MinimisationResult {
      try Self.methods(seed: seed)[method].minimise(
        Self.sphere, from: Self.sphere.point([0, 0]), limits: MinimisationLimits(iterationCount: 4))
    }
    #expect(try run(1) == run(1))
    #expect(try run(1) != run(2))
  }

  @Test("Evaluations are counted, and no generation begins when they are used up", arguments: 0..<6)
  func counts(method: Int) throws {
    let minimiser = Self.methods(seed: 1)[method]
    let few = try minimiser.minimise(
      Self.sphere, from: Self.sphere.point([0, 0]), limits: MinimisationLimits(evaluationCount: 2))
    let size = method < 2 ? 100 : 50
    #expect(few.reason == .evaluationLimit)
    #expect(few.iterationCount == 1 && few.evaluationCount == 1 + size)
    let none = try minimiser.minimise(
      Self.sphere, from: Self.sphere.point([0, 0]), limits: MinimisationLimits(iterationCount: 0))
    #expect(none.reason == .iterationLimit && none.evaluationCount == 1)
    #expect(none.state == Self.sphere.point([0, 0]))
  }

  @Test("A mixture finds the deeper well from the bottom of the other")
  func deeperWell() throws {
    let result = try GaussianMixtureSearch(initialDeviation: 2, seed: 3).minimise(
      Self.wells, from: Self.wells.point([-2]), limits: MinimisationLimits(iterationCount: 200, loss: -1.49))
    #expect(result.reason == .lossIsReached)
    #expect(abs(result.state.parameters[0] - 2) < 0.1)
  }

  @Test("The weights of a mixture and its responsibilities add up to 1, and their numbers keep the limit")
  func mixtureModel() throws {
    let (_, model) = try GaussianMixtureSearch(
      initialDeviation: 3, componentLimit: 4, noveltyFactor: 0.75, seed: 5
    ).search(
      Self.wells, from: Self.wells.point([0]), limits: MinimisationLimits(iterationCount: 30))
    #expect((2...4).contains(model.components.count))
    // Thirty generations of ten updates, each with a few roundings of numbers up to 1.
    #expect(abs(model.components.reduce(0) { $0 + $1.weight } - 1) <= 300 * 8 * .ulpOfOne)
    #expect(abs(model.responsibilities(at: [0.5]).reduce(0, +) - 1) <= 8 * .ulpOfOne)
    #expect(model.components.allSatisfy { $0.variances.allSatisfy { $0 > 0 } })
  }

  @Test("A method that is left alone contracts to a point and says so")
  func collapses() throws {
    let (result, probabilities) = try BinaryPBIL(range: -8...8, bitCount: 4, learningRate: 1, seed: 1).search(
      Self.sphere, from: Self.sphere.point([0, 0]))
    #expect(result.reason == .populationCollapsed)
    #expect(probabilities.allSatisfy { $0 == 0 || $0 == 1 })
    let (narrow, model) = try ContinuousPBIL(initialDeviation: 1, learningRate: 0.3, seed: 1).search(
      Self.sphere, from: Self.sphere.point([0, 0]), limits: MinimisationLimits(iterationCount: 10_000))
    #expect(narrow.reason == .populationCollapsed)
    #expect(zip(model.mean, model.deviations).allSatisfy { $1 <= $0.ulp })
  }

  @Test("Both ends of the range are coded, by zeros and by ones")
  func coding() throws {
    // With one bit a parameter is one end or the other; the best corner of this surface is (−3, 5).
    let surface = FormulaSurface(
      variables: ["a", "b"], value: { $0[0] - $0[1] }, gradient: { _ in [1, -1] })
    let result = try BinaryPBIL(range: -3...5, bitCount: 1, seed: 2).minimise(
      surface, from: surface.point([0, 0]), limits: MinimisationLimits(iterationCount: 5))
    #expect(result.state.parameters.doubles == [-3, 5])
  }

  @Test("Points whose loss is not a number come last")
  func divergedPoints() throws {
    let surface = FormulaSurface(
      variables: ["x"], value: { $0[0] < 0 ? .nan : ($0[0] - 1) * ($0[0] - 1) }, gradient: { _ in [.nan] })
    let result = try ContinuousPBIL(initialDeviation: 2, seed: 1).minimise(
      surface, from: surface.point([-1]), limits: MinimisationLimits(loss: 1e-4))
    #expect(result.reason == .lossIsReached)
  }
}
