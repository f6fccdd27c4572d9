import Foundation
import Testing
import ThalwegSurfaces
import ThalwegTraining

/// Surfaces with known minima.
enum KnownSurfaces {
  /// `100 (y − x²)² + (1 − x)²`, times ½, with its minimum 0 at (1, 1).
  static let rosenbrock = ResidualFormula(
    variables: ["x", "y"], residualCount: 2, residuals: { [10 * ($0[1] - $0[0] * $0[0]), 1 - $0[0]] },
    jacobian: { [[-20 * $0[0], 10], [-1, 0]] })

  /// Powell's singular function, whose Jacobian has rank 2 at the minimum 0 at the origin.
  static let powell = ResidualFormula(
    variables: ["a", "b", "c", "d"], residualCount: 4,
    residuals: { x in
      let (p, q) = (x[1] - 2 * x[2], x[0] - x[3])
      return [x[0] + 10 * x[1], 5.0.squareRoot() * (x[2] - x[3]), p * p, 10.0.squareRoot() * q * q]
    },
    jacobian: { x in
      let (p, q) = (x[1] - 2 * x[2], x[0] - x[3])
      let (five, ten) = (5.0.squareRoot(), 10.0.squareRoot())
      return [
        [1, 10, 0, 0], [0, 0, five, -five], [0, 2 * p, -4 * p, 0], [2 * ten * q, 0, 0, -2 * ten * q],
      ]
    })

  /// A steep and long quadratic valley in `n` variables, with condition number 10⁶.
  static func valley(_ n: Int) -> FormulaSurface {
    FormulaSurface.quadratic(
      matrix: (0..<n).map { i in
        (0..<n).map { $0 == i ? pow(10, 6 * Double(i) / Double(n - 1)) : 0 }
      }, centre: (0..<n).map { Double($0) })
  }
}

