import Foundation
import TestSupport
import Testing
import ThalwegDeformations
import ThalwegRandomness
import ThalwegSpectra
import ThalwegSurfaces
import ThalwegTraining

@Suite("Fields that look around")
struct FieldTests {
  static let draw = Draw(seed: 11, step: 3)

  @Test("SAM displaces along the gradient and takes the gradient there")
  func sam() throws {
    let surface = FormulaSurface.quadratic(matrix: [[1, 0], [0, 4]], centre: [0, 0])
    let stream = SharpnessAwareMinimisation(radius: 0.05).apply(to: WholeSurfaceStream(surface))
    let (evaluation, field) = try stream.gradient(of: surface.point([1, -0.5]), Self.draw)
    #expect(evaluation.loss == 1)
    for (a, b) in zip(field.doubles, [1.0223606798, -2.1788854382]) { expectDecimals(a, b, decimals: 10) }
  }

  @Test(
    "Adaptive SAM measures lengths in units of each parameter, so its displacement scales along"
  )
  func adaptiveSAM() throws {
    let w = [1, -0.5]
    let g = [1, -2.0]
    let norm = (w[0] * g[0] * w[0] * g[0] + w[1] * g[1] * w[1] * g[1]).squareRoot()
    let moved = w.indices.map { w[$0] + 0.5 * w[$0] * w[$0] * g[$0] / norm }
    let surface = FormulaSurface.quadratic(matrix: [[1, 0], [0, 4]], centre: [0, 0])
    let method = SharpnessAwareMinimisation(radius: 0.5, isAdaptive: true)
    let field = try method.apply(to: WholeSurfaceStream(surface)).gradient(of: surface.point(w), Self.draw)
      .gradient
    expectClose(field.doubles, [moved[0], 4 * moved[1]], tolerance: 1e-12)
    // The same surface in coordinates q with p = 10 q: e scales by 1/10, the gradient by 10.
    let scaled = CoordinateDeformation(.scale(10)).apply(to: WholeSurfaceStream(surface))
    let other = try method.apply(to: scaled).gradient(of: surface.point(w.map { $0 / 10 }), Self.draw)
      .gradient
    expectClose(other.doubles, field.doubles.map { 10 * $0 }, tolerance: 1e-11)
  }

  @Test("SAM and SGDS see their first minibatch's loss and fold its statistics only")
  func statistics() throws {
    var sgds = SharpnessGuidedDescent(weight: 0.1)
    sgds.innerStepCount = 2
    for method in [SharpnessAwareMinimisation(radius: 0.5) as any StreamDeformation, sgds] {
      let base = NoisyQuadraticStream()
      let evaluator = try method.apply(to: base).makeEvaluator()
      var state = NoisyQuadraticStream.start()
      state.buffers[0] = 2
      var gradient = ModelVector(zeros: 6, precision: .double)
      let evaluation = try evaluator.gradient(at: state, draw: Self.draw, into: &gradient)
      #expect(evaluation == (try base.gradient(of: state, Self.draw).evaluation))
      evaluator.commitBatchStatistics(to: &state)
      #expect(state.buffers[0] == 0.9 * 2 + 0.1 * 0.5)
    }
  }

  @Test("A radius of 0, an amplitude of 0 and a weight of 0 change nothing")
  func neutral() throws {
    let base = NoisyQuadraticStream()
    let state = NoisyQuadraticStream.start()
    let expected = try base.gradient(state, Self.draw)
    for method in [
      SharpnessAwareMinimisation(radius: 0) as any StreamDeformation, SmoothOut(amplitude: 0),
      SharpnessGuidedDescent(weight: 0), DeformationSequence([]),
    ] {
      #expect(try method.apply(to: base).gradient(of: state, Self.draw).gradient.doubles == expected)
    }
  }

