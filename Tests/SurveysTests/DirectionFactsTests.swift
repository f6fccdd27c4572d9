import Testing
import ThalwegSurfaces
import ThalwegSurveys

@Suite("Facts about directions")
struct DirectionFactsTests {
  @Test("Cosines of known angles are exact")
  func knownCosines() {
    let x = Displacement(parameters: ModelVector([3.0, 0]))
    let y = Displacement(parameters: ModelVector([0, 0.5]))
    let diagonal = Displacement(parameters: ModelVector([3.0, 4]))
    #expect(x.cosine(with: x) == 1)
    #expect(x.cosine(with: y) == 0)
    #expect(diagonal.cosine(with: x) == 0.6)
    #expect(x.cosine(with: Displacement(parameters: ModelVector([0.0, 0]))) == nil)
    #expect(DirectionPair(x, y) == nil)
  }

  @Test("The expected |cos| has the known values", arguments: [(100.0, 0.0798), (1e4, 0.00798)])
  func expectedCosine(dimension: Double, expected: Double) {
    #expect(abs(DirectionPair.expectedAbsoluteCosine(dimension: dimension) / expected - 1) < 1e-3)
  }

  @Test("Independent directions meet the expected |cos| on average, also where one tensor dominates")
  func independentDirections() throws {
    let space = StateSpace(entries: [
      StateEntry(name: "large", shape: [10, 10], role: .denseWeight, unitAxis: 0),
      StateEntry(name: "small", shape: [20, 20], role: .denseWeight, unitAxis: 0),
    ])
    var state = ModelState(zerosOf: space, precision: .double)
    for i in 0..<state.parameters.count { state.parameters[i] = i < 100 ? 5 : 0.1 }
    let directions = RandomDirection(seed: 4)
    let pairs = try (0..<200).map { index in
      try #require(
        DirectionPair(
          directions.direction(2 * index, at: state), directions.direction(2 * index + 1, at: state)))
    }
    let mean = pairs.reduce(0) { $0 + abs($1.cosine) } / 200
    let expected = pairs.reduce(0) { $0 + $1.expectedAbsoluteCosine } / 200
    // |cos| has a standard deviation of √(π/2 − 1) ≈ 0.756 of its mean: 5.3 % for 200 pairs; three of them
    // are allowed.
    #expect(abs(mean / expected - 1) < 0.16)
    // The share of the small tensor is (400 · 0.01) / (100 · 25), so about 100 dimensions matter. One pair's
    // number has a relative deviation of about √(8/100) = 0.28: 2 % over 200 pairs, and a bias of its square,
    // 8 %.
    let dimension = pairs.reduce(0) { $0 + $1.effectiveDimension } / 200
    #expect(abs(dimension / 100 - 1) < 0.15)
  }

  @Test("Lengths are those of each trainable tensor")
  func lengths() {
    let space = StateSpace(entries: [
      StateEntry(name: "a", shape: [2, 1], role: .denseWeight),
      StateEntry(name: "r", shape: [3], role: .runningMean),
      StateEntry(name: "b", shape: [1], role: .bias),
    ])
    let direction = Displacement(parameters: ModelVector([3.0, 4, -2]))
    let lengths = direction.lengths(in: space)
    #expect(lengths.map(\.name) == ["a", "b"])
    #expect(lengths.map(\.length) == [5, 2])
  }
}
