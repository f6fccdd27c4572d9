import Foundation
import TestSupport
import Testing
import ThalwegCatalogue
import ThalwegDeformations
import ThalwegStores
import ThalwegTraining

@Suite("Simulations on formulas")
struct SimulationTests {
  @Test("the published walks on two wells are caught without deformation and pass on with it")
  func twoWells() throws {
    let folder = try TestFolder()
    let outcome = try SimulationRun(SimulationSettings(SimulationSurface("fig1"))).run(in: folder("out"))
    // The digits that are printed behind the point; the first walk amplifies rounding after step 100.
    for (walk, places) in zip(
      outcome.walks,
      [
        [1: [-9.49361565, -9.99372277], 10: [-9.2372869, -9.74185796], 100: [-4.83319012, -4.84033558]],
        [
          1: [-9.49051559, -9.99067472], 10: [-9.10787304, -9.6148264], 100: [3.66762991, 1.19819381],
          400: [3.86094085, 2.96181375],
        ],
      ])
    {
      for (step, place) in places {
        for (actual, expected) in zip(walk.points[step].coordinates, place) {
          expectClose(actual, expected, relative: 0, absolute: 0.501e-8)
        }
      }
    }
    expectClose(outcome.endEigenvalues[0][1], 57.94, relative: 0, absolute: 0.005)
    expectClose(outcome.endEigenvalues[1][1], 0.0625, relative: 0, absolute: 0.00005)
    // Heavy ball at the rate 0.02 is held by curvatures up to 190, with δ′ = 1 in the undeformed walk.
    #expect(outcome.lines.contains { $0.contains("largest that holds steps there 190") })
    let run = try RunFolder.open(folder("out"))
    #expect(run.runDescription.kind == "simulate" && run.times.finished != nil)
    #expect(try run.facts.value("walk 1: AP(10, 1, 1, 1)")?["steps"]?.doubleValue == 400)
    for name in ["figures/surface.svg", "figures/surface.png", "figures/loss.svg", "walks.json"] {
      #expect(FileManager.default.fileExists(atPath: folder("out/" + name)), "\(name)")
    }
    let csv = try String(contentsOfFile: folder("out/walks.csv"), encoding: .utf8).split(separator: "\n")
    #expect(csv.count == 1 + 2 * 401)
    #expect(csv[0] == "walk,step,p1,p2,loss,gradient_norm,rate,slope,stride_share")
    #expect(csv[1].hasPrefix("0,0,-9.5,-10.0,4.4265425010"))
  }

  @Test("the curvature that holds steps at the end is that of the slope there, not of the last step's")
  func endLimit() throws {
    let outcome = try SimulationOutcome(of: SimulationSettings(SimulationSurface("cosine")))
    // Plain descent at the rate 0.1 is held by curvatures up to 20 / δ′, and LE(1, 0.9) has δ′ = 1 / (1 − 0.9 e^−ℓ).
    let slope = 1 / (1 - 0.9 * exp(-outcome.walks[1].end.loss))
    let limits = outcome.lines.compactMap { $0.components(separatedBy: "holds steps there ").dropFirst().first }
    #expect(limits == ["20", String(format: "%.4g", 20 / slope)])
  }

  @Test(
    "walks to enormous coordinates are drawn as far as numbers reach",
    arguments: ["x in x", "x + y in x, y", "x^2 in x", "x^2 + y^2 in x, y"], ["1", "1e150"])
  func enormous(formula: String, start: String) throws {
    let folder = try TestFolder()
    let surface = try SimulationSurface(formula)
    var settings = try SimulationSettings(surface, start: surface.variables.map { _ in Double(start) ?? 0 })
    settings.schedule = try ScheduleRegistry.standard.parse("constant(1e306)")
    settings.stepCount = 30
    let outcome = try SimulationRun(settings).run(in: folder("out"))
    #expect(outcome.walks[0].failure != nil)
    // From 1e150 a sum of squares is beyond 1e300, or infinite, nearly everywhere.
    let hasSurface = FileManager.default.fileExists(atPath: folder("out/figures/surface.png"))
    #expect(hasSurface || (start == "1e150" && formula.contains("y^2")))
  }

