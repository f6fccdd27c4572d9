import Foundation
import TestSupport
import Testing
import ThalwegSurfaces
import ThalwegSurveys

@Suite("Curves between two states")
struct LineProfileTests {
  static let coordinates = [-0.5, 0, 0.25, 0.5, 0.75, 1, 1.5]

  static func profile(_ losses: [Double?]) throws -> LineProfile {
    try #require(LineProfile(coordinates: coordinates, losses: losses))
  }

  @Test("the barrier stands above the higher end, and ends beyond 0 and 1 don't count")
  func barrier() throws {
    let found = try Self.profile([9, 1, 2, 5, 3, 2, 9])
    #expect(found.barrier == LineProfile.Rise(from: 5, to: 3, height: 3))
    let none = try Self.profile([9, 3, 2, 1.5, 1, 0.5, 9])
    #expect(none.barrier == LineProfile.Rise(from: 1, to: 1, height: 0))
    #expect(try Self.profile([9, nil, 2, 1.5, 1, 0.5, 9]).barrier == nil)
    let holed = try Self.profile([9, 1, nil, 5, 3, 2, 9])
    #expect(holed.barrier?.height == 3 && holed.holeCount == 1)
  }

  @Test("the largest rise on the way down is zero exactly for monotone curves, from either end")
  func reversal() throws {
    #expect(try Self.profile([0, 3, 2, 1.5, 1, 0.5, 9]).largestReversal?.height == 0)
    #expect(try Self.profile([9, 0.5, 1, 1.5, 2, 3, 0]).largestReversal?.height == 0)
    #expect(
      try Self.profile([0, 3, 1, 1.5, 2, 0.5, 9]).largestReversal == LineProfile.Rise(from: 2, to: 4, height: 1))
    // From 1 down to 0: 3, 1, 4, 2, 0.
    #expect(
      try Self.profile([0, 0, 2, 4, 1, 3, 0]).largestReversal == LineProfile.Rise(from: 4, to: 3, height: 3))
  }

  @Test("a parabola's basin has the width of its chord, but for the linear interpolation")
  func basin() throws {
    let axis = Axis(lower: -1, upper: 3, count: 401)
    let losses = axis.coordinates.map { ($0 - 1) * ($0 - 1) }
    let found = try #require(LineProfile(coordinates: axis.coordinates, losses: losses))
    let basin = try #require(found.basin(around: found.second, threshold: 0.5))
    // A chord of a curve with second derivative 2 over a step h lies at most h²/4 above it; the slope there is 2 √½.
    let error = 1e-4 / 4 / (2 * 0.5.squareRoot())
    expectClose(basin.lower, 1 - 0.5.squareRoot(), relative: 0, absolute: error)
    expectClose(basin.width, 2 * 0.5.squareRoot(), relative: 0, absolute: 2 * error)
    #expect(!basin.isCutBelow && !basin.isCutAbove)
    #expect(found.basin(around: found.first, threshold: 0.5) == nil)
    let all = try #require(found.basin(around: found.second, threshold: 10))
    #expect(all.isCutBelow && all.isCutAbove && all.width == 4)
  }

  @Test("a basin ends at a ridge and is cut by a hole")
  func separateBasins() throws {
    let found = try Self.profile([9, 0, 0.5, 4, 0.5, 0, nil])
    let first = try #require(found.basin(around: found.first, threshold: 1))
    // Down from 9 to 0 over a half, and up from ½ to 4 over a quarter.
    expectClose(first.lower, -0.5 / 9)
    expectClose(first.upper, 0.25 + 0.25 / 7)
    let second = try #require(found.basin(around: found.second, threshold: 1))
    expectClose(second.lower, 0.75 - 0.25 / 7)
    #expect(second.upper == 1 && second.isCutAbove && !second.isCutBelow)
  }

  @Test("a curve without its ends is none")
  func withoutEnds() {
    #expect(LineProfile(coordinates: [0, 0.5], losses: [1, 2]) == nil)
  }

  @Test("the functional distance of known probabilities is exact")
  func functionalDistance() throws {
    // Softmax of (ln 3, 0) is (¾, ¼), of (0, ln 3) the reverse, of (0, 0) halves.
    let l = Float(log(3.0))
    let found = try #require(FunctionalDistance(logits: [l, 0, 0, 0], [0, l, 0, 0], classCount: 2))
    // One example differs by ½ in both entries, the other not at all.
    let rounding = 4 * Double(Float.ulpOfOne)
    expectClose(found.euclidean.value, 0.5.squareRoot() / 2, relative: rounding)
    expectClose(found.absolute.value, 0.5, relative: rounding)
    #expect(found.disagreement.value == 0.5)
    // Samples 0 and d have the standard error d / 2.
    expectClose(found.absolute.standardError ?? 0, 0.5, relative: rounding)
    #expect(FunctionalDistance(logits: [.nan, 0], [0, 0], classCount: 2) == nil)
    #expect(FunctionalDistance(logits: [1e30, 0], [1e30, 0], classCount: 2)?.euclidean.value == 0)
  }
}
