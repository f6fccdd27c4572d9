import Foundation
import Testing
import ThalwegLinearAlgebra
import ThalwegRandomness

import ThalwegSurveys

@Suite("Kriging")
struct KrigingTests {
  private static func grid(_ count: Int) -> [[Double]] {
    let last = Double(count - 1)
    return (0..<count * count).map { index -> [Double] in [Double(index % count) / last, Double(index / count) / last] }
  }

  @Test("known points are met without error, and a constant is a constant")
  func knownPoints() throws {
    let points = Self.grid(4)
    let values = points.map { sin(3 * $0[0]) + $0[1] }
    let kriging = try Kriging(points: points, values: values)
    for (found, value) in zip(try kriging.predict(points), values) {
      #expect(found.value == value && found.error == 0)
    }
    #expect(try kriging.predict([]).isEmpty)
    let constant = try Kriging(points: points, values: points.map { _ in 2 })
    let found = try constant.predict([[0.3, 0.4]])[0]
    #expect(found.value == 2 && found.error == 0)
  }

  /// Ordinary kriging the slow way: the equations with a Lagrange multiplier for the mean, by elimination. The value and
  /// the error's variance for σ = 1.
  private func eliminated(
    _ points: [[Double]], _ values: [Double], at place: [Double], lengths: [Double]
  ) -> (value: Double, variance: Double) {
    func k(_ a: [Double], _ b: [Double]) -> Double {
      let squares = a.indices.reduce(0) { $0 + (a[$1] - b[$1]) * (a[$1] - b[$1]) / (lengths[$1] * lengths[$1]) }
      let r = (3 * squares).squareRoot()
      return (1 + r) * exp(-r)
    }
    let n = points.count
    var system = points.map { a in points.map { b in k(a, b) + (a == b ? 1e-10 : 0) } + [1] }
    system.append([Double](repeating: 1, count: n) + [0])
    let around = points.map { k($0, place) }
    var right = around + [1]
    for i in 0...n {
      let pivot = (i...n).max { abs(system[$0][i]) < abs(system[$1][i]) } ?? i
      system.swapAt(i, pivot)
      right.swapAt(i, pivot)
      for j in 0...n where j != i {
        let factor = system[j][i] / system[i][i]
        for c in i...n { system[j][c] -= factor * system[i][c] }
        right[j] -= factor * right[i]
      }
    }
    let weights = (0...n).map { right[$0] / system[$0][$0] }
    let value = (0..<n).reduce(0) { $0 + weights[$1] * values[$1] }
    let explained = (0..<n).reduce(weights[n]) { $0 + weights[$1] * around[$1] }
    return (value, 1 - explained + 1e-10)
  }

  @Test("predictions are what conditioning a Gaussian process by hand gives")
  func conditioning() throws {
    var stream = RandomStream(seed: 4)
    let points = Self.grid(4)
    let values = points.map { _ in stream.normal() }
    let lengths = [0.4, 0.7]
    let kriging = try Kriging(points: points, values: values, lengths: lengths)
    for (place, found) in zip(Self.grid(6), try kriging.predict(Self.grid(6))) where !points.contains(place) {
      let expected = eliminated(points, values, at: place, lengths: lengths)
      // The equations' condition is about 1e3.
      #expect(abs(found.value - expected.value) < 1e-10)
      // The variance is that of all points, or that around the place if it is larger.
      #expect(found.error >= (kriging.variance * expected.variance).squareRoot() * (1 - 1e-8))
    }
  }

  @Test("the variance is that of leaving out one point after another")
  func leavingOut() throws {
    var stream = RandomStream(seed: 3)
    let points = Self.grid(4)
    let values = points.map { _ in stream.normal() }
    let lengths = [0.4, 0.7]
    let sum = points.indices.reduce(0.0) { sum, index in
      var (others, rest) = (points, values)
      others.remove(at: index)
      rest.remove(at: index)
      let guess = eliminated(others, rest, at: points[index], lengths: lengths)
      return sum + (values[index] - guess.value) * (values[index] - guess.value) / guess.variance
    }
    let whole = try Kriging(points: points, values: values, lengths: lengths)
    #expect(abs(sum / Double(points.count) / whole.variance - 1) < 1e-9)
  }

  @Test("of smooth functions nine in ten predictions lie within their 95 % interval, and errors shrink with the grid")
  func smoothFunctions() throws {
    let functions: [(Double, Double) -> Double] = [
      { x, y in log(0.1 + (x - 0.5) * (x - 0.5) + 3 * (y - 0.4) * (y - 0.4)) },
      { x, y in sin(4 * x) * cos(3 * y) + x }, { x, y in exp(-8 * (x - 0.3) * (x - 0.3)) + y * y },
    ]
    for function in functions {
      var errors: [Double] = []
      for count in [7, 11] {
        let points = Self.grid(count)
        let kriging = try Kriging(points: points, values: points.map { function($0[0], $0[1]) })
        var (covered, squares) = (0, 0.0)
        let checks = Self.grid(24)
        for (place, guess) in zip(checks, try kriging.predict(checks)) {
          let error = guess.value - function(place[0], place[1])
          squares += error * error
          if abs(error) <= normalQuantile975 * guess.error + 1e-12 { covered += 1 }
        }
        #expect(Double(covered) >= 0.9 * Double(checks.count), "\(covered) of \(checks.count)")
        errors.append(squares)
      }
      #expect(errors[1] < errors[0] / 4)
    }
  }

  @Test("with more points than equations are made for, those around a place tell nearly the same")
  func neighbourhoods() throws {
    func function(_ place: [Double]) -> Double { log(0.1 + (place[0] - 0.5) * (place[0] - 0.5)) + sin(3 * place[1]) }
    let points = Self.grid(21)  // 441
    let kriging = try Kriging(points: points, values: points.map(function))
    for (place, guess) in zip(Self.grid(9), try kriging.predict(Self.grid(9))) {
      #expect(abs(guess.value - function(place)) <= 3 * guess.error + 1e-12)
    }
  }

  @Test("values that are no numbers are refused")
  func notFinite() {
    #expect(throws: LinearAlgebraError.self) {
      try Kriging(points: [[0], [1], [.nan]], values: [1, 2, 3])
    }
  }
}
