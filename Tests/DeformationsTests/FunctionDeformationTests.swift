import Foundation
import TestSupport
import Testing
import ThalwegDeformations
import ThalwegLinearAlgebra
import ThalwegSpectra
import ThalwegSurfaces
import ThalwegTraining

@Suite("Surfaces and streams deformed by a function")
struct FunctionDeformationTests {
  static let le = FunctionDeformation(LogarithmExponential(1, 0.9))

  @Test("δ acts on the mean loss and not on the loss of each example")
  func meanNotExamples() {
    let function = LogarithmExponential(1, 0.9)
    expectDigits(function.value(at: (0.1 + 2.0) / 2), 0.671745345425)
    expectDigits((function.value(at: 0.1) + function.value(at: 2.0)) / 2, 0.143102590165)
  }

  @Test("The Hessian of a deformed surface has the rank-one term of the gradient")
  func theoremOne() throws {
    let surface = try FormulaSurface(expression: "x^2 + x*y + 2*y^2 + 0.3", variables: ["x", "y"])
    let state = surface.point([0.4, -0.7])
    let linearisation = try Self.le.apply(to: surface).linearise(at: state)
    expectDigits(linearisation.primal.undeformedLoss, 1.16)
    expectClose(linearisation.primal.loss, LogarithmExponential(1, 0.9).value(at: 1.16), relative: 1e-14)
    let slope = 1.39302455202
    expectDigits(LogarithmExponential(1, 0.9).slope(at: 1.16), slope)
    expectDigits(LogarithmExponential(1, 0.9).curvature(at: 1.16), -0.54749285051)
    expectClose(linearisation.gradient.doubles, [0.1 * slope, -2.4 * slope], tolerance: 1e-11)
    let hessian = try linearisation.curvature(.hessian)
    let matrix = try hessian.products(with: .identity(2))
    expectDigits(matrix[0, 0], 2.78057417553)
    expectDigits(matrix[0, 1], 1.52442283614)
    #expect(matrix[0, 1] == matrix[1, 0])
    expectDigits(matrix[1, 1], 2.41853938914)
    let values = try SymmetricEigendecomposition.values(of: matrix)
    expectDigits(values[0], 1.06442412, significant: 9)
    expectDigits(values[1], 4.13468944, significant: 9)
    // Interlacing for δ″ ≤ 0: δ′λ₀ bounds the smallest from above, and lies between for the largest.
    #expect(values[0] <= 2.20903944 && values[1] >= 2.20903944 && values[1] <= 6.14910787)
  }

  @Test("At a critical point the spectrum is multiplied by the slope")
  func criticalPoint() throws {
    let surface = try FormulaSurface(expression: "x^2 + x*y + 2*y^2 + 0.3", variables: ["x", "y"])
    let hessian = try Self.le.apply(to: surface).linearise(at: surface.point([0, 0])).curvature(.hessian)
    let slope = LogarithmExponential(1, 0.9).slope(at: 0.3)
    let matrix = try hessian.products(with: .identity(2))
    expectClose(matrix[0, 0], 2 * slope, relative: 1e-14)
    expectClose(matrix[0, 1], slope, relative: 1e-14)
    expectClose(matrix[1, 1], 4 * slope, relative: 1e-14)
  }

  @Test(
    "Gradients of minibatches are multiplied by the slope at the minibatch's mean loss",
    arguments: [Precision.single, .double])
  func stream(precision: Precision) throws {
    let base = NoisyQuadraticStream()
    let state = NoisyQuadraticStream.start(precision)
    let deformed = Self.le.apply(to: base)
    for step in 0..<5 {
      let draw = Draw(seed: 4, step: step)
      let (plain, gradient) = try base.gradient(of: state, draw)
      let (evaluation, field) = try deformed.gradient(of: state, draw)
      let function = LogarithmExponential(1, 0.9)
      #expect(evaluation.loss == function.value(at: plain.loss))
      #expect(evaluation.undeformedLoss == plain.loss)
      #expect(evaluation.correctCount == 3 && evaluation.exampleCount == 8)
      var expected = gradient
      expected.scale(by: function.slope(at: plain.loss))
      #expect(field == expected)
    }
  }

