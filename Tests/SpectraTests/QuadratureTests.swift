import Foundation
import TestSupport
import Testing
import ThalwegLinearAlgebra
import ThalwegSpectra

@Suite("Stochastic Lanczos quadrature")
struct QuadratureTests {
  let diagonal = DenseOperator(diagonal: [1, 2, 3, 4, 10])
  let start = [Double](repeating: 1, count: 5)
  /// The reference numbers are printed to ten decimals.
  static let printed = 6e-11

  /// 1990 eigenvalues N(0, 0.05²) and ten from 0.5 to 3.
  static let synthetic: [Double] =
    normals(1990, seed: 1).map { 0.05 * $0 } + (0..<10).map { 0.5 + 2.5 * Double($0) / 9 }

  @Test("three steps on diag(1, 2, 3, 4, 10) give the reference numbers digit for digit")
  func reference() throws {
    let draw = try QuadratureDraw(of: diagonal, start: start, stepCount: 3)
    for (found, exact) in [
      (draw.alphas, [4, 7.6, 3.1707317073]), (draw.betas, [3.1622776602, 2.2181073013]),
      (draw.nodes, [1.2910549001, 3.4890020965, 9.9906747107]),
      (draw.weights, [0.3628820205, 0.4358477064, 0.2012702732]),
    ] {
      #expect(found.count == exact.count)
      for (a, b) in zip(found, exact) { expectClose(a, b, relative: 0, absolute: Self.printed) }
    }
  }

  @Test("as many steps as dimensions give the eigenvalues, equally weighted", arguments: [5, 90])
  func exhausts(steps: Int) throws {
    let draw = try QuadratureDraw(of: diagonal, start: start, stepCount: steps)
    expectClose(draw.nodes, [1, 2, 3, 4, 10], tolerance: 1e-13)
    expectClose(draw.weights, [0.2, 0.2, 0.2, 0.2, 0.2], tolerance: 1e-12)
  }

  @Test("a quadrature of m nodes integrates polynomials of degree 2m − 1 exactly")
  func exactDegree() throws {
    let start = normals(5, seed: 3)
    let square = VectorKernel.dot(start, start)
    let draw = try QuadratureDraw(of: diagonal, start: start, stepCount: 3)
    for power in 0...5 {
      let exact =
        zip([1.0, 2, 3, 4, 10], start).reduce(0) { $0 + pow($1.0, Double(power)) * $1.1 * $1.1 } / square
      expectClose(draw.integral { pow($0, Double(power)) }, exact, relative: 1e-12)
    }
  }

  @Test("an invariant subspace ends a draw early, with weights that still add up to 1")
  func stopsEarly() throws {
    let counting = CountingOperator(DenseOperator(diagonal: (0..<50).map { Double($0 % 3) }))
    let draw = try StochasticLanczosQuadrature().draw(0, of: counting)
    #expect(counting.productCount == 3)
    expectClose(draw.nodes, [0, 1, 2], tolerance: 1e-9)
    expectClose(draw.weights.reduce(0, +), 1, relative: 1e-13)
  }

  @Test("draws side by side are those made one by one, also where some end early", arguments: [1, 2, 3, 7])
  func abreast(count: Int) throws {
    // Six distinct eigenvalues of the first block end a draw early; a random draw of the whole does not.
    let operators = [
      DenseOperator(diagonal: (0..<40).map { Double($0 % 6) }), DenseOperator(diagonal: Self.synthetic),
    ]
    for a in operators {
      var settings = StochasticLanczosQuadrature()
      (settings.drawCount, settings.stepCount, settings.seed) = (7, 12, 5)
      let alone = try (0..<7).map { try settings.draw($0, of: a) }
      settings.drawsAbreast = count
      #expect(try settings.run(on: a) == alone)
      #expect(try settings.run(on: a, finished: [alone[2], alone[5]]) == alone)
    }
  }

  @Test("one dimension and the zero operator are single nodes")
  func tiny() throws {
    let one = try StochasticLanczosQuadrature().draw(0, of: DenseOperator(diagonal: [-2]))
    #expect(one.nodes == [-2] && one.weights == [1])
    let zero = try StochasticLanczosQuadrature().draw(0, of: DenseOperator(diagonal: [0, 0, 0]))
    #expect(zero.nodes == [0] && zero.weights == [1])
  }

