import TestSupport
import Testing
import ThalwegCalls
import ThalwegDeformations
import ThalwegSurfaces
import ThalwegTraining

@Suite("Deformations as text")
struct DeformationRegistryTests {
  @Test(
    "A text is read, and what it is written as is read to the same text",
    arguments: [
      ("LE(1,0.9)", "LE(1, 0.9)"), ("AP(18/pi,1,2,1)", "AP(5.729577951308232, 1, 2, 1)"),
      ("AP(1.5, .7, 1, 0)", "AP(1.5, 0.7, 1, 0)"), ("halfsquare()", "halfsquare()"), ("scale(2)", "scale(2)"),
      ("identity()", "identity()"), ("scale(1)", "identity()"),
      ("delta: \"ln(exp(l) - 0.9)\"", "delta(\"ln(exp(l) - 0.9)\")"),
      ("delta(max(l, 2*l))", "delta(\"max(l, 2*l)\")"),
      ("slope: \"1 + exp(-l)\"", "slope(\"1 + exp(-l)\", reference: 1)"),
      ("LE(1, 1, cap: 10)", "LE(1, 1, cap: 10)"), ("halfsquare(window: 0.1 2)", "halfsquare(window: 0.1 2)"),
      ("LE(1, 1, window: 0.1 inf, cap: 10)", "LE(1, 1, window: 0.1 inf, cap: 10)"),
      ("coordinates(sinh)", "coordinates(sinh)"),
      (
        "coordinates(scale, factor: 2, roles: filter bias)",
        "coordinates(scale, factor: 2, roles: bias filter)"
      ),
      ("sam(rho: 0.05)", "sam(rho: 0.05)"), ("sam(adaptive: true)", "sam(rho: 0.5, adaptive: true)"),
      ("smoothout(0.01)", "smoothout(0.01)"),
      (
        "smoothout(0.1, per: filter, anneal: tanh, steps: 100, exempt: normScale, key: 2)",
        "smoothout(0.1, per: filter, anneal: tanh, steepness: 6, steps: 100, exempt: normScale, key: 2)"
      ),
      (
        "entropy()",
        "entropy(steps: 20, gamma: 0.0001, scoping: 0.001, rate: 0.1, averaging: 0.75, noise: 0.0001, "
          + "momentum: 0.9, decay: 0)"
      ),
      ("localentropy(gamma: 0.5)", "localentropy(gamma: 0.5, nodes: 81)"),
      (
        "sgds(1e-4, clip: inf)",
        "sgds(weight: 0.0001, radius: 0.001, exponent: 2, steps: 0, rate: 1, clip: inf, "
          + "batches: different, rest: norm)"
      ),
      (
        "bnsharpness(0.1, radius: 0.01, normalised: false)",
        "bnsharpness(weight: 0.1, radius: 0.01, exponent: 2, nodes: 8, steps: 100, restarts: 0, rest: norm, "
          + "gradient: total, normalised: false)"
      ),
    ])
  func roundTrip(text: String, canonical: String) throws {
    #expect(try DeformationRegistry.standard.parse(text).description == canonical)
    #expect(try DeformationRegistry.standard.parse(canonical).description == canonical)
  }

