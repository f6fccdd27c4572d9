import Foundation
import TestSupport
import Testing
import ThalwegDeformations
import ThalwegSurfaces
import ThalwegTraining

@Suite("SGDS")
struct SharpnessGuidedDescentTests {
  static let draw = Draw(seed: 11, step: 3)

  @Test("With T = 0, SGDS adds the difference of two gradients, one along the gradient in each block")
  func sgds() throws {
    var method = SharpnessGuidedDescent(weight: 2)
    method.radius = 0.1
    method.clip = .infinity
    for batches in SharpnessGuidedDescent.Batches.allCases {
      method.batches = batches
      let base = NoisyQuadraticStream()
      let state = NoisyQuadraticStream.start()
      let g1 = try base.gradient(of: state, Self.draw).gradient
      var moved = state
      for range in [0..<2, 2..<4, 4..<6] {
        let factor = 0.1 * state.parameters.norm(over: range) / g1.norm(over: range)
        for i in range { moved.parameters[i] += factor * g1[i] }
      }
      let lane = batches == .same ? 0 : 1
      let g2 = try base.gradient(moved, Draw(seed: 11, step: 3, lane: lane))
      let expected = (0..<6).map { g1[$0] + 2 / 3.0.squareRoot() * (g2[$0] - g1[$0]) }
      expectClose(
        try method.apply(to: base).gradient(of: state, Self.draw).gradient.doubles, expected, tolerance: 1e-13
      )
      // Clipped, the addition has just the length that is allowed.
      var clipped = method
      clipped.clip = 0.1
      var addition = try clipped.apply(to: base).gradient(of: state, Self.draw).gradient
      addition.add(-1, g1)
      expectClose(addition.norm(), 0.2, relative: 1e-12)
    }
    #expect(method.gradientsPerStep == 2)
  }

  @Test("SGDS's inner steps turn the direction towards more sharpness and keep its lengths")
  func innerSteps() throws {
    let network = NormalisedNetwork()
    let stream = WholeSurfaceStream(network)
    let state = network.point([0.7, 2])
    var method = SharpnessGuidedDescent(weight: 1)
    method.radius = 0.1
    method.clip = .infinity
    method.innerRate = 50
    method.batches = .same
    // On one batch r = c (g₂ − g₁) tells g₂; its length shows how far the gradient changed.
    let evaluator = network.makeEvaluator()
    var g1 = ModelVector(zeros: 6, precision: .double)
    _ = try evaluator.gradient(at: state, into: &g1)
    func addition(_ steps: Int) throws -> ModelVector {
      method.innerStepCount = steps
      var field = try method.apply(to: stream).gradient(of: state, Self.draw).gradient
      field.add(-1, g1)
      return field
    }
    var direction = try BNSharpnessTests.along(radius: 0.1, exponent: 2).measure(network, at: state).direction
    let c = (1 / 3.0).squareRoot()
    for steps in 0..<4 {
      var moved = state
      moved.parameters.add(0.1, direction)
      var gradient = g1
      _ = try evaluator.gradient(at: moved, into: &gradient)
      var expected = gradient
      expected.add(-1, g1)
      expected.scale(by: c)
      expectClose(try addition(steps).doubles, expected.doubles, tolerance: 1e-11)
      for range in [0..<2, 2..<4, 4..<6] {
        let radius = state.parameters.norm(over: range)
        let radial = direction.dot(gradient, over: range) / (radius * radius)
        for i in range { direction[i] += 50 * c * 0.1 * (gradient[i] - radial * direction[i]) }
        direction.scale(range, by: radius / direction.norm(over: range))
      }
    }
  }

  @Test("Where all gradients see one batch, the difference of gradients has no noise, else it has")
  func signalToNoise() throws {
    let base = NoisyQuadraticStream()
    let state = NoisyQuadraticStream.start()
    var method = SharpnessGuidedDescent(weight: 1)
    method.radius = 0.01
    method.batches = .different
    let different = try method.signalToNoise(on: base, at: state, drawCount: 40, seed: 1)
    // Two draws whose centres differ by 0.3 √2 N(0, 1) in each coordinate of curvature (i + 1)/4, and little
    // else.
    let noise = (1...6).reduce(0) { $0 + 2 * pow(0.3 * Double($1) / 4, 2) }.squareRoot()
    expectClose(different.noise, noise, relative: 0.25)
    #expect(different.ratio < 0.3)
    method.batches = .same
    let same = try method.signalToNoise(on: NoisyQuadraticStream(noise: 0), at: state, drawCount: 5, seed: 1)
    #expect(same.noise < 1e-8 && same.ratio > 1e5)
    let signal = try method.signalToNoise(on: base, at: state, drawCount: 40, seed: 1)
    #expect(signal.ratio > 2)
  }

  /// A stream whose gradient is given in every lane but the last, and there the point itself.
  struct LaneStream: FieldStream {
    let space: StateSpace
    let gradients: [[Double]]
    let stepsPerEpoch = 1

    func makeEvaluator() -> any StreamEvaluator { LaneEvaluator(gradients) }

    private final class LaneEvaluator: StreamEvaluator {
      let gradients: [[Double]]
      init(_ gradients: [[Double]]) { self.gradients = gradients }

      func gradient(
        at state: borrowing ModelState, draw: Draw, into gradient: inout ModelVector
      ) -> Evaluation {
        gradient = draw.lane < gradients.count ? ModelVector(gradients[draw.lane]) : state.parameters
        return Evaluation(loss: 1)
      }

      func commitBatchStatistics(to state: inout ModelState) {}
    }
  }

  @Test("One inner step on spheres goes where the standard formulas of manifolds say")
  func spheres() throws {
    let sphere = StateSpace(entries: [StateEntry(name: "a", shape: [2], role: .bias)])
    let oblique = StateSpace(entries: [
      StateEntry(name: "a", shape: [2, 2], role: .denseWeight, unitAxis: 0, scaleFreeThrough: "n")
    ])
    let cases: [(StateSpace, [Double], [Double], Double, [Double])] = [
      (sphere, [3, 4], [1, 2], 0.5, [2.8377307228, 4.1167079499]),
      (
        oblique, [0.6, 0.8, 0, 1], [1, 3, 2, 4], 0.1,
        [0.5174193389, 0.8557319836, 0.1961161351, 0.9805806757]
      ),
    ]
    for (space, point, gradient, step, expected) in cases {
      // g₁ points along θ, so v = θ; the inner step sees the gradient; the last lane tells θ + δ v.
      let c = (1 / 3.0).squareRoot()
      var method = SharpnessGuidedDescent(weight: 1)
      method.radius = 0.25
      method.innerStepCount = 1
      method.innerRate = step / (c * method.radius)
      method.clip = .infinity
      method.batches = .fresh
      let state = ModelState(space: space, parameters: ModelVector(point), buffers: ModelVector([Double]()))
      let field = try method.apply(to: LaneStream(space: space, gradients: [point, gradient]))
        .gradient(of: state, Draw(seed: 0, step: 0)).gradient
      // field = g₁ + c (θ + δ v − g₁) with g₁ = θ.
      for (i, value) in expected.enumerated() {
        expectDecimals((field[i] - point[i]) / (c * method.radius), value, decimals: 10)
      }
    }
  }
}