  @Test(
    "the density of the synthetic matrix is as far from the exact one as the reference's, within a factor 2")
  func syntheticDistances() throws {
    let a = DenseOperator(diagonal: Self.synthetic)
    let draws = try StochasticLanczosQuadrature().run(on: a)
    var short = StochasticLanczosQuadrature()
    short.stepCount = 30
    let shortDraws = try short.run(on: a)
    func distance(_ draws: [QuadratureDraw], _ variance: Double) -> Double {
      let axis = SpectralAxis.linear(around: draws.extent, variance: variance)
      let exact = SpectralDensity(eigenvalues: Self.synthetic, axis: axis, variance: variance)
      return SpectralDensity(draws: draws, axis: axis, variance: variance).normalised.distance(
        to: exact.normalised)
    }
    // One draw: the mean over draws of what a single one misses, since a single one varies.
    func singles(_ variance: Double) -> Double {
      draws.reduce(0) { $0 + distance([$1], variance) } / Double(draws.count)
    }
    for (found, reference) in [
      (distance(draws, 1e-3), 0.0131), (distance(draws, 1e-4), 0.0236), (distance(draws, 1e-5), 0.0437),
      (singles(1e-3), 0.0351), (singles(1e-4), 0.0735), (singles(1e-5), 0.1453),
      (distance(shortDraws, 1e-5), 0.797),
    ] {
      #expect(found > reference / 2 && found < reference * 2, "\(found) against \(reference)")
    }
  }

  @Test("a run resumed after some draws equals an uninterrupted one, and makes no draw twice")
  func resumes() throws {
    struct Stop: Error {}
    let a = try randomOperator(eigenvalues: normals(100, seed: 2), seed: 3)
    var settings = StochasticLanczosQuadrature()
    (settings.drawCount, settings.stepCount) = (5, 20)
    let whole = try settings.run(on: a)
    var stored: [QuadratureDraw] = []
    #expect(throws: Stop.self) {
      _ = try settings.run(on: a) { draw in
        stored.append(draw)
        if stored.count == 2 { throw Stop() }
      }
    }
    let restored = try JSONDecoder().decode([QuadratureDraw].self, from: JSONEncoder().encode(stored))
    let counting = CountingOperator(a)
    #expect(try settings.run(on: counting, finished: restored) == whole)
    #expect(counting.productCount == 3 * 20)
  }

  @Test(
    "moments and the negative share lie within their errors of the exact ones",
    arguments: [ProbeKind.gaussian, .rademacher])
  func moments(probe: ProbeKind) throws {
    let eigenvalues = normals(500, seed: 5).map { $0 + 0.5 }
    let a = try randomOperator(eigenvalues: eigenvalues, seed: 6)
    var settings = StochasticLanczosQuadrature()
    (settings.stepCount, settings.drawCount, settings.probe) = (60, 12, probe)
    let draws = try settings.run(on: a)
    for power in 1...4 {
      let exact = eigenvalues.reduce(0) { $0 + pow($1, Double(power)) } / 500
      let found = draws.moment(power)
      // Five standard errors of twelve draws: chance exceeds them once in 2500 times.
      expectClose(found.value, exact, relative: 0, absolute: 5 * (found.standardError ?? .nan))
    }
    let share = Double(eigenvalues.filter { $0 < 0 }.count) / 500
    let found = draws.negativeShare()
    expectClose(found.value, share, relative: 0, absolute: 5 * (found.standardError ?? .nan))
    #expect(draws.negativeShare(below: 100).value == 0)
  }

  @Test("a basis in single precision changes the quadrature by rounding only")
  func singlePrecision() throws {
    let a = try randomOperator(eigenvalues: normals(100, seed: 2), seed: 3)
    var settings = StochasticLanczosQuadrature()
    (settings.drawCount, settings.stepCount) = (1, 10)
    let double = try settings.draw(0, of: a)
    settings.precision = .single
    let single = try settings.draw(0, of: a)
    expectClose(single.nodes, double.nodes, tolerance: 1e-5)
    #expect(single.nodes != double.nodes)
  }

  @Test("a product with NaN ends a draw with its place")
  func nonFinite() {
    let a = FaultyOperator(DenseOperator(diagonal: normals(20, seed: 1)), failsAfter: 4, at: 3)
    let error = thrown(OperatorError.self) { try StochasticLanczosQuadrature().run(on: a) }
    #expect(error == .nonFinite(firstIndex: 3, column: 0))
  }
}