  @Test(
    "methods that see the whole surface walk on formulas as well, with and without a deformation",
    arguments: ["lbfgs()", "pbil(range: -8 8)", "pbilc(deviation: 2)", "mixture(deviation: 2)"])
  func minimisers(text: String) throws {
    let folder = try TestFolder()
    let arguments = [
      "simulate", "(x - 1)^2 + 3*(y + 2)^2 + 0.5 in x, y", "--start", "4,4", "--steps", "60", "--optimiser", text,
      "--deform", "LE(1, 0.9)",
    ]
    let result = try Program(arguments + ["--json", "--out", "out"], in: folder).finish()
    try #require(result.status == 0, "\(result.errors)")
    let walks = try JSONValue(parsing: result.output)["walks"]?.entries ?? []
    #expect(walks.count == 2)
    for walk in walks {
      let losses = walk["loss"]?.entries.compactMap(\.doubleValue) ?? []
      // A deformation keeps the order of losses, so what goes down on one surface does on the other.
      #expect(losses.first == 117.5 && zip(losses, losses.dropFirst()).allSatisfy { $0 >= $1 })
      #expect((losses.last ?? .nan) < (text == "lbfgs()" ? 0.5 + 1e-15 : 0.6))
      #expect(walk["ending"]?.stringValue?.contains(" evaluations") == true)
    }
    // Populations only rank losses: the deformation changes nothing at all.
    if text != "lbfgs()" { #expect(walks[0]["points"] == walks[1]["points"]) }
    #expect(FileManager.default.fileExists(atPath: folder("out/figures/surface.png")))
    for (option, value) in [("--deform", "sam()"), ("--rate", "0.1"), ("--schedule", "cosine(0.1)")] {
      let refused = try Program(arguments + [option, value, "--out", "none"], in: folder).finish()
      #expect(refused.status == 64 && refused.isOneLineError, "\(refused.errors)")
    }
    let other = try Program(Array(arguments.dropLast(2)) + ["--out", "out"], in: folder).finish()
    #expect(other.status == 1 && other.isOneLineError, "\(other.errors)")
  }

  @Test("a first point without a finite loss is refused", arguments: ["1e300", "-2", "nan"])
  func badStart(start: String) throws {
    let folder = try TestFolder()
    let formula = start == "-2" ? "sqrt(x) in x" : "x^2 in x"
    let result = try Program(["simulate", formula, "--start", start, "--out", "out"], in: folder).finish()
    #expect(result.status == 64 && result.isOneLineError && result.errors.contains("start: found"), "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder("out")))
  }

  @Test("in one dimension a surface without maxima is looked at once, not at every step")
  func manySteps() throws {
    var settings = try SimulationSettings(SimulationSurface("x^2 in x"), start: [1])
    settings.schedule = try ScheduleRegistry.standard.parse("constant(1e-4)")
    settings.stepCount = 10_000
    let clock = ContinuousClock()
    var outcome: SimulationOutcome?
    // Ten thousand looks of ten thousand evaluations took twenty seconds, one takes a hundredth of one.
    let time = try clock.measure { outcome = try SimulationOutcome(of: settings) }
    #expect(time < .seconds(10))
    #expect(outcome?.walks[0].points.count == 10_001 && outcome?.walks[0].largestStrideShare == nil)
  }

  @Test("the published walk on dents ends lower with the deformation")
  func dentedBowl() throws {
    let outcome = try SimulationOutcome(of: SimulationSettings(SimulationSurface("fig5")))
    expectClose(outcome.walks[0].end.loss, 0.26769342, relative: 1e-7)
    expectClose(outcome.walks[1].end.loss, 2.1846666e-4, relative: 1e-7)
  }

  @Test(
    "no step of plain descent that stays between two maxima is longer than their distance",
    arguments: [
      (0.1, "identity()", 0.118837646838659, false), (0.2, "identity()", 0.237675293677318, false),
      (0.45, "identity()", 0.574569833949626, false), (0.1, "LE(1, 0.9)", 0.291673760236403, false),
    ])
  func bound(rate: Double, deformation: String, share: Double, leaves: Bool) throws {
    var settings = try SimulationSettings(SimulationSurface("cosine"))
    settings.schedule = ConstantSchedule(rate)
    settings.deformation = try DeformationRegistry.standard.sequence(deformation)
    let outcome = try SimulationOutcome(of: settings)
    // The reference has 12 digits of the distance.
    expectClose(try #require(outcome.walks[1].largestStrideShare), share, relative: 1e-11)
    #expect(outcome.departures[1] == nil)
  }

  @Test("a longer step leaves at once")
  func leaves() throws {
    var settings = try SimulationSettings(SimulationSurface("cosine"))
    settings.schedule = ConstantSchedule(0.45)
    settings.stepCount = 1
    let outcome = try SimulationOutcome(of: settings)
    expectClose(try #require(outcome.walks[1].largestStrideShare), 1.307424614649325, relative: 1e-11)
    #expect(outcome.departures == [nil, 1])
    expectClose(outcome.walks[1].end.coordinates[0], -1.7640183024858, relative: 1e-13)
  }

  @Test("changed coordinates are changed back, and whole surfaces can be deformed too")
  func coordinates() throws {
    var settings = try SimulationSettings(SimulationSurface("x^2 + 3*y^2 in x, y"), start: [1, -1])
    settings.optimiser = StochasticGradientDescent()
    settings.schedule = ConstantSchedule(0.01)
    settings.deformation = try DeformationRegistry.standard.sequence("coordinates(scale, factor: 2)")
    let scaled = try SimulationOutcome(of: settings).walks[1]
    settings.schedule = ConstantSchedule(0.04)
    let plain = try SimulationOutcome(of: settings).walks[0]
    for (a, b) in zip(scaled.points, plain.points) {
      // A product of 100 factors, each with three roundings.
      for (x, y) in zip(a.coordinates, b.coordinates) { expectClose(x, y, relative: 300 * 1.2e-16) }
    }
    settings.deformation = try DeformationRegistry.standard.sequence("localentropy(gamma: 2)")
    #expect(try SimulationOutcome(of: settings).walks[1].failure == nil)
  }

  @Test("a walk that cannot go on is a result that says why")
  func failure() throws {
    var settings = try SimulationSettings(SimulationSurface("x^2 - 1 in x"), start: [2])
    settings.deformation = try DeformationRegistry.standard.sequence("LE(1, 1)")
    let walk = try SimulationOutcome(of: settings).walks[1]
    #expect(walk.failure?.hasPrefix("LE(1, 1) is meant for losses > 0.0; the loss is -") == true)
    #expect(walk.points.count > 2 && walk.end.loss < 0)
  }

  @Test(
    "the command's JSON is the table's, for one variable, two and three",
    arguments: [("cosine", "0.3"), ("x^2*y^2 + 0.1*x in x, y", "1,0.5"), ("a + b^2 + c^2 in a, b, c", "1,2,3")])
  func command(surface: String, start: String) throws {
    let folder = try TestFolder()
    let result = try Program.run(
      "simulate", surface, "--start", start, "--steps", "20", "--rate", "0.05", "--optimiser", "adam()", "--deform",
      "AP(2, 1, 1, 1)", "--json", in: folder)
    #expect(result.status == 0, "\(result.errors)")
    let json = try JSONValue(parsing: result.output)
    let losses = try #require(json["walks"]?.entries[1]["loss"]?.entries)
    #expect(losses.count == 21)
    let file = try JSONValue(parsing: String(contentsOfFile: folder("simulation/walks.json"), encoding: .utf8))
    #expect(file == json)
    let again = try Program.run("simulate", surface, "--start", start, "--steps", "21", in: folder)
    #expect(again.status == 1 && again.isOneLineError && again.errors.contains("choose another --out"))
  }

  @Test(
    "what makes no simulation is refused in one line",
    arguments: [
      ["simulate", "fig2"], ["simulate", "x^2 in x"], ["simulate", "x^2 in x", "--start", "1,2"],
      ["simulate", "x^2 in x", "--start", "one"], ["simulate", "x^2 + in x", "--start", "1"],
      ["simulate", "x^2 in x x", "--start", "1,1"], ["simulate", "sin in sin", "--start", "1"],
      ["simulate", "pi in pi", "--start", "1"], ["simulate", "fig1", "--steps", "0"],
      ["simulate", "fig1", "--x=-1:1:5"], ["simulate", "cosine", "--y=-1:1:5"],
      ["simulate", "fig1", "--optimiser", "adam()", "--momentum", "0.5"], ["simulate", "fig1", "--deform", "LE()"],
      ["simulate", "fig1", "--deform", "sam() | localentropy(1)"], ["simulate", "fig1", "--rate", "-1"],
    ])
  func refused(arguments: [String]) throws {
    let folder = try TestFolder()
    let result = try Program(arguments, in: folder).finish()
    #expect(result.status == 64 && result.isOneLineError && result.output.isEmpty, "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder("simulation")))
  }
}
