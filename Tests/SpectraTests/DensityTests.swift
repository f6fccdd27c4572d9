import Foundation
import TestSupport
import Testing
import ThalwegSpectra

@Suite("Spectral densities")
struct DensityTests {
  @Test("the density of one eigenvalue is the normal kernel")
  func kernel() {
    let axis = SpectralAxis.linear(-1...1, count: 3)
    let density = SpectralDensity(eigenvalues: [0], axis: axis, variance: 0.25)
    let peak = 1 / (0.5 * (2 * Double.pi).squareRoot())
    expectClose(density.values, [peak * exp(-2), peak, peak * exp(-2)], tolerance: 1e-14)
  }

  @Test(
    "the default axis resolves and holds the kernel, so that the mass is 1", arguments: [1e-3, 1, 1e3, 1e5])
  func mass(scale: Double) {
    let eigenvalues = normals(50, seed: 1).map { $0 * scale }
    let extent = (eigenvalues.min() ?? 0)...(eigenvalues.max() ?? 0)
    let variance = SpectralDensity.defaultVariance(for: extent)
    let axis = SpectralAxis.linear(around: extent, variance: variance)
    let density = SpectralDensity(eigenvalues: eigenvalues, axis: axis, variance: variance)
    // Five standard deviations of room leave 6e−7 of the outermost kernels outside.
    expectClose(density.mass, 1, relative: 1e-6)
    expectClose(density.normalised.mass, 1, relative: 1e-13)
  }

  @Test("distances are 0 to itself, 2 between densities that do not overlap, and the same both ways")
  func distances() {
    let axis = SpectralAxis.linear(-1...3, count: 4001)
    let (a, b) = (
      SpectralDensity(eigenvalues: [0], axis: axis, variance: 1e-3),
      SpectralDensity(eigenvalues: [2], axis: axis, variance: 1e-3)
    )
    #expect(a.distance(to: a) == 0)
    expectClose(a.distance(to: b), 2, relative: 1e-9)
    #expect(a.distance(to: b) == b.distance(to: a))
  }

  @Test("a logarithmic axis has sides apart, a gap around zero, and only the sides that the extent reaches")
  func logarithmicAxis() {
    let axis = SpectralAxis.symmetricLogarithmic(-1...100, smallest: 0.01, countPerSide: 3)
    #expect(axis.sides.count == 2)
    expectClose(axis.points, [-1, -0.1, -0.01, 0.01, 1, 100], tolerance: 1e-14)
    #expect(SpectralAxis.symmetricLogarithmic(0...1, smallest: 0.01, countPerSide: 3).sides.count == 1)
    // The gap is not integrated over.
    expectClose(axis.integral(of: [1, 1, 1, 1, 1, 1]), 0.99 + 99.99, relative: 1e-14)
  }

  @Test("density per decade integrates to the same mass over decades")
  func perDecade() {
    let axis = SpectralAxis.symmetricLogarithmic(0.01...100, smallest: 0.01, countPerSide: 20_001)
    let density = SpectralDensity(eigenvalues: [1, 5, 20], axis: axis, variance: 0.01)
    let step = 4.0 / 20_000
    expectClose(density.valuesPerDecade.reduce(0, +) * step, 1, relative: 1e-4)
    expectClose(density.mass, 1, relative: 1e-4)
  }

  @Test("errors over draws are those of the single densities")
  func errors() throws {
    let a = try randomOperator(eigenvalues: normals(60, seed: 2), seed: 3)
    var settings = StochasticLanczosQuadrature()
    (settings.drawCount, settings.stepCount) = (4, 10)
    let draws = try settings.run(on: a)
    let axis = SpectralAxis.linear(-3...3, count: 101)
    let density = SpectralDensity(draws: draws, axis: axis, variance: 0.01)
    let singles = draws.map { SpectralDensity(draws: [$0], axis: axis, variance: 0.01) }
    for i in stride(from: 0, to: 101, by: 10) {
      let mean = DrawMean(of: singles.map { $0.values[i] })
      expectClose(density.values[i], mean.value, relative: 1e-12, absolute: 1e-14)
      expectClose(
        density.standardErrors?[i] ?? .nan, mean.standardError ?? .nan, relative: 1e-9, absolute: 1e-14)
      #expect(density.interval95?[i].contains(density.values[i]) == true)
      #expect((density.interval95?[i].lowerBound ?? -1) >= 0)
    }
    #expect(singles[0].standardErrors == nil && singles[0].interval95 == nil)
  }

  @Test(
    "quantiles of Student's t agree with tables",
    arguments: [
      (1, 12.706205), (2, 4.302653), (3, 3.182446), (4, 2.776445), (5, 2.570582), (9, 2.262157), (29, 2.045230),
      (120, 1.979930), (1000, 1.962339),
    ])
  func quantiles(entry: (Int, Double)) {
    // The tables' last digit.
    expectClose(studentQuantile975(degreesOfFreedom: entry.0), entry.1, relative: 0, absolute: 5.1e-7)
  }

  @Test("quantiles of Student's t fall with the degrees of freedom, also where the formula changes")
  func quantilesFall() {
    let values = (1...400).map { studentQuantile975(degreesOfFreedom: $0) }
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 > $1 })
    // The steps shrink as 1/ν²: by about 1 % from one to the next there.
    let steps = zip(values, values.dropFirst()).map { $0 - $1 }
    for index in 190..<210 { #expect(abs(steps[index + 1] / steps[index] - 1) < 0.02) }
  }
}