  @Test("What is read are the settings that the text states")
  func settings() throws {
    let function = (try DeformationRegistry.standard.parse("AP(18/pi, 1, 2, 1)") as? FunctionDeformation)?
      .function
    #expect(function as? ArctangentPower == ArctangentPower(18 / .pi, 1, 2, 1))
    #expect(
      try DeformationRegistry.standard.parse("smoothout(0.1, per: weight, anneal: polynomial)") as? SmoothOut
        == SmoothOut(amplitude: 0.1, unit: .weight, annealing: .polynomial))
  }

  @Test(
    "A text that is no deformation is refused with one line that names the fault",
    arguments: [
      ("", "deformation “”: expected a name and arguments in brackets, as in LE(1, 0.9) or sam(rho: 0.05)"),
      (
        "LE",
        "deformation “LE”: expected a name and arguments in brackets, as in LE(1, 0.9) or sam(rho: 0.05)"
      ),
      ("LE(1", "deformation “LE(1”: the closing bracket is missing"),
      ("LE(1, 0.9))", "deformation “LE(1, 0.9))”: there is a closing bracket too many, or more than one call"),
      ("LE(1,, 2)", "deformation “LE(1,, 2)”: there is nothing between two commas"),
      ("delta(\"l)", "deformation “delta(\"l)”: a closing quotation mark is missing"),
      ("LE(1)", "deformation LE needs “e2”"),
      ("LE(1, 1.5)", "deformation LE: “e2” is “1.5”, expected above 0 and at most 1"),
      ("LE(1, 0.9, 3)", "deformation LE has no use for “3”"),
      ("LE(1, 0.9, cap: 0)", "deformation LE: “cap” is “0”, expected a number > 0"),
      (
        "LE(1, 0.9, window: 3 1)",
        "deformation LE: “window” is “3 1”, expected two numbers separated by a space, "
          + "as in 0.01 20"
      ),
      ("AP(0, 1, 1, 1)", "deformation AP: “a1” is “0”, expected a number > 0"),
      ("AP(1, 1, 1, -1)", "deformation AP: “a4” is “-1”, expected a number ≥ 0"),
      ("AP(1/0, 1, 1, 1)", "deformation AP: “a1” is “1/0”, expected a number > 0"),
      (
        "AP(1, foo, 1, 1)",
        "deformation AP: formula “foo”, column 1: no variable, constant or function is called “foo”; known are "
          + "abs, arctan, cos, e, exp, expm1, ln, log1p, max, min, pi, sin, sqrt, tanh"
      ),
      (
        "delta: \"ln(l\"",
        "deformation delta: formula “ln(l”, column 5: the text ends where “,” or “)” was expected"
      ),
      ("sam(rho: -1)", "deformation sam: “rho” is “-1”, expected a number ≥ 0"),
      ("sam(adaptive: yes)", "deformation sam: “adaptive” is “yes”, expected true or false"),
      ("smoothout()", "deformation smoothout needs “amplitude”"),
      (
        "smoothout(0.1, per: layer)",
        "deformation smoothout: “per” is “layer”, expected one of constant, weight, filter"
      ),
      ("smoothout(0.1, anneal: tanh)", "deformation smoothout needs “steps”"),
      (
        "smoothout(0.1, exempt: bias runningMean)",
        "deformation smoothout: “exempt” is “bias runningMean”, expected some of "
          + "filter, denseWeight, bias, normScale, normShift, coordinate, separated by spaces"
      ),
      ("entropy(steps: -1)", "deformation entropy: “steps” is “-1”, expected a whole number ≥ 0"),
      (
        "coordinates(log)",
        "deformation coordinates: “map” is “log”, expected one of scale, sinh, arsinh, cube"
      ),
      ("coordinates(scale)", "deformation coordinates needs “factor”"),
    ])
  func refuses(text: String, message: String) {
    let error = thrown(CallError.self) { try DeformationRegistry.standard.parse(text) }
    #expect(error?.description == message)
  }

  @Test("An unknown name is answered with the known ones")
  func unknown() {
    let error = thrown(CallError.self) { try DeformationRegistry.standard.parse("SAN(1)") }
    #expect(
      error?.description
        == "no deformation is called “SAN”; known are AP, bnsharpness, coordinates, delta, entropy, halfsquare, "
        + "identity, LE, localentropy, sam, scale, sgds, slope, smoothout")
  }

  @Test("A sequence is applied in order")
  func order() throws {
    let base = try FormulaSurface(expression: "x + 1", variables: ["x"])
    let first = try DeformationRegistry.standard.sequence("halfsquare() | scale(3)").apply(to: base)
    let second = try DeformationRegistry.standard.sequence("scale(3) | halfsquare()").apply(to: base)
    #expect(try first.makeEvaluator().evaluate(at: base.point([1])).loss == 6)
    #expect(try second.makeEvaluator().evaluate(at: base.point([1])).loss == 18)
    // A bar in quotes separates nothing.
    let error = thrown(CallError.self) {
      try DeformationRegistry.standard.sequence("delta(\"l | 2\") | scale(3)")
    }
    #expect(error?.description.hasPrefix("deformation delta: formula “l | 2”, column 3: “|”") == true)
  }

  @Test("What has no meaning on a surface or on a stream says so in one line")
  func meaningless() throws {
    let surface = FormulaSurface.quadratic(matrix: [[1]], centre: [0])
    let field = thrown(DeformationError.self) {
      try DeformationRegistry.standard.sequence("scale(2) | sam(0.05)").apply(to: surface)
    }
    #expect(
      field?.description
        == "sam(rho: 0.05) changes the gradients of training and no surface; "
        + "it cannot be drawn or measured")
    let value = thrown(DeformationError.self) {
      try DeformationRegistry.standard.sequence("localentropy(1)")
        .apply(to: WholeSurfaceStream(surface))
    }
    #expect(
      value?.description
        == "localentropy(gamma: 1, nodes: 81) changes surfaces; "
        + "it cannot be applied to minibatches")
  }

  @Test("Random texts are read or refused and never trap")
  func randomTexts() {
    let good = Array(
      "LE(1, 1, window: 0.1 inf, cap: 18/pi) | smoothout(0.1, per: filter) | delta(\"l+1\")".utf8)
    for index in 0..<2000 {
      let text = String(decoding: mutated(good, seed: 8, index: index), as: UTF8.self)
      _ = try? DeformationRegistry.standard.sequence(text)
    }
  }

  struct Doubling: DeformationFunction {
    func value(at loss: Double) -> Double { 2 * loss }
    func slope(at loss: Double) -> Double { 2 }
    func curvature(at loss: Double) -> Double { 0 }
    var description: String { "doubling()" }
  }

  @Test("A deformation from elsewhere joins the registry")
  func own() throws {
    let registry = DeformationRegistry.standard.adding("doubling") { _ in FunctionDeformation(Doubling()) }
    #expect(try registry.sequence("doubling() | LE(1, 0.5)").description == "doubling() | LE(1, 0.5)")
  }

  @Test("Cautions of all steps are collected")
  func cautions() throws {
    #expect(
      try DeformationRegistry.standard.sequence("AP(1.5, 0.7, 1, 0) | sam() | LE(1, 1)").cautions.count == 2)
  }
}
