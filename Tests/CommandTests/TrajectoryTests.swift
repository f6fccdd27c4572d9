import Foundation
import TestSupport
import Testing
import ThalwegStores

@Suite("The trajectory command")
struct TrajectoryTests {
  @Test(
    "every checkpoint has its own loss, its place, and a distance that makes its distance whole",
    arguments: ["mean", "last"])
  func places(origin: String) throws {
    let fixture = try GeometryFixture.shared.get()
    let text = try fixture.run(
      "trajectory", "run", "--origin", origin, "--x=-1:1:3", "--y=-1:1:3", "--json", "--out", "trajectory-\(origin)")
    let json = try JSONValue(parsing: text)
    let places = json["checkpoints"]?.entries ?? []
    #expect(places.count == 4)
    for (place, epoch) in zip(places, 1...4) {
      #expect(place["epoch"]?.doubleValue == Double(epoch))
      expectClose(place["loss"]?.doubleValue ?? .nan, try fixture.loss(epoch), relative: 1e-6)
      let coordinates = place["coordinates"]?.entries.compactMap(\.doubleValue) ?? []
      let off = try #require(place["offPlane"]?.doubleValue)
      let distance = try #require(place["distance"]?.doubleValue)
      let squares = coordinates.reduce(off * off) { $0 + $1 * $1 }
      // What is off the plane is a difference of squares in double precision.
      expectClose(squares, distance * distance, relative: 1e-9, absolute: 1e-9)
      #expect(place["planeLoss"]?.doubleValue != nil)
    }
    let shares = json["shares"]?.entries.compactMap(\.doubleValue) ?? []
    expectClose(shares.reduce(0, +), 1, relative: 1e-9)
    let walk = json["explained"]?["randomWalkShares"]?.entries.compactMap(\.doubleValue) ?? []
    // 1/sin² of π/8, π/4, 3π/8, and of π/14, 3π/14, 5π/14, over their sums 10 and 24.
    expectClose(walk.first ?? 0, origin == "mean" ? 0.682842712475 : 0.841486223254, relative: 1e-6)
    for name in ["trajectory.png", "trajectory-surface.png", "course.png"] {
      #expect(fixture.has("trajectory-\(origin)/figures/\(name)"))
    }
    let table = try String(contentsOfFile: fixture.folder("trajectory-\(origin)/trajectory.csv"), encoding: .utf8)
    #expect(table.hasPrefix("checkpoint,epoch,x,y,off_plane,") && table.split(separator: "\n").count == 5)
  }

  @Test("checkpoints within epochs and a mean of points are projected to the plane of the epochs' ends")
  func stops() throws {
    let folder = try TestFolder()
    let training =
      tinyTraining(epochs: 4) + [
        "--optimiser", "average(sgd(momentum: 0.9), start: 10)", "--schedule",
        "gaussian(start: 0.02, max: 0.05, min: 1e-4)",
        "--checkpoint-at", "0 3 peak", "--out", "run",
      ]
    try #require(try Program(training, in: folder).finish().status == 0)
    let arguments = ["run", "--x=-1:1:3", "--y=-1:1:3", "--threads", "1", "--json", "--out", "way"]
    let result = try Program(["trajectory"] + arguments, in: folder).finish()
    try #require(result.status == 0, "\(result.errors)")
    let places = try JSONValue(parsing: result.output)["checkpoints"]?.entries ?? []
    let names = places.compactMap { $0["checkpoint"]?.stringValue }
    #expect(names.first == "step-00000000" && names.last == "average" && names.contains("peak"), "\(names)")
    #expect(names.filter { $0.hasPrefix("epoch-") }.count == 4)
    let times = places.compactMap { $0["epoch"]?.doubleValue }
    #expect(times == times.sorted() && times.count == places.count - 1 && times.first == 0)
    for place in places {
      let coordinates = place["coordinates"]?.entries.compactMap(\.doubleValue) ?? []
      let (off, distance) = (place["offPlane"]?.doubleValue ?? .nan, place["distance"]?.doubleValue ?? .nan)
      // The plane's directions are of single precision: their lengths and the angle between them err by its rounding.
      expectClose(
        coordinates.reduce(off * off) { $0 + $1 * $1 }, distance * distance, relative: 4 * Double(Float.ulpOfOne))
    }
    #expect(try String(contentsOfFile: folder("run/report.md"), encoding: .utf8).contains("| mean | of "))
    for name in ["step-00000003", "average"] {
      let text = try Program(
        ["evaluate", "run/checkpoints/\(name).safetensors", "--split", "train", "--threads", "1", "--json"], in: folder
      ).finish().output
      let place = try #require(places.first { $0["checkpoint"]?.stringValue == name })
      let loss = try #require(try JSONValue(parsing: text)["loss"]?["value"]?.doubleValue)
      expectClose(place["loss"]?.doubleValue ?? .nan, loss, relative: 1e-6)
    }
  }

  @Test(
    "several policies, or axes that are none, are one line and status 64",
    arguments: [
      ["trajectory", "x", "--batch-norm", "running,batch"], ["trajectory", "x", "--x=1:0:3"],
    ])
  func badUsage(arguments: [String]) throws {
    let folder = try TestFolder()
    let result = try Program(arguments + ["--out", "out"], in: folder).finish()
    #expect(result.status == 64)
    #expect(result.isOneLineError, "found \(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder("out")))
  }

  @Test("a trajectory that was killed goes on and ends with the same content")
  func resume() throws {
    try GeometryFixture.shared.get().killedAndResumed(
      ["trajectory", "run", "--batch-norm", "re-estimated"], when: "plane  ",
      figures: ["trajectory.svg", "course.png"])
  }

  @Test("a checkpoint of no run, and a run of too few, have no trajectory")
  func refusals() throws {
    let fixture = try GeometryFixture.shared.get()
    let folder = fixture.folder
    try FileManager.default.copyItem(
      atPath: folder(GeometryFixture.checkpoint(1)), toPath: folder("alone.safetensors"))
    let alone = try Program.run("trajectory", "alone.safetensors", "--out", "none", in: folder)
    #expect(alone.isOneLineError && alone.errors.contains("belongs to no training run"), "\(alone.errors)")
    let short = try SurfaceFixture.shared.get().folder
    let few = try Program.run("trajectory", "run", "--out", "none", in: short)
    #expect(few.isOneLineError && few.errors.contains("expected at least 3"), "\(few.errors)")
  }
}
