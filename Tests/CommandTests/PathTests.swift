import Foundation
import TestSupport
import Testing
import ThalwegStores

@Suite("The path command")
struct PathTests {
  @Test("a path meets its checkpoints, and states barrier, basins and functional distance with errors")
  func twoCheckpoints() throws {
    let fixture = try GeometryFixture.shared.get()
    let text = try fixture.run(
      "path", GeometryFixture.checkpoint(1), GeometryFixture.checkpoint(4), "--batch-norm", "interpolated", "--x=0:1:9",
      "--json", "--out", "path")
    let lines = try JSONValue(parsing: text)["lines"]?.entries ?? []
    #expect(lines.map { $0["split"] } == ["train", "test"])
    let train = lines[0]
    let losses = train["losses"]?.entries.compactMap(\.doubleValue) ?? []
    for (loss, epoch) in zip(losses, [1, 4]) {
      expectClose(loss, try fixture.loss(epoch), relative: GeometryTests.rounding)
    }
    // The barrier is the highest stored point less the higher end.
    let points = try fixture.points("path", "A–B train").compactMap(\.loss)
    let barrier = try #require(train["barrier"]?["height"]?.doubleValue)
    #expect(points.count == 9 && barrier == (points.max() ?? 0) - max(points[0], points[8]))
    let reversal = try #require(train["reversal"]?["height"]?.doubleValue)
    #expect(reversal >= barrier)
    let functions = try #require(train["functionalDistance"])
    let (euclidean, absolute) = (functions["euclidean"]?["value"], functions["absolute"]?["value"])
    let (l2, l1) = (try #require(euclidean?.doubleValue), try #require(absolute?.doubleValue))
    #expect(l2 > 0 && l2 <= l1 && l1 <= 2)
    #expect(functions["disagreement"]?["standardError"]?.doubleValue != nil)
    let distance = try #require(train["distance"]?.doubleValue)
    for named in train["basins"]?.entries ?? [] {
      let basin = try #require(named["basin"])
      let width = (basin["upper"]?.doubleValue ?? 0) - (basin["lower"]?.doubleValue ?? 0)
      #expect(named["absoluteWidth"]?.doubleValue == width * distance)
    }
    #expect(fixture.has("path/figures/path.png") && fixture.has("path/A-B-test.csv") && fixture.has("path/path.json"))
  }

  @Test("four checkpoints have six lines and a patch whose corners are theirs")
  func fourCheckpoints() throws {
    let fixture = try GeometryFixture.shared.get()
    let checkpoints = (1...4).map(GeometryFixture.checkpoint)
    let output = try fixture.run(
      "path", checkpoints[0], checkpoints[1], checkpoints[2], checkpoints[3], "--split", "train", "--batch-norm",
      "interpolated", "--x=0:1:3", "--patch=0:1:3", "--out", "four")
    for pair in ["A to B", "A to C", "A to D", "B to C", "B to D", "C to D", "patch"] { #expect(output.contains(pair)) }
    let patch = try fixture.points("four", "patch train")
    for (position, epoch) in zip([0, 2, 6, 8], 1...4) {
      expectClose(patch[position].loss ?? .nan, try fixture.loss(epoch), relative: 1e-6)
    }
    // The edge from A to B of the patch is the line between them.
    let line = try fixture.points("four", "A–B train")
    expectClose(patch[1].loss ?? .nan, line[1].loss ?? .infinity, relative: GeometryTests.rounding)
    #expect(fixture.has("four/figures/path.png") && fixture.has("four/figures/patch.png"))
  }

  @Test(
    "a wrong number of checkpoints, lines that leave one out and several policies are one line and status 64",
    arguments: [
      ["path", "x"], ["path", "x", "y", "z"], ["path", "x", "y", "--x=-0.4:1.3:10"],
      ["path", "x", "y", "--patch=0:1:5"], ["path", "x", "y", "--batch-norm", "running,batch"],
    ])
  func badUsage(arguments: [String]) throws {
    let folder = try TestFolder()
    let result = try Program(arguments + ["--out", "out"], in: folder).finish()
    #expect(result.status == 64)
    #expect(result.isOneLineError, "found \(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder("out")))
  }

  @Test("a path that was killed goes on and ends with the same content")
  func resume() throws {
    try GeometryFixture.shared.get().killedAndResumed(
      ["path", GeometryFixture.checkpoint(1), GeometryFixture.checkpoint(4), "--x=-1:2:301"], when: "A–B train  ",
      figures: ["path.svg", "path.png"])
  }
}
