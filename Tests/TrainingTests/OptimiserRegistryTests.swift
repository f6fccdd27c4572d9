import Testing
import ThalwegCalls
import ThalwegSurfaces
import ThalwegTraining

@Suite("Optimisers as text")
struct OptimiserRegistryTests {
  @Test(
    "A text is read, and what it is written as is read to the same text",
    arguments: [
      ("sgd()", "sgd(momentum: 0.0, nesterov: false, dampening: 0.0, decay: 0.0)"),
      (
        "sgd(momentum: 0.9, nesterov: true, decay: 5e-4)",
        "sgd(momentum: 0.9, nesterov: true, dampening: 0.0, decay: 0.0005)"
      ),
      (
        "sgd(0.9, decay: 1, exempt: normShift bias)",
        "sgd(momentum: 0.9, nesterov: false, dampening: 0.0, decay: 1.0, exempt: bias normShift)"
      ),
      (
        "rmsprop(centred: true)",
        "rmsprop(smoothing: 0.9, epsilon: 1e-08, momentum: 0.0, centred: true, decay: 0.0)"
      ),
      ("adagrad()", "adagrad(epsilon: 1e-10, initial: 0.0, decay: 0.0)"),
      ("adadelta(0.95)", "adadelta(smoothing: 0.95, epsilon: 1e-06, decay: 0.0)"),
      (
        "adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0)",
        "adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-08, amsgrad: false, decay: 0.0)"
      ),
      ("adamw()", "adamw(beta1: 0.9, beta2: 0.999, epsilon: 1e-08, amsgrad: false, decay: 0.01)"),
      (
        "rk2()",
        "rk2(sgd(momentum: 0.0, nesterov: false, dampening: 0.0, decay: 0.0), c: 0.6666666666666666)"
      ),
      (
        "rk2(clip(adagrad(), value: 1), c: 1)",
        "rk2(clip(adagrad(epsilon: 1e-10, initial: 0.0, decay: 0.0), value: 1.0), c: 1.0)"
      ),
      (
        "average(rk2(adagrad()), start: 10)",
        "average(rk2(adagrad(epsilon: 1e-10, initial: 0.0, decay: 0.0), c: 0.6666666666666666), start: 10, "
          + "every: 1)"
      ),
    ])
  func roundTrip(text: String, canonical: String) throws {
    let optimiser = try OptimiserRegistry.standard.parse(text)
    #expect(optimiser.description == canonical)
    #expect(try OptimiserRegistry.standard.parse(canonical).description == canonical)
  }

  @Test("What is read are the settings that the text states")
  func settings() throws {
    let optimiser = try OptimiserRegistry.standard.parse(
      "adam(beta1: 0.8, beta2: 0.99, epsilon: 0.1, amsgrad: true, decay: 2, exempt: normScale)")
    #expect(
      optimiser as? Adam
        == Adam(
          beta1: 0.8, beta2: 0.99, epsilon: 0.1, isAMSGrad: true, decay: WeightDecay(2, except: [.normScale]))
    )
  }

  @Test(
    "A text that is no optimiser is refused with one line that names the fault",
    arguments: [
      (
        "adan()",
        "no optimiser is called “adan”; known are adadelta, adagrad, adam, adamw, average, clip, rk2, "
          + "rmsprop, sgd"
      ),
      ("adam", "optimiser “adam”: expected a name and arguments in brackets, as in sgd(momentum: 0.9)"),
      ("adam(beta1: 1)", "optimiser adam: “beta1” is “1”, expected at least 0 and below 1"),
      ("adam(epsilon: 0)", "optimiser adam: “epsilon” is “0”, expected a number > 0"),
      ("adam(amsgrad: yes)", "optimiser adam: “amsgrad” is “yes”, expected true or false"),
      ("adam(gamma: 1)", "optimiser adam has no use for “gamma: 1”"),
      (
        "sgd(nesterov: true)",
        "optimiser sgd: “nesterov” is “true”, expected a positive momentum and no dampening with it"
      ),
      (
        "sgd(decay: 1, exempt: runningMean)",
        "optimiser sgd: “exempt” is “runningMean”, expected some of filter, denseWeight, bias, normScale, "
          + "normShift, coordinate, separated by spaces"
      ),
      ("rk2(c: 0)", "optimiser rk2: “c” is “0”, expected a number above 0 and at most 1"),
      (
        "clip(rk2(adagrad()), norm: 1)",
        "optimiser clip: “optimiser” is “rk2(adagrad(epsilon: 1e-10, initial: 0.0, decay: 0.0), "
          + "c: 0.6666666666666666)”, expected an optimiser with one gradient a step, such as adam()"
      ),
      ("clip(adam())", "optimiser clip needs “norm: or value:”"),
      ("clip(norm: 1)", "optimiser clip needs “optimiser”"),
      (
        "clip(adam(), norm: 1, value: 1)",
        "optimiser clip: “value” is “1.0”, expected norm or value, not both"
      ),
      ("average(sgd())", "optimiser average needs “start”"),
      ("average(sgd(), start: 0)", "optimiser average: “start” is “0”, expected a whole number ≥ 1"),
      ("average(start: 1)", "optimiser average needs “optimiser”"),
    ])
  func refuses(text: String, message: String) {
    let error = #expect(throws: CallError.self) { try OptimiserRegistry.standard.parse(text) }
    #expect(error?.description == message)
  }

  struct SignDescent: GradientRule {
    static let keyword = "sign"
    init(_ arguments: inout CallArguments) throws(CallError) {}

    func update(
      _ state: inout ModelState, along gradient: inout ModelVector, rate: Double,
      memory: inout OptimiserMemory
    ) throws(OptimiserMemoryError) {
      for i in 0..<gradient.count where gradient[i] != 0 {
        state.parameters[i] -= gradient[i] < 0 ? -rate : rate
      }
    }

    var description: String { "sign()" }
  }

  @Test("A rule from elsewhere joins the registry, inside other optimisers too")
  func newRule() throws {
    let optimiser = try OptimiserRegistry.standard.adding(SignDescent.self).parse("rk2(sign(), c: 1)")
    let surface = FormulaSurface.quadratic(matrix: [[1]], centre: [0])
    let trainer = Trainer(optimiser: optimiser, schedule: ConstantSchedule(0.25), epochCount: 3, seed: 1)
    let end = try trainer.train(surface.point([1]), on: WholeSurfaceStream(surface)).snapshot
    #expect(end.state.parameters[0] == 0.25)
  }
}
