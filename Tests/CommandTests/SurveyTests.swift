import Foundation
import Testing
import ThalwegCatalogue
import ThalwegNeuralSurfaces
import ThalwegStores
import ThalwegSurfaces
import ThalwegSurveys

/// A surface that several tests look at, made once.
struct SurfaceFixture {
  static let shared = Result { try SurfaceFixture() }

  let folder: TestFolder
  let output: String

  /// Batch statistics, so that the partition matters; one thread, so that the result does not depend on the
  /// machine.
  static let arguments = [
    "surface", "run", "--x=-1:1:21", "--y=-0.5:1:12", "--limit", "100", "--seed", "5",
    "--batch-norm", "batch:30", "--threads", "1",
  ]

  private init() throws {
    folder = try TestFolder()
    let trained = try Program(tinyTraining() + ["--out", "run"], in: folder).finish()
    try #require(trained.status == 0, "\(trained.errors)")
    let result = try Program(Self.arguments + ["--out", "whole"], in: folder).finish()
    try #require(result.status == 0, "\(result.errors)")
    output = result.output
  }
}

@Suite("The surface and slice commands")
struct SurveyTests {
  @Test("every point of a grid that is not square stands at its own coordinates")
  func pointOrder() throws {
    let folder = try SurfaceFixture.shared.get().folder
    let store = try RunFolder.open(folder("whole")).surface(named: "loss")
    #expect(store.grid.shape == [12, 21])
    let points = try store.allPoints()

    var settings = SubjectSettings(checkpoint: folder("run"))
    settings.limit = 100
    settings.policy = .batch(size: 30)
    settings.threadCount = 1
    let subject = try Subject(settings)
    let evaluator = try subject.surface().makeEvaluator()
    let family = RandomDirection(seed: 5)
    let (x, y) = (try family.direction(0, at: subject.state), try family.direction(1, at: subject.state))
    for position in [0, 1, 20, 21, 100, 251] {
      let place = store.grid.coordinates(of: position)  // [y, x]
      var state = subject.state
      state.move(place[1], along: x)
      state.move(place[0], along: y)
      #expect(try evaluator.evaluate(at: state).loss == points[position].loss)
    }
    // In the table x changes fastest, under a head that names it last.
    let table = try String(contentsOfFile: folder("whole/surface.csv"), encoding: .utf8)
    #expect(table.hasPrefix("y,x,") && table.contains("\n-0.5,-1.0,") && table.contains("\n-0.5,-0.9,"))
  }

  @Test("a surface that was killed goes on and ends with the same content")
  func killed() throws {
    let folder = try SurfaceFixture.shared.get().folder
    let arguments = SurfaceFixture.arguments + ["--out", "cut"]
    let killed = try Program(arguments, in: folder)
    killed.wait(toSay: "surface  ")  // The first report of progress: a block is stored.
    kill(killed.process.processIdentifier, SIGKILL)
    #expect(try killed.finish().status == SIGKILL, "it was done before it could be killed")
    let resumed = try Program(arguments, in: folder).finish()
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(resumed.output.contains("going on: "))
    let (first, second) = (try RunFolder.open(folder("whole")), try RunFolder.open(folder("cut")))
    #expect(try first.contentDigest() == second.contentDigest())
    #expect(try folder.bytes("whole/surface.csv") == folder.bytes("cut/surface.csv"))
    for name in ["contour.svg", "contour.png", "surface.svg", "surface.png"] {
      #expect(try folder.bytes("whole/figures/" + name) == folder.bytes("cut/figures/" + name))
    }
  }

  @Test("a surface states its cosine, its partition and its hashes, and refuses other settings")
  func facts() throws {
    let fixture = try SurfaceFixture.shared.get()
    let folder = fixture.folder
    #expect(fixture.output.contains("consecutive batches in data order: 3 of 30 and one of 10"))
    #expect(fixture.output.contains("cosine"))
    let facts = try RunFolder.open(folder("whole")).facts.all()
    let cosine = try #require(facts["cosine"]?.doubleValue)
    let expected = try #require(facts["expectedAbsoluteCosine"]?.doubleValue)
    // Five times the mean of |cosine| is four standard deviations.
    #expect(abs(cosine) < 5 * expected)
    #expect(facts["checkpointHash"]?.stringValue?.count == 64)
    let json = try JSONValue(parsing: String(contentsOfFile: folder("whole/surface.json"), encoding: .utf8))
    #expect(json["shape"] == [12, 21])

    let arguments = SurfaceFixture.arguments.map { $0 == "100" ? "90" : $0 } + ["--out", "whole"]
    let other = try Program(arguments, in: folder).finish()
    #expect(other.status == 1 && other.isOneLineError && other.errors.contains("examples"), "\(other.errors)")
  }

  @Test("a slice to another checkpoint meets both at its ends")
  func interpolation() throws {
    let folder = try TestFolder()
    #expect(try Program(tinyTraining(epochs: 2) + ["--out", "run"], in: folder).finish().status == 0)
    let first = "run/checkpoints/epoch-000001.safetensors"
    let second = "run/checkpoints/epoch-000002.safetensors"
    let result = try Program.run(
      "slice", first, "--to", second, "--x=0:1:5", "--split", "test", "--out", "line", in: folder)
    #expect(result.status == 0, "\(result.errors)")
    let points = try RunFolder.open(folder("line")).surface(named: "loss").allPoints()
    for (path, point) in [(first, points[0]), (second, points[4])] {
      let text = try Program.run("evaluate", path, "--json", in: folder).output
      let loss = try #require(try JSONValue(parsing: text)["loss"]?["value"]?.doubleValue)
      let found = try #require(point.loss)
      // The end is first + (second − first): two roundings of each of about 5,000 weights, amplified by a
      // network of 8 layers.
      #expect(abs(found - loss) <= 1e-4 * abs(loss))
    }
    #expect(FileManager.default.fileExists(atPath: folder("line/figures/slice.png")))
  }

  @Test("a surface of which one point alone has a finite loss is drawn, and is said to have holes")
  func holes() throws {
    let folder = try SurfaceFixture.shared.get().folder
    let result = try Program.run(
      "surface", "run", "--x=-1e20:1e20:3", "--y=-1e20:1e20:3", "--limit", "20", "--out", "holes", in: folder)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("1 measured, 8 diverged"))
    #expect(FileManager.default.fileExists(atPath: folder("holes/figures/surface.png")))
  }
}
