import Foundation
import Testing
import ThalwegRandomness
import ThalwegSurfaces
import ThalwegSurveys

@Suite("Roughness")
struct RoughnessTests {
  static func line(_ count: Int, _ value: (Double) -> Double) -> [Double?] {
    Axis(lower: -1, upper: 1, count: count).coordinates.map { value($0) }
  }

  static func plane(_ counts: [Int], _ value: (Double, Double) -> Double) -> [Double?] {
    let x = Axis(lower: -1, upper: 1, count: counts[0]).coordinates
    let y = Axis(lower: -1, upper: 1, count: counts[1]).coordinates
    return y.flatMap { y in x.map { value($0, y) } }
  }

  @Test("Planes have none at all, also where their numbers are rounded")
  func affine() {
    let roughness = Roughness(values: Self.plane([21, 13]) { 0.1 + 0.3 * $0 - 0.7 * $1 }, counts: [21, 13])
    #expect(roughness.value == 0 && roughness.bending == 0)
    #expect(roughness.nonConvexShare == 0 && roughness.localMinimumCount == 0)
    #expect(roughness.tripleCount == 19 * 13 + 21 * 11)
    #expect(roughness.candidateCount == 19 * 11)
    let constant = Roughness(values: Self.line(9) { _ in 2.5 }, counts: [9])
    #expect(constant.value == 0 && constant.bending == 0)
  }

  @Test("A parabola bends by 8/(n − 1)² and has no roughness and one minimum", arguments: [5, 51, 401])
  func parabola(count: Int) {
    let roughness = Roughness(values: Self.line(count) { 3 + 7 * $0 * $0 }, counts: [count])
    let expected = 8 / Double((count - 1) * (count - 1))
    #expect(roughness.value == 0)
    // Each second difference has an error of at most 8 ε · 10, its mean no more, and the range is 7.
    #expect(abs(roughness.bending - expected) <= 80 * Double.ulpOfOne / 7)
    #expect(roughness.localMinimumCount == 1 && roughness.nonConvexTripleCount == 0)
  }

  @Test("Bowls of any steepness, and domes, have none; only the dome is not convex")
  func bowls() {
    let bowl = Roughness(values: Self.plane([21, 15]) { exp(5 * $0) + $1 * $1 * $1 * $1 }, counts: [21, 15])
    #expect(bowl.value == 0 && bowl.nonConvexShare == 0 && bowl.bending > 0)
    let dome = Roughness(values: Self.plane([21, 15]) { -$0 * $0 - $1 * $1 }, counts: [21, 15])
    #expect(dome.value == 0 && dome.nonConvexShare == 1 && dome.localMinimumCount == 0)
  }

  @Test("A saw's numbers are those computed by hand")
  func saw() {
    // Second differences 2, −2, 2 with range 1: Σ|D| = 6, |ΣD| = 2, three triples.
    let roughness = Roughness(values: [1, 0, 1, 0, 1], counts: [5])
    #expect(roughness.bending == 2)
    #expect(abs(roughness.value - 4.0 / 3) <= .ulpOfOne * 2)
    #expect(roughness.localMinimumCount == 2 && roughness.candidateCount == 3)
    #expect(roughness.nonConvexTripleCount == 1)
  }

  static func noisy(_ size: Double, seed: UInt64 = 1) -> [Double?] {
    var random = RandomStream(seed: seed)
    return plane([41, 31]) { x, y in x * x + 2 * y * y + size * random.normal() }
  }