  @Test(
    "SmoothOut displaces by at most its amplitude, differently in every step and lane"
  )
  func smoothOut() throws {
    let base = NoisyQuadraticStream(noise: 0)
    let state = NoisyQuadraticStream.start()
    let plain = try base.gradient(state, Self.draw)
    func displacement(_ method: SmoothOut, _ draw: Draw) throws -> [Double] {
      let field = try method.apply(to: base).gradient(of: state, draw).gradient
      return (0..<6).map { (field[$0] - plain[$0]) / (Double($0 + 1) / 4) }
    }
    let method = SmoothOut(amplitude: 0.2)
    let first = try displacement(method, Self.draw)
    #expect(first.allSatisfy { abs($0) <= 0.2 + 1e-15 && $0 != 0 })
    #expect(try displacement(method, Self.draw) == first)
    #expect(try displacement(method, Draw(seed: 11, step: 4)) != first)
    #expect(try displacement(method, Draw(seed: 11, step: 3, lane: 1)) != first)
    #expect(try displacement(SmoothOut(amplitude: 0.2, key: 1), Self.draw) != first)
    // In units of each weight.
    let relative = try displacement(SmoothOut(amplitude: 0.2, unit: .weight), Self.draw)
    for i in 0..<6 { #expect(abs(relative[i]) <= 0.2 * abs(state.parameters[i]) + 1e-15) }
    // In units of each filter: the length is exact.
    let filters = try displacement(SmoothOut(amplitude: 0.2, unit: .filter), Self.draw)
    for range in [0..<2, 2..<4, 4..<6] {
      expectClose(
        ModelVector(filters).norm(over: range), 0.2 * state.parameters.norm(over: range), relative: 1e-13)
    }
    let exempt = try displacement(SmoothOut(amplitude: 0.2, exemptRoles: [.bias]), Self.draw)
    #expect(Array(exempt[4...]) == [0, 0] && Array(exempt[..<4]) == Array(first[..<4]))
    // A quadratic's gradient is linear, so displacements average out: 1/√12 · 0.4 standard deviations each.
    let count = 4000
    var mean = [Double](repeating: 0, count: 6)
    for step in 0..<count {
      let one = try displacement(method, Draw(seed: 1, step: step))
      for i in 0..<6 { mean[i] += one[i] / Double(count) }
    }
    let bound = 4 * 0.4 / 12.0.squareRoot() / Double(count).squareRoot()
    #expect(mean.allSatisfy { abs($0) < bound })
  }

  @Test("SmoothOut's amplitude follows its schedule")
  func annealing() {
    #expect(SmoothOut.Annealing.none.factor(at: 100) == 1)
    expectClose(SmoothOut.Annealing.polynomial.factor(at: 15), pow(16, -0.275), relative: 1e-15)
    let rise = SmoothOut.Annealing.tangent(steepness: 6, stepCount: 100)
    expectClose(rise.factor(at: 50), 0.5, relative: 1e-15)
    expectClose(rise.factor(at: 0) + rise.factor(at: 100), 1, relative: 1e-14)
    #expect(rise.factor(at: 0) < 0.01)
  }

  @Test("Entropy-SGD of one step without averaging, noise and momentum moves by η′ times the gradient")
  func entropyOfOneStep() throws {
    var method = EntropyDescent()
    method.stepCount = 1
    method.averaging = 0
    method.noise = 0
    method.innerMomentum = 0
    let base = NoisyQuadraticStream()
    let state = NoisyQuadraticStream.start()
    let field = try method.apply(to: base).gradient(of: state, Self.draw).gradient
    // θ − (θ − η′ g) keeps what rounding leaves of numbers near 1.
    expectClose(field.doubles, try base.gradient(state, Self.draw).map { 0.1 * $0 }, tolerance: 1e-14)
  }

  @Test("Entropy-SGD with L = 0 is plain descent on the same draws")
  func entropyOfNoSteps() throws {
    var method = EntropyDescent()
    method.stepCount = 0
    #expect(method.gradientsPerStep == 1)
    let base = NoisyQuadraticStream()
    let trainer = Trainer(
      optimiser: StochasticGradientDescent(momentum: 0.9, isNesterov: true), schedule: ConstantSchedule(0.05),
      epochCount: 2, seed: 3)
    let start = NoisyQuadraticStream.start()
    let plain = try trainer.train(start, on: base).snapshot.state
    #expect(try trainer.train(start, on: method.apply(to: base)).snapshot.state == plain)
  }

  @Test("Entropy-SGD follows the authors' program step by step, on a minibatch of its own in each")
  func entropySteps() throws {
    var method = EntropyDescent()
    method.stepCount = 5
    method.scope = 0.3
    method.scoping = 0.1
    method.noise = 0
    method.innerDecay = 0.01
    let base = NoisyQuadraticStream()
    var state = NoisyQuadraticStream.start()
    state.buffers[0] = 1
    let evaluator = try method.apply(to: base).makeEvaluator()
    var field = ModelVector(zeros: 6, precision: .double)
    let evaluation = try evaluator.gradient(at: state, draw: Draw(seed: 5, step: 2, lane: 1), into: &field)
    // The program, written out plainly.
    let centre = state.parameters.doubles
    let gamma = 0.3 * pow(1.1, 2)
    var (x, mean, velocity) = (centre, centre, [Double](repeating: 0, count: 6))
    var buffer = 1.0
    for step in 0..<5 {
      var walker = state
      walker.parameters = ModelVector(x)
      let draw = Draw(seed: 5, step: 2, lane: 5 + step)
      buffer = 0.9 * buffer + 0.1 * (x[0] + Double(5 + step))
      if step == 0 { #expect(evaluation == (try base.gradient(of: walker, draw).evaluation)) }
      var d = try base.gradient(walker, draw)
      for i in 0..<6 {
        d[i] += 0.01 * x[i]
        velocity[i] = 0.9 * velocity[i] + d[i]
        d[i] += 0.9 * velocity[i] - gamma * (centre[i] - x[i])
        x[i] -= 0.1 * d[i]
        mean[i] = 0.75 * mean[i] + 0.25 * x[i]
      }
    }
    expectClose(field.doubles, (0..<6).map { centre[$0] - mean[$0] }, tolerance: 1e-13)
    evaluator.commitBatchStatistics(to: &state)
    expectClose(state.buffers[0], buffer, relative: 1e-14)
  }

  @Test("Local entropy of a parabola has the closed form's value and gradient, and its Hessian")
  func localEntropy() throws {
    let surface = try FormulaSurface(expression: "0.5*2*x^2", variables: ["x"])
    let linearisation = try LocalEntropy(scope: 0.5).apply(to: surface).linearise(at: surface.point([1.3]))
    expectDigits(linearisation.primal.loss, -0.122793167268)
    expectDigits(linearisation.gradient[0], 0.52, significant: 12)
    expectClose(try linearisation.curvature(.hessian).product(with: [1])[0], 2 * 0.5 / 2.5, relative: 1e-12)
    expectClose(linearisation.primal.undeformedLoss, 1.69, relative: 1e-15)
  }

  @Test("A long Langevin walk finds the gradient of the local entropy")
  func langevin() throws {
    // With ε = 1 the walk samples the Gibbs density; for ℓ = x² and γ = 0.5 the field is θ − μ = 0.8 θ.
    let surface = try FormulaSurface(expression: "x^2", variables: ["x"])
    var method = EntropyDescent()
    method.stepCount = 10_000
    method.scope = 0.5
    method.scoping = 0
    method.noise = 1
    method.innerMomentum = 0
    method.innerRate = 0.05
    method.averaging = 0.9995
    let stream = method.apply(to: WholeSurfaceStream(surface))
    let field = try stream.gradient(of: surface.point([1.3]), Draw(seed: 1, step: 0)).gradient[0]
    // Variance 1/2.5 with correlation time 1/(2.5 · 0.05) = 8 steps, averaged over about 2000 · 2: 4 standard
    // errors.
    expectClose(field, 0.8 * 1.3, absolute: 4 * (0.4 * 16 / 4000).squareRoot())
  }

  @Test("A local entropy in more than three variables is refused with one line")
  func dimensions() throws {
    let surface = FormulaSurface.quadratic(
      matrix: (0..<4).map { i in (0..<4).map { $0 == i ? 1 : 0 } }, centre: [0, 0, 0, 0])
    let error = thrown(DeformationError.self) {
      try LocalEntropy(scope: 1).apply(to: surface).makeEvaluator()
    }
    #expect(error?.description == "localentropy(gamma: 1, nodes: 81) works for up to 3 parameters, not for 4")
  }

  @Test("Methods state their cost, and a sequence multiplies the costs")
  func costs() throws {
    let registry = DeformationRegistry.standard
    #expect(try registry.sequence("LE(1, 0.9)").gradientsPerStep == 1)
    #expect(try registry.sequence("LE(1, 0.9) | sam(0.05)").gradientsPerStep == 2)
    #expect(try registry.sequence("sam(0.05) | entropy(steps: 20)").gradientsPerStep == 40)
    #expect(try registry.sequence("sgds(0.1, steps: 5) | smoothout(0.1)").gradientsPerStep == 7)
  }

  @Test("A loss that diverges in any gradient of a step is reported")
  func divergence() throws {
    var sgds = SharpnessGuidedDescent(weight: 1)
    sgds.innerStepCount = 1
    var entropy = EntropyDescent()
    entropy.stepCount = 3
    for lane in 0..<3 {
      var base = NoisyQuadraticStream()
      base.broken = (3, lane)
      let methods: [any StreamDeformation] = lane < 2 ? [sgds, entropy] : [entropy]
      for method in methods {
        let evaluation = try method.apply(to: base).gradient(of: NoisyQuadraticStream.start(), Self.draw)
          .evaluation
        #expect(evaluation.status == .diverged, "lane \(lane)")
      }
    }
  }

  @Test("Fields of either precision agree to the shorter one's digits, and repeat bit by bit")
  func precisions() throws {
    for text in [
      "sam(0.1)", "sam(0.5, adaptive: true)", "smoothout(0.1)", "smoothout(0.1, per: filter)", "entropy()",
      "sgds(0.5, steps: 2)",
    ] {
      let stream = try DeformationRegistry.standard.sequence(text).apply(to: NoisyQuadraticStream())
      let double = try stream.gradient(of: NoisyQuadraticStream.start(), Self.draw).gradient
      let single = try stream.gradient(of: NoisyQuadraticStream.start(.single), Self.draw).gradient
      #expect(single.precision == .single)
      // 20 inner steps with some roundings each, of numbers up to 2.
      expectClose(single.doubles, double.doubles, tolerance: 100 * Double(Float.ulpOfOne), text)
      #expect(try stream.gradient(of: NoisyQuadraticStream.start(), Self.draw).gradient == double)
      // An evaluator that has walked elsewhere gives the same bits.
      let evaluator = try stream.makeEvaluator()
      var gradient = ModelVector(zeros: 6, precision: .double)
      var elsewhere = NoisyQuadraticStream.start()
      elsewhere.parameters.scale(by: 3)
      _ = try evaluator.gradient(at: elsewhere, draw: Draw(seed: 2, step: 9), into: &gradient)
      _ = try evaluator.gradient(at: NoisyQuadraticStream.start(), draw: Self.draw, into: &gradient)
      #expect(gradient == double)
    }
  }
}
