import Foundation
import TestSupport
import Testing
import ThalwegLinearAlgebra
import ThalwegRandomness
import ThalwegSurfaces
import ThalwegSurveys

@Suite("Principal components of checkpoints")
struct PrincipalComponentsTests {
  /// Points `c + x u + y v` with two perpendicular directions of length 1 in 6 dimensions.
  static func states(_ places: [(Double, Double)]) -> [ModelState] {
    let space = StateSpace(variables: (0..<6).map { "x\($0)" })
    let u = [0.5, 0.5, 0.5, 0.5, 0, 0]
    let v = [0, 0, 0.6, -0.6, 0.4, 0.34641016151377546]  // 2 · 0.36 + 0.16 + 0.12 = 1
    return places.map { x, y in
      let point = (0..<6).map { 0.1 * Double($0) + x * u[$0] + y * v[$0] }
      return ModelState(space: space, parameters: ModelVector(point), buffers: ModelVector([Double]()))
    }
  }

  /// A closed ellipse: 24 places around it, so that cosine and sine have equal mean squares and no product.
  static let ellipse = (0..<24).map { step in
    let angle = 2 * Double.pi * Double(step) / 24
    return (5 * cos(angle), 2 * sin(angle))
  }

  /// Sums of some 24 terms of size 25 in double precision.
  static let rounding = 24 * 25 * Double.ulpOfOne

  @Test("an ellipse has its half axes' squares as variances, and its own plane")
  func ellipseIsExact() throws {
    let states = Self.states(Self.ellipse)
    let found = try PrincipalComponents(of: 24, from: .mean) { states[$0] }
    #expect(found.shares.count == 2)
    expectClose(found.shares[0], 25.0 / 29, relative: Self.rounding)
    expectClose(found.shares[1], 4.0 / 29, relative: Self.rounding)
    for (scores, place) in zip(found.scores, Self.ellipse) {
      // Signs are a convention: the farthest state has a positive score.
      expectClose(abs(scores[0]), abs(place.0), relative: 0, absolute: Self.rounding)
      expectClose(abs(scores[1]), abs(place.1), relative: 0, absolute: Self.rounding)
    }
    // What is left is the root of a rounded difference of squares.
    #expect(found.distances(fromFirst: 2).allSatisfy { $0 < 10 * Self.rounding.squareRoot() })
    let offLine = found.distances(fromFirst: 1)
    for (distance, place) in zip(offLine, Self.ellipse) {
      expectClose(distance, abs(place.1), relative: 0, absolute: 10 * Self.rounding.squareRoot())
    }
  }

  @Test("origin and directions lead back to every state", arguments: PrincipalOrigin.allCases)
  func frameLeadsBack(_ origin: PrincipalOrigin) throws {
    let states = Self.states([(0, 0), (1, 2), (3, -1), (4, 4), (-2, 0.5)])
    let found = try PrincipalComponents(of: 5, from: origin) { states[$0] }
    let frame = try found.frame(dimension: 2) { states[$0] }
    expectClose(try #require(frame.directions[0].cosine(with: frame.directions[1])), 0, absolute: Self.rounding)
    for (state, scores) in zip(states, found.scores) {
      var point = frame.origin
      for (score, direction) in zip(scores, frame.directions) { point.move(score, along: direction) }
      expectClose(point.parameters.doubles, state.parameters.doubles, tolerance: Self.rounding)
    }
    if origin == .last { #expect(frame.origin == states[4] && found.distances[4] == 0) }
  }

  @Test("a line has one component, and asking for a plane says so")
  func line() throws {
    let states = Self.states((0..<7).map { (Double($0), -2 * Double($0)) })
    let found = try PrincipalComponents(of: 7, from: .mean) { states[$0] }
    #expect(found.shares.count == 1)
    expectClose(found.shares[0], 1, relative: Self.rounding)
    #expect(throws: DirectionError.tooFewComponents(found: 1, expected: 2)) {
      try found.frame(dimension: 2) { states[$0] }
    }
    #expect(throws: DirectionError.vanishes) {
      try PrincipalComponents(of: 3, from: .mean) { _ in states[0] }
    }
  }