@Suite("Minimisers with derivatives")
struct MinimiserTests {
  @Test("L-BFGS walks through Rosenbrock's valley to its end", arguments: [(-1.2, 1.0), (2, -3), (-5, 40)])
  func lbfgsRosenbrock(x: Double, y: Double) throws {
    let surface = KnownSurfaces.rosenbrock
    let result = try LBFGS().minimise(surface, from: surface.point([x, y]))
    #expect(result.reason == .gradientIsSmall)
    // The Hessian's least eigenvalue at the minimum is 0.2, so a gradient of 1e−8 is within 5e−8 of it.
    for value in result.state.parameters.doubles { #expect(abs(value - 1) <= 1e-7) }
    #expect(result.evaluationCount == result.gradientCount)
    #expect(result.iterationCount < result.evaluationCount && result.evaluationCount < 300)
    #expect((result.gradientNorm ?? .infinity) <= 1e-8)
  }

  @Test(
    "L-BFGS solves a quadratic of condition number 10⁶ with a long and a short memory", arguments: [3, 20])
  func lbfgsQuadratic(memoryCount: Int) throws {
    let surface = KnownSurfaces.valley(10)
    let limits = MinimisationLimits(iterationCount: 20_000, gradientNorm: 1e-6)
    let result = try LBFGS(memoryCount: memoryCount).minimise(
      surface, from: surface.point([Double](repeating: -1, count: 10)), limits: limits)
    #expect(result.reason == .gradientIsSmall)
    for (i, value) in result.state.parameters.doubles.enumerated() { #expect(abs(value - Double(i)) <= 1e-6) }
  }

  @Test("With a memory no shorter than the dimension, L-BFGS needs few more steps than that on a quadratic")
  func lbfgsIsQuasiNewton() throws {
    let surface = FormulaSurface.quadratic(
      matrix: [[3, 1, 0], [1, 2, 0.5], [0, 0.5, 9]], centre: [1, -2, 3])
    let result = try LBFGS().minimise(surface, from: surface.point([0, 0, 0]))
    #expect(result.reason == .gradientIsSmall)
    #expect(result.iterationCount <= 12)
  }

  @Test(
    "Levenberg–Marquardt reaches Rosenbrock's minimum to the last digits", arguments: [(-1.2, 1.0), (2, -3)])
  func lmRosenbrock(x: Double, y: Double) throws {
    let surface = KnownSurfaces.rosenbrock
    let result = try LevenbergMarquardt().minimise(surface, from: surface.point([x, y]))
    #expect(result.reason == .gradientIsSmall)
    for value in result.state.parameters.doubles { #expect(abs(value - 1) <= 1e-7) }
    #expect(result.gradientCount <= result.evaluationCount && result.evaluationCount < 100)
  }

  @Test("Levenberg–Marquardt goes down where the Jacobian loses rank")
  func lmPowell() throws {
    let surface = KnownSurfaces.powell
    let result = try LevenbergMarquardt().minimise(
      surface, from: surface.point([3, -1, 0, 1]), limits: MinimisationLimits(gradientNorm: 1e-12))
    #expect(result.reason == .gradientIsSmall)
    #expect(result.loss < 1e-15)
  }

  @Test("A straight line through points is found as by the normal equations")
  func lmLine() throws {
    let (xs, ys) = ([0.0, 1, 2, 3], [1.0, 2.9, 5.1, 7])
    let surface = ResidualFormula(
      variables: ["slope", "offset"], residualCount: 4,
      residuals: { p in xs.indices.map { p[0] * xs[$0] + p[1] - ys[$0] } },
      jacobian: { _ in xs.map { [$0, 1] } })
    let result = try LevenbergMarquardt().minimise(surface, from: surface.point([0, 0]))
    // Σx = 6, Σx² = 14, Σy = 16, Σxy = 34.1: slope (4 · 34.1 − 6 · 16) / 20, offset (16 − 6 slope) / 4.
    #expect(abs(result.state.parameters[0] - 2.02) <= 1e-8)
    #expect(abs(result.state.parameters[1] - 0.97) <= 1e-8)
    #expect(abs(result.loss - 0.5 * 0.018) <= 1e-12)
  }

  @Test("The gradient of a sum of squares is that of its finite differences")
  func residualGradient() throws {
    let surface = KnownSurfaces.powell
    let evaluator = surface.makeEvaluator()
    var gradient = ModelVector([Double]())
    let point = [3.0, -1, 0.5, 1]
    _ = try evaluator.gradient(at: surface.point(point), into: &gradient)
    for i in 0..<4 {
      func loss(_ step: Double) throws -> Double {
        var moved = point
        moved[i] += step
        return try evaluator.evaluate(at: surface.point(moved)).loss
      }
      let step = 0x1p-17
      let slope = try (loss(step) - loss(-step)) / (2 * step)
      // Third derivatives are below 1000, losses below 300: h² / 6 · 1000 and 300 ε / h.
      #expect(abs(slope - gradient[i]) <= 1e-8 + 300 * .ulpOfOne / step * 8)
    }
  }

  @Test("Every limit ends the walk and says so")
  func limits() throws {
    let surface = KnownSurfaces.rosenbrock
    let start = surface.point([-1.2, 1])
    func reason(_ limits: MinimisationLimits) throws -> [StoppingReason] {
      [
        try LBFGS().minimise(surface, from: start, limits: limits).reason,
        try LevenbergMarquardt().minimise(surface, from: start, limits: limits).reason,
      ]
    }
    #expect(try reason(.init(iterationCount: 3)) == [.iterationLimit, .iterationLimit])
    #expect(try reason(.init(evaluationCount: 5)) == [.evaluationLimit, .evaluationLimit])
    #expect(try reason(.init(loss: 0.1)) == [.lossIsReached, .lossIsReached])
    #expect(try reason(.init(gradientNorm: 1e300)) == [.gradientIsSmall, .gradientIsSmall])
  }

  @Test("Where the gradient points uphill no step is taken, and the result says that there is no descent")
  func wrongGradient() throws {
    let surface = FormulaSurface(variables: ["x"], value: { $0[0] * $0[0] }, gradient: { [-2 * $0[0]] })
    let result = try LBFGS().minimise(surface, from: surface.point([1]))
    #expect(result.reason == .noDescent)
    #expect(result.state.parameters.doubles == [1] && result.loss == 1)
  }

  @Test("A start whose loss is not a number is returned as it is")
  func divergedStart() throws {
    let surface = FormulaSurface(variables: ["x"], value: { $0[0].squareRoot() }, gradient: { [$0[0]] })
    let result = try LBFGS().minimise(surface, from: surface.point([-1]))
    #expect(result.reason == .divergedAtStart)
    #expect(result.evaluationCount == 1)
  }

  @Test("A wall of losses that are no numbers is not crossed")
  func wall() throws {
    // x − ln x has its minimum 1 at 1 and is no number below 0.
    let surface = FormulaSurface(
      variables: ["x"], value: { $0[0] - log($0[0]) }, gradient: { [1 - 1 / $0[0]] })
    let result = try LBFGS().minimise(surface, from: surface.point([50]))
    #expect(result.reason == .gradientIsSmall)
    #expect(abs(result.state.parameters[0] - 1) <= 2e-8)
  }

  @Test("A state of single precision stays one, and is minimised as far as its digits go")
  func singlePrecision() throws {
    let surface = FormulaSurface.quadratic(matrix: [[3, 1], [1, 2]], centre: [1, -2])
    let start = ModelState(zerosOf: surface.space, precision: .single)
    let result = try LBFGS().minimise(surface, from: start, limits: MinimisationLimits(gradientNorm: 1e-5))
    #expect(result.state.parameters.precision == .single)
    #expect(result.reason == .gradientIsSmall)
  }

  @Test("Equal settings give equal bits")
  func deterministic() throws {
    let surface = KnownSurfaces.rosenbrock
    let start = surface.point([-1.2, 1])
    #expect(try LBFGS().minimise(surface, from: start) == LBFGS().minimise(surface, from: start))
  }

  @Test("A cancelled task ends the walk with the best point so far")
  func cancelled() async throws {
    let surface = KnownSurfaces.rosenbrock
    let result = try await Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try LBFGS().minimise(surface, from: surface.point([-1.2, 1]))
    }.value
    #expect(result.reason == .cancelled)
    #expect(result.iterationCount == 0)
  }
}
