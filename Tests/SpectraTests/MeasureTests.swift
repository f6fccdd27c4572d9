import Foundation
import TestSupport
import Testing
import ThalwegLinearAlgebra
import ThalwegSpectra

@Suite("Measures built on spectra")
struct MeasureTests {
  @Test("the pacGen metric has the reference's values")
  func pacGen() {
    let metric = PacGenMetric(relativeRadius: 0.1, absoluteRadius: 0.05, hessianLipschitzConstant: 0.2)
    // The reference numbers are printed to eleven decimals.
    expectClose(
      metric.value(parameters: [1, -2], hessianDiagonal: [3, 0.5]), 4.2341065046, relative: 0, absolute: 6e-11
    )
    expectClose(
      metric.value(parameters: [1, -2], hessianDiagonal: [300, 900]), 7.20389076543, relative: 0,
      absolute: 6e-11)
  }

  @Test("negative curvature counts as none in the pacGen metric, and no parameters give zero")
  func pacGenEdges() {
    let metric = PacGenMetric(relativeRadius: 0.1, absoluteRadius: 0.05, hessianLipschitzConstant: 0)
    #expect(
      metric.value(parameters: [1], hessianDiagonal: [-5])
        == metric.value(parameters: [1], hessianDiagonal: [0]))
    #expect(metric.value(parameters: [], hessianDiagonal: []) == 0)
  }

  @Test(
    "power steps find nearly the Lipschitz constant of a Hessian that changes by a known tensor, never more"
  )
  func lipschitz() throws {
    // f = Σ cᵢ pᵢ³/6 has the Hessian diag(cᵢ pᵢ), whose constant is max |cᵢ|.
    let c = [0.5, -3, 1, 0.1]
    func hessian(_ displacement: [Double]) -> DenseOperator {
      DenseOperator(diagonal: zip(c, displacement).map { $0 * ($1 + 1) })
    }
    let estimate = try estimateHessianLipschitzConstant(
      dimension: 4, radius: 0.01, directionCount: 200, powerStepCount: 3, at: hessian)
    #expect(estimate.value <= 3 * (1 + 1e-12) && estimate.value > 2.7)
    #expect(estimate.ratios.count == 200 && estimate.products == 1600)
    let constant = try estimateHessianLipschitzConstant(dimension: 2, radius: 0.1) { _ in
      DenseOperator(diagonal: [1, 2])
    }
    #expect(constant.value == 0)
  }

  @Test("the exact spectrum is that of the matrix, and of a block of it", arguments: [false, true])
  func exact(includesVectors: Bool) throws {
    let eigenvalues = normals(70, seed: 1).sorted()
    let a = try randomOperator(eigenvalues: eigenvalues, seed: 2)
    let plan = try DensePlan(dimension: 70, includesVectors: includesVectors)
    let spectrum = try exactSpectrum(of: a, plan: plan)
    expectClose(spectrum.values, eigenvalues, tolerance: 1e-12)
    #expect(spectrum.asymmetry < 1e-15 && spectrum.products == 70)
    #expect((spectrum.vectors != nil) == includesVectors)
  }

  @Test("the exact spectrum's asymmetry is that of the matrix")
  func exactAsymmetry() throws {
    let a = DenseOperator(Matrix(rows: [[1, 2], [0, 3]]))
    let spectrum = try exactSpectrum(of: a)
    expectClose(spectrum.asymmetry, (8.0 / 14).squareRoot(), relative: 1e-14)
    expectClose(spectrum.values, [2 - sqrt(2), 2 + sqrt(2)], tolerance: 1e-14)
    #expect(try exactSpectrum(of: DenseOperator(diagonal: [0, 0])).asymmetry == 0)
  }

  @Test("a dense plan states products and bytes and refuses what is too large")
  func plan() throws {
    let plan = try DensePlan(dimension: 1000)
    #expect(plan.products == 1000)
    #expect(plan.bytes >= 8_000_000 && plan.bytes < 10_000_000)
    #expect(try DensePlan(dimension: 1000, includesVectors: true).bytes >= 32_000_000)
    #expect(plan.seconds(secondsPerProduct: 0.5) == 500)
    let error = thrown(SpectrumError.self) { try DensePlan(dimension: 20_001) }
    #expect(error == .dimensionTooLarge(dimension: 20_001, limit: 20_000))
    let a = DenseOperator(diagonal: [1, 2])
    let mismatch = thrown(SpectrumError.self) { try exactSpectrum(of: a, plan: plan) }
    #expect(mismatch == .dimensionMismatch(expected: 1000, found: 2))
  }

  @Test("overlap is 1 within, 0 across, and ½ for a plane that shares one of two directions")
  func overlaps() throws {
    let xy = try Subspace(spanning: Matrix(columns: [[1, 0, 0, 0], [3, 2, 0, 0]]))
    let x = try Subspace(spanning: Matrix(columns: [[-5, 0, 0, 0]]))
    let yz = try Subspace(spanning: Matrix(columns: [[0, 1, 0, 0], [0, 0, 1, 0]]))
    let w = try Subspace(spanning: Matrix(columns: [[0, 0, 0, 2]]))
    expectClose(xy.overlap(with: x), 1, relative: 1e-14)
    expectClose(x.overlap(with: xy), 0.5, relative: 1e-14)
    expectClose(xy.overlap(with: yz), 0.5, relative: 1e-14)
    #expect(xy.overlap(with: w) == 0)
    expectClose(xy.energyShare(of: [3e-200, 0, 4e-200, 0]) ?? .nan, 0.36, relative: 1e-14)
    #expect(xy.energyShare(of: [0, 0, 0, 0]) == nil)
  }

  @Test("vectors that depend on each other span no subspace")
  func dependent() {
    let error = thrown(SpectrumError.self) {
      try Subspace(spanning: Matrix(columns: [[1, 2, 3], [1, 0, 0], [2, 2, 3]]))
    }
    #expect(error == .dependentVectors(index: 2))
    let wide = thrown(SpectrumError.self) { try Subspace(spanning: Matrix(columns: [[1], [2]])) }
    #expect(wide == .dependentVectors(index: 1))
  }

  @Test(
    "stability limits are the table's and agree with the iteration's own matrix",
    arguments: UpdateRule.allCases)
  func stability(rule: UpdateRule) {
    for momentum in [0.5, 0.9] {
      let limit = maximumCurvature(rate: 1, momentum: momentum, rule: rule)
      #expect(isStable(rule, momentum, 0.999 * limit) && !isStable(rule, momentum, 1.001 * limit))
      expectClose(maximumRate(curvature: limit, momentum: momentum, rule: rule), 1, relative: 1e-15)
    }
    expectClose(maximumCurvature(rate: 0.02, momentum: 0.9, rule: .heavyBall), 190, relative: 1e-14)
    expectClose(maximumCurvature(rate: 0.02, momentum: 0.9, rule: .nesterov), 67.857142857, relative: 1e-10)
    expectClose(maximumCurvature(rate: 0.1, momentum: 0.9, rule: .damped), 380, relative: 1e-14)
  }

  /// Whether many steps on a quadratic of curvature `z`, at rate 1, lead towards the minimum.
  private func isStable(_ rule: UpdateRule, _ momentum: Double, _ z: Double) -> Bool {
    var (w, v) = (1.0, 0.0)
    for _ in 0..<20_000 {
      let g = z * w
      switch rule {
      case .plain: w -= g
      case .heavyBall:
        v = momentum * v + g
        w -= v
      case .nesterov:
        v = momentum * v + g
        w -= g + momentum * v
      case .damped:
        v = momentum * v + (1 - momentum) * g
        w -= v
      case .secondOrderRungeKutta: w *= 1 - z + z * z / 2
      }
      if !(abs(w) < 1e10) { return false }
    }
    return abs(w) < 1
  }

  @Test("memory is predicted: the bytes of a basis are those that the plan allows for")
  func memory() throws {
    let n = 2000
    var lanczos = Lanczos(largestCount: 2)
    lanczos.maximumProducts = 30
    var largest = 0
    _ = try lanczos.run(on: DenseOperator(diagonal: normals(n, seed: 1))) {
      largest = max(largest, $0.basisByteCount)
    }
    let required = try lanczos.requiredBytes(dimension: n)
    #expect(largest <= required && required <= (30 + 3 + 12) * n * 8)
    var quadrature = StochasticLanczosQuadrature()
    #expect(quadrature.requiredBytes(dimension: n) == 93 * n * 8)
    quadrature.precision = .single
    #expect(quadrature.requiredBytes(dimension: n) == (45 + 3) * n * 8)
    #expect(XTrace(productCount: 30).requiredBytes(dimension: n) == 75 * n * 8)
  }
}