  @Test("memory for fewer states changes no bit")
  func blocks() throws {
    let states = Self.states(Self.ellipse)
    let whole = try PrincipalComponents(of: 24, from: .mean) { states[$0] }
    for bytes in [1, 48 * 5, 48 * 23] {
      let found = try PrincipalComponents(of: 24, from: .mean, blockBytes: bytes) { states[$0] }
      #expect(found.shares == whole.shares && found.scores == whole.scores)
    }
  }

  @Test("buffers move with the states to which they belong")
  func buffersMove() throws {
    let states = CheckpointPlaneTests.states
    let found = try PrincipalComponents(of: 4, from: .mean) { states[$0] }
    let frame = try found.frame(dimension: 3) { states[$0] }  // Four points lie in a space of three dimensions.
    for (state, scores) in zip(states, found.scores) {
      var point = frame.origin
      for (score, direction) in zip(scores, frame.directions) { point.move(score, along: direction) }
      CheckpointPlaneTests.expectEqual(point, state, "scores \(scores)")
    }
  }

  @Test("the shares of a random walk are the eigenvalues of its limiting Gram matrix", arguments: [2, 3, 10, 60])
  func walkEigenvalues(count: Int) throws {
    for origin in PrincipalOrigin.allCases {
      // Positions after i steps have products min(i, j); seen from the mean, or backwards from the last.
      var gram = Matrix(rowCount: count, columnCount: count)
      for i in 0..<count {
        for j in 0..<count { gram[i, j] = Double(min(i, j)) }
      }
      if origin == .mean {
        let means = (0..<count).map { gram.column($0).reduce(0, +) / Double(count) }
        let mean = means.reduce(0, +) / Double(count)
        for i in 0..<count {
          for j in 0..<count { gram[i, j] += mean - means[i] - means[j] }
        }
      }
      let values = try SymmetricEigendecomposition.values(of: gram).reversed().prefix(count - 1)
      let total = values.reduce(0, +)
      let shares = PrincipalComponents.randomWalkShares(of: count, from: origin)
      #expect(shares.count == count - 1)
      for (share, value) in zip(shares, values) {
        expectClose(share, value / total, relative: 0, absolute: Double(count) * 8 * .ulpOfOne)
      }
    }
    // Published limits.
    expectClose(PrincipalComponents.randomWalkShares(of: 2000, from: .mean)[0], 6 / (.pi * .pi), relative: 1e-5)
    expectClose(PrincipalComponents.randomWalkShares(of: 2000, from: .last)[0], 8 / (.pi * .pi), relative: 1e-3)
  }

  @Test(
    "a walk of 40 random steps in 4000 dimensions has the shares of a random walk", arguments: PrincipalOrigin.allCases)
  func walk(_ origin: PrincipalOrigin) throws {
    let space = StateSpace(entries: [StateEntry(name: "w", shape: [4000], role: .denseWeight)])
    var stream = RandomStream(seed: 7)
    var point = [Double](repeating: 0, count: 4000)
    var states: [ModelState] = []
    for _ in 0..<40 {
      states.append(ModelState(space: space, parameters: ModelVector(point), buffers: ModelVector([Double]())))
      for i in point.indices { point[i] += stream.normal() }
    }
    let found = try PrincipalComponents(of: 40, from: origin) { states[$0] }
    let expected = PrincipalComponents.randomWalkShares(of: 40, from: origin)
    // An eigenvalue of a Gram matrix over n dimensions varies by √(2/n) = 2.2 % of itself; four of that are allowed.
    for k in 0..<3 { expectClose(found.shares[k], expected[k], relative: 4 * (2.0 / 4000).squareRoot()) }
  }
}
