import Foundation
import Testing
import ThalwegCatalogue
import ThalwegDatasets
import ThalwegNeuralSurfaces
import ThalwegStores
import ThalwegSurfaces
import ThalwegSurveys

@Suite("The surface and slice commands")
struct SurveyTests {
  static let training = tinyTraining.map { $0 == "6" ? "1" : $0 } + ["--out", "run"]
  static let surface = ["surface", "run", "--x=-1:1:7", "--y=-0.5:1:4", "--limit", "100", "--seed", "5"]

  @Test("every point of a grid that is not square stands at its own coordinates")
  func pointOrder() throws {
    let folder = try TestFolder()
    #expect(try Program(Self.training, in: folder).finish().status == 0)
    let result = try Program(Self.surface + ["--out", "s"], in: folder).finish()
    #expect(result.status == 0, "\(result.errors)")
    let store = try RunFolder.open(folder("s")).surface(named: "loss")
    #expect(store.grid.shape == [4, 7])
    let points = try store.allPoints()

    var settings = SubjectSettings(checkpoint: folder("run"))
    settings.limit = 100
    let subject = try Subject(settings)
    let evaluator = try subject.surface().makeEvaluator()
    let family = RandomDirection(seed: 5)
    let (x, y) = (try family.direction(0, at: subject.state), try family.direction(1, at: subject.state))
    for position in [0, 1, 6, 7, 20, 27] {
      let place = store.grid.coordinates(of: position)  // [y, x]
      var state = subject.state
      state.move(place[1], along: x)
      state.move(place[0], along: y)
      #expect(try evaluator.evaluate(at: state).loss == points[position].loss)
    }
    // In the table x changes fastest, under a head that names it last.
    let lines = try String(contentsOfFile: folder("s/surface.csv"), encoding: .utf8).split(separator: "\n")
    #expect(lines[0].hasPrefix("y,x,") && lines[1].hasPrefix("-0.5,-1.0,") && lines[2].hasPrefix("-0.5,-0.66"))
  }

  @Test("a surface that was killed goes on and ends with the same content")
  func killed() throws {
    let folder = try TestFolder()
    #expect(try Program(Self.training, in: folder).finish().status == 0)
    // Enough points that a kill finds it at work.
    let arguments = ["surface", "run", "--x=-1:1:41", "--y=-0.5:1:40", "--limit", "100", "--threads", "1"]
    let killed = try Program(arguments + ["--out", "cut"], in: folder)
    killed.wait(toSay: "forecast")
    usleep(150_000)
    kill(killed.process.processIdentifier, SIGKILL)
    #expect(try killed.finish().status == SIGKILL, "it was done before it could be killed")
    let resumed = try Program(arguments + ["--out", "cut"], in: folder).finish()
    #expect(resumed.status == 0, "\(resumed.errors)")
    let whole = try Program(arguments + ["--out", "whole"], in: folder).finish()
    #expect(whole.status == 0)
    let (first, second) = (try RunFolder.open(folder("whole")), try RunFolder.open(folder("cut")))
    #expect(try first.contentDigest() == second.contentDigest())
    #expect(try folder.bytes("whole/surface.csv") == folder.bytes("cut/surface.csv"))
    for name in ["contour.svg", "contour.png", "surface.svg", "surface.png"] {
      #expect(FileManager.default.fileExists(atPath: folder("whole/figures/" + name)))
    }
  }

  @Test("a surface states its cosine, its partition and its hashes, and refuses other settings")
  func facts() throws {
    let folder = try TestFolder()
    #expect(try Program(Self.training, in: folder).finish().status == 0)
    let arguments = Self.surface + ["--out", "s", "--batch-norm", "batch:30", "--threads", "1"]
    let result = try Program(arguments, in: folder).finish()
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("consecutive batches in data order: 3 of 30 and one of 10"))
    #expect(result.output.contains("cosine"))
    let facts = try RunFolder.open(folder("s")).facts.all()
    let cosine = try #require(facts["cosine"]?.doubleValue)
    let expected = try #require(facts["expectedAbsoluteCosine"]?.doubleValue)
    // Five times the mean of |cosine| is four standard deviations.
    #expect(abs(cosine) < 5 * expected)
    #expect(facts["checkpointHash"]?.stringValue?.count == 64)
    let json = try JSONValue(parsing: String(contentsOfFile: folder("s/surface.json"), encoding: .utf8))
    #expect(json["shape"] == [4, 7])

    let other = try Program(arguments.map { $0 == "100" ? "90" : $0 }, in: folder).finish()
    #expect(other.status == 1 && other.isOneLineError && other.errors.contains("examples"), "\(other.errors)")
  }

  @Test("a slice to another checkpoint meets both at its ends")
  func interpolation() throws {
    let folder = try TestFolder()
    #expect(try Program(tinyTraining.map { $0 == "6" ? "2" : $0 } + ["--out", "run"], in: folder).finish().status == 0)
    let (first, second) = ("run/checkpoints/epoch-000001.safetensors", "run/checkpoints/epoch-000002.safetensors")
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
}
