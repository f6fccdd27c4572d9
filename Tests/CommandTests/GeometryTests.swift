import Foundation
import TestSupport
import Testing
import ThalwegStores

@Suite("Surveys between checkpoints, and policies of statistics")
struct GeometryTests {
  /// A sum of two weights of size 1 in single precision, amplified by a network of 8 layers.
  static let rounding = 1e-4

  @Test("the corners of a plane and of a patch have the losses of their checkpoints")
  func corners() throws {
    let fixture = try GeometryFixture.shared.get()
    let losses = try (1...4).map { try fixture.loss($0) }
    let others = (2...4).map(GeometryFixture.checkpoint)
    try fixture.run(
      "surface", GeometryFixture.checkpoint(1), "--through", others[0], others[1], others[2], "--x=0:1:2",
      "--y=0:1:2", "--out", "patch")
    let patch = try fixture.points("patch")
    for (point, loss) in zip(patch, losses) { expectClose(point.loss ?? .nan, loss, relative: 1e-6) }

    try fixture.run(
      "surface", GeometryFixture.checkpoint(1), "--through", others[0], others[1], "--x=0:1:2", "--y=0:1:2", "--out",
      "axes")
    let corners = try #require(try RunFolder.open(fixture.folder("axes")).facts.value("corners"))
    let places = ["A", "B", "C"].map { name in corners[name]?.entries.compactMap(\.doubleValue) ?? [] }
    #expect(places[0] == [0, 0] && places[1][1] == 0)
    // Two points along each axis, the second at the corner.
    let (b, c) = (places[1], places[2])
    try fixture.run(
      "surface", GeometryFixture.checkpoint(1), "--to", others[0], others[1], "--x=0:\(b[0]):2", "--y=0:1:2", "--out",
      "corner-b")
    expectClose(try fixture.points("corner-b")[1].loss ?? .nan, losses[1], relative: Self.rounding)
    let x = c[0] < 0 ? "\(c[0]):0:2" : "0:\(c[0]):2"
    try fixture.run(
      "surface", GeometryFixture.checkpoint(1), "--to", others[0], others[1], "--x=\(x)", "--y=0:\(c[1]):2", "--out",
      "corner-c")
    expectClose(
      try fixture.points("corner-c")[c[0] < 0 ? 2 : 3].loss ?? .nan, losses[2], relative: Self.rounding)
  }

  @Test("several policies in one run are what each is alone, with a figure of all")
  func policies() throws {
    let fixture = try GeometryFixture.shared.get()
    let (a, b) = (GeometryFixture.checkpoint(1), GeometryFixture.checkpoint(4))
    let names = ["running", "batch:40", "interpolated", "re-estimated"]
    let output = try fixture.run(
      "slice", a, "--to", b, "--x=0:1:5", "--batch-norm", names.joined(separator: ","), "--re-estimate", "60", "--out",
      "all")
    #expect(output.contains("5 of 40") && output.contains("from 60 training examples drawn with seed 1"))
    #expect(output.contains("running statistics interpolated"))
    for (name, key) in zip(names, ["running", "batch-40", "interpolated", "re-estimated-60"]) {
      let extra = name == "re-estimated" ? ["--re-estimate", "60"] : []
      let alone = try Program(
        ["slice", a, "--to", b, "--x=0:1:5", "--batch-norm", name, "--threads", "1", "--out", key] + extra,
        in: fixture.folder
      ).finish()
      try #require(alone.status == 0, "\(alone.errors)")
      #expect(try fixture.points(key) == fixture.points("all", "loss \(key)"))
      #expect(fixture.has("all/figures/slice-\(key).png") && fixture.has("all/slice-\(key).csv"))
    }
    #expect(fixture.has("all/figures/slices.png"))
    // At its own checkpoint the first needs no interpolation; at the second the centre's statistics are wrong.
    let (running, interpolated) = (
      try fixture.points("all", "loss running"), try fixture.points("all", "loss interpolated")
    )
    #expect(running[0].loss == interpolated[0].loss && running[4].loss != interpolated[4].loss)
    expectClose(interpolated[4].loss ?? .nan, try fixture.loss(4), relative: Self.rounding)
  }

  @Test("a running variance that would be negative is a hole with its value, and re-estimated there is none")
  func negativeVariance() throws {
    let fixture = try GeometryFixture.shared.get()
    let output = try fixture.run(
      "slice", GeometryFixture.checkpoint(1), "--to", GeometryFixture.checkpoint(4), "--x=-20:20:5", "--batch-norm",
      "interpolated,re-estimated", "--out", "negative")
    #expect(output.contains("would have a negative running variance"))
    let points = try fixture.points("negative", "loss interpolated")
    let holes = points.filter { $0.state == .diverged }
    #expect(!holes.isEmpty && holes.allSatisfy { ($0.extra["negativeVariance"] ?? 1) < 0 && $0.loss == nil })
    #expect(points[2].state == .measured && points[2].extra["negativeVariance"] == nil)
    let table = try String(contentsOfFile: fixture.folder("negative/slice-interpolated.csv"), encoding: .utf8)
    #expect(table.contains("negativeVariance"))
    let estimated = try fixture.points("negative", "loss re-estimated-200")
    #expect(estimated.allSatisfy { $0.state == .measured && $0.extra["negativeVariance"] == nil })
  }