  @Test("The identity leaves every bit of a gradient as it is, in training too")
  func identity() throws {
    let base = NoisyQuadraticStream()
    let state = NoisyQuadraticStream.start(.single)
    let deformed = FunctionDeformation(ScaleFunction.identity).apply(to: base)
    let trainer = Trainer(
      optimiser: StochasticGradientDescent(momentum: 0.9), schedule: ConstantSchedule(0.05), epochCount: 3,
      seed: 2)
    let plain = try trainer.train(state, on: base).snapshot.state
    #expect(try trainer.train(state, on: deformed).snapshot.state == plain)
  }

  @Test("Batch statistics of a deformed minibatch are folded as they are")
  func statistics() throws {
    let evaluator = try Self.le.apply(to: NoisyQuadraticStream()).makeEvaluator()
    var state = NoisyQuadraticStream.start()
    var gradient = ModelVector(zeros: 6, precision: .double)
    _ = try evaluator.gradient(at: state, draw: Draw(seed: 1, step: 0), into: &gradient)
    evaluator.commitBatchStatistics(to: &state)
    #expect(state.buffers[0] == 0.9 * 0 + 0.1 * 0.5)
  }

  @Test("A loss that is not a number is passed on and deforms nothing")
  func diverged() throws {
    var base = NoisyQuadraticStream()
    base.broken = (0, 0)
    let (evaluation, _) = try Self.le.apply(to: base).gradient(
      of: NoisyQuadraticStream.start(), Draw(seed: 1, step: 0))
    #expect(evaluation.status == .diverged)
  }

  @Test("A slope that is not positive is an error with the loss and the slope, when it is met")
  func positivity() throws {
    let surface = try FormulaSurface(expression: "x^2 - 1", variables: ["x"])
    let deformed = FunctionDeformation(ArctangentPower(2, 1, 2, 1)).apply(to: surface)
    let evaluator = try deformed.makeEvaluator()
    #expect(throws: Never.self) { try evaluator.evaluate(at: surface.point([2])) }
    var gradient = ModelVector([0.0])
    for attempt in [
      { _ = try evaluator.evaluate(at: surface.point([0])) },
      { _ = try evaluator.gradient(at: surface.point([0]), into: &gradient) },
      { _ = try deformed.linearise(at: surface.point([0])) },
    ] {
      let error = thrown(DeformationError.self, attempt)
      guard case .unusableSlope(function: "AP(2, 1, 2, 1)", loss: -1, _)? = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
  }

  @Test("A stream of surfaces stays one, and its surfaces are the deformed ones")
  func surfaceStream() throws {
    let surface = FormulaSurface.quadratic(matrix: [[2]], centre: [0])
    let deformed = Self.le.apply(to: WholeSurfaceStream(surface, stepsPerEpoch: 3))
    let stream = try #require(deformed as? any SurfaceStream)
    let state = surface.point([1.5])
    let loss = try stream.surface(for: Draw(seed: 0, step: 0)).makeEvaluator().evaluate(at: state).loss
    #expect(try deformed.gradient(of: state, Draw(seed: 0, step: 0)).evaluation.loss == loss)
    #expect(stream.stepsPerEpoch == 3)
  }

  @Test("Deforming twice is deforming by the composed function")
  func composition() throws {
    let surface = try FormulaSurface(expression: "x^2 + y^2 + 0.2", variables: ["x", "y"])
    let twice = FunctionDeformation(ScaleFunction(3)).apply(to: Self.le.apply(to: surface))
    let once = FunctionDeformation(LogarithmExponential(3, 0.9)).apply(to: surface)
    let state = surface.point([0.3, -0.8])
    let (a, b) = (try twice.linearise(at: state), try once.linearise(at: state))
    expectClose(a.primal.loss, b.primal.loss, relative: 1e-15)
    #expect(a.primal.undeformedLoss == b.primal.undeformedLoss)
    expectClose(a.gradient.doubles, b.gradient.doubles, tolerance: 1e-15)
    let (p, q) = (
      try a.curvature(.hessian).product(with: [1, 2]), try b.curvature(.hessian).product(with: [1, 2])
    )
    expectClose(p, q, tolerance: 1e-14)
  }
}
