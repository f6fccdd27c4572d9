import Foundation
import Testing
import ThalwegRandomness
import ThalwegSurveys

@Suite("Estimates from few examples")
struct ExampleRegressionTests {
  @Test("what follows from other points exactly is known exactly")
  func exact() throws {
    // y = 3 + 2 z₁ − z₂ over all examples, so its mean follows from theirs.
    var stream = RandomStream(seed: 3)
    let z = (0..<2).map { _ in (0..<500).map { _ in Float(stream.index(below: 64)) } }
    let y = (0..<500).map { 3 + 2 * z[0][$0] - z[1][$0] }
    let found = try #require(
      try ExampleRegression(
        of: Array(y.prefix(40)),
        on: z.map { .init(few: Array($0.prefix(40)), mean: mean($0[...])) }, total: 500))
    // The ridge of 10⁻⁹ is what is left.
    #expect(abs(found.mean - mean(y[...])) < 1e-6 && found.error < 1e-5)
  }

  @Test("without other points it is the mean of the sample with its error")
  func plain() throws {
    let losses: [Float] = [1, 2, 4, 9]
    let found = try #require(try ExampleRegression(of: losses, on: [], total: 100))
    #expect(found.mean == 4)
    // s² = 38 / 3.
    #expect(abs(found.error - (38.0 / 3 * (1.0 / 4 - 1.0 / 100)).squareRoot()) < 1e-12)
  }

  /// 2,000 draws of 60 among 1,000 examples, whose losses at two points hang together but are no line: the share has a
  /// standard error of 0.5 % around 95 %, and the bias of the regression estimator for samples this small is below 1 %.
  @Test("its error holds the truth 95 times in 100, and is less than without regression")
  func coverage() throws {
    var stream = RandomStream(seed: 4)
    let base = (0..<1000).map { _ in Float(stream.normal()) }
    let z = base.map { Float(exp(0.3 * Double($0))) }
    let y = base.map { Float(exp(0.4 * Double($0)) + 0.1 * stream.normal()) }
    let (truth, known) = (mean(y[...]), mean(z[...]))
    var (within, ratio) = (0, 0.0)
    for draw in 0..<2000 {
      var own = RandomStream(seed: 5, UInt64(draw))
      let chosen = own.permutation(of: 1000).prefix(60)
      let few = chosen.map { y[$0] }
      let found = try #require(
        try ExampleRegression(of: few, on: [.init(few: chosen.map { z[$0] }, mean: known)], total: 1000))
      let plain = try #require(try ExampleRegression(of: few, on: [], total: 1000))
      if abs(found.mean - truth) <= normalQuantile975 * found.error { within += 1 }
      ratio += found.error / plain.error / 2000
    }
    #expect((0.925...0.965).contains(Double(within) / 2000), "\(within) of 2000")
    #expect(ratio < 0.5)
  }

  @Test("too few examples, and losses without end, give nothing")
  func nothing() throws {
    let predictor = ExampleRegression.Predictor(few: [1, 2, 3], mean: 2)
    #expect(try ExampleRegression(of: [1, 2, 3], on: [predictor], total: 10) == nil)
    #expect(throws: (any Error).self) {
      try ExampleRegression(
        of: [1, 2, .infinity, 4, 5], on: [.init(few: [1, 2, .infinity, 3, 4], mean: 2)], total: 10)
    }
  }

  private func mean(_ values: ArraySlice<Float>) -> Double {
    values.reduce(0) { $0 + Double($1) } / Double(values.count)
  }
}