  @Test("principal components of the run's checkpoints say what they explain beside a random walk")
  func components() throws {
    let fixture = try GeometryFixture.shared.get()
    for (choice, walk) in [("pca", "a random walk of 4 states"), ("pca-last", "a random walk of 4 states")] {
      let output = try fixture.run(
        "surface", "run", "--directions", choice, "--x=-1:1:3", "--y=-1:1:3", "--out", choice)
      #expect(output.contains(walk))
      let facts = try RunFolder.open(fixture.folder(choice)).facts
      let explained = try #require(try facts.value("explained"))
      let shares = explained["shares"]?.entries.compactMap(\.doubleValue) ?? []
      #expect(shares.count == 2 && shares[0] >= shares[1] && shares.reduce(0, +) <= 1)
      #expect(abs(try #require(try facts.value("cosine")?.doubleValue)) < 1e-6)
    }
    // The centre is the checkpoint itself.
    expectClose(try fixture.points("pca")[4].loss ?? .nan, try fixture.loss(4), relative: 1e-6)
  }

  @Test("a second direction made perpendicular has the cosine 0")
  func orthogonalised() throws {
    let fixture = try GeometryFixture.shared.get()
    try fixture.run("surface", "run", "--orthogonalise", "--x=-1:1:3", "--y=-1:1:3", "--limit", "20", "--out", "right")
    let cosine = try #require(try RunFolder.open(fixture.folder("right")).facts.value("cosine")?.doubleValue)
    #expect(abs(cosine) < 1e-6)
  }

  @Test("several policies that were killed go on and end with the same content")
  func resume() throws {
    try GeometryFixture.shared.get().killedAndResumed(
      [
        "surface", GeometryFixture.checkpoint(1), "--through", GeometryFixture.checkpoint(2),
        GeometryFixture.checkpoint(4), "--x=-1:1:20", "--y=-1:1:20", "--batch-norm", "interpolated,batch:20",
      ], when: "surface (batch-20)  ", figures: ["contours.png", "contour-batch-20.svg", "surface-interpolated.png"])
  }

  @Test(
    "directions and policies that contradict each other are one line and status 64",
    arguments: [
      ["surface", "x", "--through", "y"], ["surface", "x", "--through", "a", "b", "c", "d"],
      ["slice", "x", "--through", "a", "b"], ["surface", "x", "--directions", "checkpoints"],
      ["surface", "x", "--directions", "pca", "--through", "a", "b"], ["surface", "x", "--directions", "files"],
      ["surface", "x", "--directions", "random", "--direction-file", "a", "b"],
      ["surface", "x", "--through", "a", "b", "--direction-file", "c", "d"],
      ["surface", "x", "--directions", "pca", "--seed", "2"], ["slice", "x", "--orthogonalise"],
      ["surface", "x", "--through", "a", "b", "--orthogonalise"], ["surface", "x", "--batch-norm", "frozen"],
      ["slice", "x", "--batch-norm", "running,running"], ["slice", "x", "--batch-norm", "running,"],
      ["slice", "x", "--re-estimate", "100"], ["slice", "x", "--batch-norm", "re-estimated", "--re-estimate", "1"],
    ])
  func badUsage(arguments: [String]) throws {
    let folder = try TestFolder()
    let result = try Program(arguments + ["--out", "out"], in: folder).finish()
    #expect(result.status == 64)
    #expect(result.isOneLineError, "found \(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder("out")))
  }

  @Test("statistics that can't be moved or re-estimated are refused before any work")
  func refusedPolicies() throws {
    let fixture = try GeometryFixture.shared.get()
    let cases = [
      (["surface", "run", "--batch-norm", "interpolated"], "found interpolated"),
      (["surface", "run", "--batch-norm", "re-estimated", "--re-estimate", "1000"], "expected 2 to the 200"),
      (["surface", "run", "--batch-norm", "running,batch", "--curvature"], "found 2 policies"),
      (["surface", GeometryFixture.checkpoint(1), "--through", GeometryFixture.checkpoint(1), "run"], "equal"),
    ]
    for (arguments, text) in cases {
      let result = try Program(arguments + ["--out", "refused"], in: fixture.folder).finish()
      #expect(result.status != 0 && result.isOneLineError && result.errors.contains(text), "\(result.errors)")
    }
    #expect(!fixture.has("refused"))
    let plain = try CurvatureFixture.shared.get().folder
    let result = try Program.run("slice", "run", "--batch-norm", "re-estimated", "--out", "refused", in: plain)
    #expect(result.status == 64 && result.errors.contains("no batch normalisation"), "\(result.errors)")
  }
}