  @Test("It grows with noise, and pure noise bends by √(12/π) of its deviation")
  func growsWithNoise() {
    let values = [0, 0.001, 0.01, 0.1, 1].map { Roughness(values: Self.noisy($0), counts: [41, 31]).value }
    #expect(values[0] == 0)
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 < $1 })

    let count = 20_000
    var random = RandomStream(seed: 8)
    let noise = (0..<count).map { _ -> Double? in random.normal() }
    let present = noise.compactMap { $0 }
    let range = (present.max() ?? 0) - (present.min() ?? 0)
    let roughness = Roughness(values: noise, counts: [count])
    // The relative standard error of the mean of n independent |D| is √(π/2 − 1)/√n; neighbours are
    // correlated, at most five in a row: √5 more. Five of those make 6 %.
    #expect(abs(roughness.value * range / (12 / Double.pi).squareRoot() - 1) < 0.06)
    #expect(abs(roughness.nonConvexShare - 0.5) < 0.02)
    // A point is the lowest of three with probability 1/3.
    #expect(abs(roughness.localMinimumShare - 1 / 3.0) < 0.02)
  }

  @Test("Scaling and shifting the loss, reflecting an axis and exchanging axes change nothing")
  func invariances() {
    let values = Self.noisy(0.1)
    let original = Roughness(values: values, counts: [41, 31])
    let scaled = Roughness(values: values.map { $0.map { 4 * $0 } }, counts: [41, 31])
    #expect(scaled == original)
    let shifted = Roughness(values: values.map { $0.map { 3 * $0 + 100 } }, counts: [41, 31])
    // Rounding of values near 100 against second differences near 0.1 · 3.
    #expect(abs(shifted.value / original.value - 1) < 1e-12 * 100)
    let reflected = Roughness(values: values.reversed(), counts: [41, 31])
    #expect(abs(reflected.value / original.value - 1) < 1e-13)
    #expect(reflected.localMinimumCount == original.localMinimumCount)
    let exchanged = Roughness(
      values: (0..<41).flatMap { x in (0..<31).map { y in values[y * 41 + x] } }, counts: [31, 41])
    #expect(abs(exchanged.value / original.value - 1) < 1e-13)
    #expect(exchanged.localMinimumCount == original.localMinimumCount)
    #expect(exchanged.nonConvexTripleCount == original.nonConvexTripleCount)
  }

  @Test("Minima are counted among all eight neighbours and never at the border")
  func minima() {
    // Four basins of cos: minima at x, y = ±½ of cos(2πx) + cos(2πy).
    let values = Self.plane([41, 41]) { cos(2 * .pi * $0) + cos(2 * .pi * $1) }
    let roughness = Roughness(values: values, counts: [41, 41])
    #expect(roughness.localMinimumCount == 4)
    #expect(abs(roughness.nonConvexShare - 0.5) < 0.1)
    let slope = Roughness(values: Self.plane([5, 5]) { $0 + $1 }, counts: [5, 5])
    #expect(slope.localMinimumCount == 0)
    // Lower than the four nearest, but not than one diagonal neighbour.
    let saddle = Roughness(values: [0, 2, 2, 2, 1, 2, 2, 2, 2], counts: [3, 3])
    #expect(saddle.localMinimumCount == 0 && saddle.candidateCount == 1)
  }

  @Test("Holes are counted and touch nothing else")
  func holes() {
    var values = Self.line(21) { $0 * $0 }
    values[3] = nil
    values[15] = .nan
    values[16] = .infinity
    let roughness = Roughness(values: values, counts: [21])
    #expect(roughness.holeCount == 3)
    #expect(roughness.tripleCount == 19 - 3 - 4)
    #expect(roughness.value == 0 && roughness.localMinimumCount == 1)
    let empty = Roughness(values: [nil, nil, nil], counts: [3])
    #expect(empty.holeCount == 3 && empty.value == 0 && empty.tripleCount == 0)
    let single = Roughness(values: [1], counts: [1])
    #expect(single.tripleCount == 0 && single.candidateCount == 0 && single.localMinimumShare == 0)
  }

  @Test(
    "Slices through a bowl have none in every direction, and through ripples more than zero with an error")
  func slices() throws {
    let bowl = FormulaSurface.quadratic(matrix: [[2, 1], [1, 3]], centre: [0.3, 0.1])
    let axis = Axis(lower: -1, upper: 1, count: 51)
    let directions = RandomDirection(seed: 1, normalisation: .layer)
    let smooth = try SliceRoughness(
      of: bowl.makeEvaluator(), at: bowl.point([1, 2]), along: directions, directionCount: 5, axis: axis)
    #expect(smooth.estimate.value == 0 && smooth.estimate.standardError == 0)

    let ripples = FormulaSurface(
      variables: ["x", "y"], value: { 2 + $0[0] * $0[0] + $0[1] * $0[1] + 0.5 * sin(20 * $0[0]) },
      gradient: { $0 })
    let rough = try SliceRoughness(
      of: ripples.makeEvaluator(), at: ripples.point([1, 2]), along: directions, directionCount: 5, axis: axis
    )
    #expect(rough.slices.count == 5 && rough.estimate.sampleCount == 5)
    #expect(rough.slices.allSatisfy { $0.value > 0 })
    #expect((rough.estimate.standardError ?? 0) > 0)
    let again = try SliceRoughness(
      of: ripples.makeEvaluator(), at: ripples.point([1, 2]), along: directions, directionCount: 5, axis: axis
    )
    #expect(again.slices == rough.slices)
  }

  @Test("Logarithms make powers of the loss equally rough")
  func logarithms() throws {
    func rough(power: Double) throws -> Double {
      let surface = FormulaSurface(
        variables: ["x"], value: { pow(2 + sin(9 * $0[0]), power) }, gradient: { $0 })
      return try SliceRoughness(
        of: surface.makeEvaluator(), at: surface.point([1]),
        along: RandomDirection(seed: 1, normalisation: .layer), directionCount: 2,
        axis: Axis(lower: -1, upper: 1, count: 31), isLogarithmic: true
      ).estimate.value
    }
    // pow and log are off by an ulp or so of values up to 3.3, against second differences of about 0.1.
    #expect(try abs(rough(power: 3) / rough(power: 1) - 1) < 1e-12)
  }
}
