import TestSupport
import Testing
import ThalwegDeformations
import ThalwegLinearAlgebra
import ThalwegSpectra
import ThalwegSurfaces

@Suite("Deformed surfaces and finite differences")
struct FiniteDifferenceTests {
  /// All whose result is smooth where the test looks.
  static let deformations = [
    "LE(1, 0.9)", "AP(18/pi, 1, 2, 1)", "AP(10, 1, 1, 1)", "halfsquare()", "scale(2.5)", "identity()",
    "delta: \"l + 0.3*tanh(l)\"", "slope: \"1 + exp(-l)\"", "LE(1, 1, cap: 1.7)",
    "AP(2, 1, 2, 1, window: 0.2 0.5)",
    "coordinates(sinh)", "coordinates(arsinh)", "coordinates(cube)", "coordinates(scale, factor: 1.7)",
    "coordinates(cube, roles: filter)",
  ]
  /// Only as the first of two: it looks far around, where the others have kinks or grow without bound.
  static let localEntropy = "localentropy(gamma: 4, nodes: 25)"
  static let pairs =
    deformations.flatMap { first in deformations.map { "\(first) | \($0)" } }
    + ["LE(1, 0.1)", "scale(2.5)", "coordinates(sinh)"].map { "\(localEntropy) | \($0)" }

  @Test("Gradients and Hessians of every deformation are right", arguments: deformations + [localEntropy])
  func single(text: String) throws { try check(text) }

  @Test("Gradients and Hessians of compositions of two are right", arguments: pairs)
  func composed(text: String) throws { try check(text) }

  private func check(_ text: String) throws {
    let base = try FormulaSurface(
      expression: "0.6 + 0.4*x^2 + 0.3*x*y + 0.5*y^2 + 0.1*sin(2*x)", variables: ["x", "y"])
    let surface = try DeformationRegistry.standard.sequence(text).apply(to: base)
    let state = base.point([0.7, -0.9])
    let evaluator = try surface.makeEvaluator()
    let linearisation = try surface.linearise(at: state)
    var gradient = ModelVector(zeros: 2, precision: .double)
    let evaluation = try evaluator.gradient(at: state, into: &gradient)
    #expect(evaluation == linearisation.primal)
    #expect(gradient == linearisation.gradient)
    #expect(try evaluator.evaluate(at: state) == evaluation)
    let hessian = try linearisation.curvature(.hessian).products(with: .identity(2))
    // Central differences err by h² f‴/6 + ε f/h, relative to derivatives that reach some tens in these
    // compositions.
    let h = 2e-5
    var other = gradient
    for i in 0..<2 {
      var (up, down) = (state, state)
      up.parameters[i] += h
      down.parameters[i] -= h
      let rise = try evaluator.evaluate(at: up).loss - evaluator.evaluate(at: down).loss
      expectClose(gradient[i], rise / (2 * h), relative: 1e-6, absolute: 1e-6, text)
      _ = try evaluator.gradient(at: up, into: &gradient)
      _ = try evaluator.gradient(at: down, into: &other)
      for j in 0..<2 {
        expectClose(hessian[i, j], (gradient[j] - other[j]) / (2 * h), relative: 1e-5, absolute: 1e-5, text)
        expectClose(hessian[i, j], hessian[j, i], relative: 1e-12, absolute: 1e-12, text)
      }
      _ = try evaluator.gradient(at: state, into: &gradient)
    }
  }

  @Test("Coordinates go there and back, and the deformed surface has the value of the point they stand for")
  func coordinates() throws {
    let surface = SimulatedSurface.dentedBowl.surface
    let state = surface.point([-6, 11])
    for map in [CoordinateMap.scale(2), .cube, .hyperbolicSine, .inverseHyperbolicSine] {
      let change = CoordinateDeformation(map)
      let deformed = change.deformed(state)
      expectClose(change.original(of: deformed).parameters.doubles, [-6, 11], tolerance: 1e-14)
      let loss = try change.apply(to: surface).makeEvaluator().evaluate(at: deformed).loss
      expectClose(loss, try surface.makeEvaluator().evaluate(at: state).loss, relative: 1e-11)
    }
  }

  @Test("A cube of the coordinates gives a minimum at the origin no curvature and leaves its value")
  func cube() throws {
    let surface = try FormulaSurface(expression: "5*x^2 + 0.25", variables: ["x"])
    let linearisation = try CoordinateDeformation(.cube).apply(to: surface).linearise(at: surface.point([0]))
    #expect(linearisation.primal.loss == 0.25)
    #expect(try linearisation.curvature(.hessian).product(with: [1]) == [0])
  }

  @Test("Coordinates of a stream are changed by the same chain rule")
  func coordinateStream() throws {
    let base = NoisyQuadraticStream()
    let change = CoordinateDeformation(.hyperbolicSine, roles: [.bias])
    let state = NoisyQuadraticStream.start()
    let draw = Draw(seed: 3, step: 1)
    let moved = change.original(of: state)
    #expect(moved.parameters.doubles[..<4] == state.parameters.doubles[..<4])
    var expected = try base.gradient(moved, draw)
    for i in 4..<6 { expected[i] *= CoordinateMap.hyperbolicSine.slope(state.parameters[i]) }
    #expect(try change.apply(to: base).gradient(of: state, draw).gradient.doubles == expected)
  }
}
