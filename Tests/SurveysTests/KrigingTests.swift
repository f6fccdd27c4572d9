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
    let constant = try Kriging(points: points, values: points.map { _ in 2 })
    let found = try constant.predict([[0.3, 0.4]])[0]
    #expect(found.value == 2 && found.error == 0)
  }

  @Test("a prediction is what conditioning a Gaussian process by hand gives")
  func conditioning() throws {
    // Three points on a line, length 1: the equations of ordinary kriging with a Lagrange multiplier, solved by elimination.
    let (xs, ys) = ([0.0, 0.5, 1.0], [1.0, 2.0, 0.5])
    let kriging = try Kriging(points: xs.map { [$0] }, values: ys, lengths: [1])
    func k(_ h: Double) -> Double {
      let r = 3.0.squareRoot() * abs(h)
      return (1 + r) * exp(-r) + (h == 0 ? 1e-10 : 0)
    }
    var system = (0..<3).map { i in (0..<3).map { k(xs[i] - xs[$0]) } + [1] } + [[1, 1, 1, 0]]
    let place = 0.2
    var right = xs.map { k($0 - place) } + [1]
    for i in 0..<4 {
      let pivot = (i..<4).max { abs(system[$0][i]) < abs(system[$1][i]) } ?? i
      system.swapAt(i, pivot)
      right.swapAt(i, pivot)
      for j in 0..<4 where j != i {
        let factor = system[j][i] / system[i][i]
        for c in 0..<4 { system[j][c] -= factor * system[i][c] }
        right[j] -= factor * right[i]
      }
    }
    let weights = (0..<4).map { right[$0] / system[$0][$0] }
    let value = (0..<3).reduce(0) { $0 + weights[$1] * ys[$1] }
    let unexplained = 1 - (0..<3).reduce(0) { $0 + weights[$1] * k(xs[$1] - place) } - weights[3]
    let found = try kriging.predict([[place]])[0]
    // The equations' condition is about 1e2.
    #expect(abs(found.value - value) < 1e-10)
    #expect(abs(found.error - (kriging.variance * (unexplained + 1e-10)).squareRoot()) < 1e-8)
  }

  @Test("the variance is that of leaving out one point after another")
  func leavingOut() throws {
    var stream = RandomStream(seed: 3)
    let points = Self.grid(4)
    let values = points.map { _ in stream.normal() }
    let lengths = [0.4, 0.7]
    let whole = try Kriging(points: points, values: values, lengths: lengths)
    var sum = 0.0
    for index in points.indices {
      var (others, rest) = (points, values)
      others.remove(at: index)
      rest.remove(at: index)
      let without = try Kriging(points: others, values: rest, lengths: lengths)
      let guess = try without.predict([points[index]])[0]
      let claimed = guess.error / without.variance.squareRoot()
      let error = values[index] - guess.value
      sum += error * error / (claimed * claimed)
    }
    // A claimed error contains the noise of 1e-10 once, as leaving out does.
    #expect(abs(sum / Double(points.count) / whole.variance - 1) < 1e-6)
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
