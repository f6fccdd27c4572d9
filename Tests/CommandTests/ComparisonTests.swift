import Foundation
import TestSupport
import Testing
import ThalwegCatalogue
import ThalwegCheckpoints
import ThalwegSpectra
import ThalwegStores

@Suite("The compare command")
struct ComparisonTests {
  @Test("every cell is an ordinary training run, and one seed of all arms comes first")
  func cells() throws {
    let fixture = try ComparisonFixture()
    try fixture.write()
    let found = try fixture.json()
    #expect(found["isComplete"] == true)
    let cells = found["cells"]?.entries ?? []
    #expect(cells.map { $0["name"] } == ["plain-seed1", "momentum-seed1", "plain-seed2", "momentum-seed2"])
    #expect(cells.allSatisfy { $0["state"] == "finished" })
    let trained = try Program(
      [
        "train", "--network", "mlp:2-8-2,bn", "--data", "spirals:count=60,test=20", "--epochs", "2", "--batch", "20",
        "--schedule", "constant(0.05)", "--optimiser", "sgd(momentum: 0.9)", "--threads", "1", "--seed", "2", "--out",
        "alone",
      ], in: fixture.folder
    ).finish()
    #expect(trained.status == 0, "\(trained.errors)")
    let (alone, cell) = (try fixture.run("alone"), try fixture.run("job/cells/momentum-seed2"))
    #expect(try alone.compared(with: cell).haveEqualContent)
    for name in ["compare.csv", "compare.json", "report.md", "report.html"] { #expect(fixture.has("job/" + name)) }
    for figure in ["ends", "differences", "accuracy", "loss"] { #expect(fixture.has("job/figures/\(figure).png")) }
    let slice = try Program.run(
      "slice", "job/cells/momentum-seed2", "--x=-1:1:3", "--out", "slice", in: fixture.folder)
    #expect(slice.status == 0, "\(slice.errors)")
  }

  @Test("a table's means and paired intervals are those of its cells")
  func table() throws {
    let fixture = try ComparisonFixture()
    try fixture.write()
    let found = try fixture.json()
    func values(_ arm: String, _ key: String) -> [Double] {
      (found["cells"]?.entries ?? []).filter { $0["arm"]?.stringValue == arm }.compactMap {
        $0["values"]?[key]?["value"]?.doubleValue
      }
    }
    let arm = try #require(found["arms"]?.entry(where: "name", is: "momentum"))
    for key in ["testAccuracy", "testLoss", "trainLoss", "eigenvalue()", "perturbation(radius: 0.25, draws: 2)"] {
      let (plain, momentum) = (values("plain", key), values("momentum", key))
      try #require(plain.count == 2 && momentum.count == 2)
      let quantity = try #require(arm["quantities"]?.entry(where: "quantity", is: key))
      #expect(quantity["mean"]?["value"]?.doubleValue == (momentum[0] + momentum[1]) / 2)
      // Two differences a and b: mean (a + b)/2, standard error |a − b|/2, one degree of freedom.
      let (a, b) = (momentum[0] - plain[0], momentum[1] - plain[1])
      let half = 12.706204736432095 * abs(a - b) / 2
      let interval = (quantity["difference"]?["interval95"]?.entries ?? []).compactMap(\.doubleValue)
      try #require(interval.count == 2)
      let size = abs(a) + abs(b) + half
      expectClose(interval[0], (a + b) / 2 - half, absolute: 1e-12 * size, key)
      expectClose(interval[1], (a + b) / 2 + half, absolute: 1e-12 * size, key)
    }
  }

  @Test("an arm that changes nothing begins where its baseline does, sees the same examples, and ends there")
  func same() throws {
    var fixture = try ComparisonFixture()
    fixture.fields["arms"] = #"[{"name": "plain"}, {"name": "same", "deform": "identity()"}]"#
    try fixture.write()
    let arm = try #require(try fixture.json()["arms"]?.entry(where: "name", is: "same"))
    for quantity in arm["quantities"]?.entries ?? [] {
      #expect(quantity["difference"]?["value"] == 0 && quantity["difference"]?["interval95"] == [0, 0])
      #expect(quantity["verdict"] == "not confirmed")
    }
  }

  @Test("a comparison that was killed goes on and ends with the same table and the same bits")
  func killed() throws {
    var fixture = try ComparisonFixture()
    // Long enough to be caught within a run.
    fixture.fields["settings"] = fixture.fields["settings"]?.replacingOccurrences(
      of: "\"epochs\": 2", with: "\"epochs\": 30")
    try fixture.write()
    let whole = try fixture.json(out: "whole")
    for checkpoint in ["plain-seed1/checkpoints/epoch-000003", "momentum-seed2/checkpoints/epoch-000002"] {
      let killed = try Program(fixture.arguments(out: "cut"), in: fixture.folder)
      killed.wait(for: fixture.folder("cut/cells/\(checkpoint).safetensors"))
      kill(killed.process.processIdentifier, SIGKILL)
      #expect(try killed.finish().status == SIGKILL, "it was done before it could be killed")
    }
    let cut = try fixture.json(out: "cut")
    #expect(cut == whole)
    let (first, second) = (try fixture.run("whole"), try fixture.run("cut"))
    #expect(try first.compared(with: second).haveEqualContent)
    let again = try Program(fixture.arguments(out: "cut"), in: fixture.folder).finish()
    #expect(again.output.contains("all 4 cells are done") && !again.output.contains("epoch 1/30"))
  }

  @Test("a run that diverges and one that its deformation stops are recorded as that, and the others go on")
  func failing() throws {
    var fixture = try ComparisonFixture()
    fixture.fields["arms"] = #"""
      [{"name": "wild", "schedule": "constant(1e30)"}, {"name": "outside", "deform": "delta(\"-l\")"},
      {"name": "plain"}]
      """#
    try fixture.write()
    let result = try Program(fixture.arguments(), in: fixture.folder).finish()
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("wild-seed1 diverged after 0 epochs: the loss became"))
    #expect(result.output.contains("outside-seed2 stopped after 0 epochs: "))
    let found = try fixture.json()
    #expect(found["isComplete"] == true)
    #expect(found["cells"]?.entry(where: "name", is: "wild-seed2")?["state"] == "diverged")
    #expect(found["cells"]?.entry(where: "name", is: "outside-seed1")?["state"] == "stopped")
    #expect(found["cells"]?.entry(where: "name", is: "plain-seed2")?["state"] == "finished")
    #expect(found["arms"]?.entry(where: "name", is: "wild")?["failed"] == 2)
  }

  @Test("an arm that does not fit the data is one line, before any work")
  func misfit() throws {
    var fixture = try ComparisonFixture()
    fixture.fields["arms"] = #"[{"name": "plain"}, {"name": "other", "network": "mlp:2-8-3"}]"#
    try fixture.write()
    let result = try Program(fixture.arguments(), in: fixture.folder).finish()
    #expect(result.status == 1 && result.isOneLineError && !fixture.has("job"))
    #expect(result.errors.hasPrefix("thalweg: error: spec.json: arm other: the network gives [3]"), "\(result.errors)")
  }

  @Test("seeds and arms can be added, some arms done alone, and the state asked for")
  func parts() throws {
    let fixture = try ComparisonFixture()
    try fixture.write()
    let only = try Program(fixture.arguments("--only", "momentum", "--seeds", "2"), in: fixture.folder).finish()
    #expect(only.status == 0, "\(only.errors)")
    #expect(fixture.has("job/cells/momentum-seed2") && !fixture.has("job/cells/plain-seed2"))
    let status = try Program(fixture.arguments("--status"), in: fixture.folder).finish()
    #expect(
      status.output.contains("plain-seed1     waiting\n") && status.output.contains("momentum-seed2  finished in "))
    #expect(!fixture.has("job/cells/plain-seed2"))
    let all = try Program(fixture.arguments("--seeds", "1-3"), in: fixture.folder).finish()
    #expect(all.status == 0 && all.output.contains("done         1 of 6 cells"))
    #expect(all.output.contains("3 seeds, compared with plain seed by seed"))
    let other = try Program(fixture.arguments("--epochs", "3"), in: fixture.folder).finish()
    #expect(other.status == 1 && other.isOneLineError && other.errors.contains("other epochs: found 2, asked for 3"))
    let asked = try Program(fixture.arguments("--epochs", "3", "--status"), in: fixture.folder).finish()
    #expect(asked.status == 1 && asked.isOneLineError && asked.output.isEmpty, "\(asked.errors)")
    #expect(asked.errors.contains("other epochs: found 2, asked for 3"))
  }

  @Test("a measure can be added to runs that are done; the norm is that of the checkpoint's parameters")
  func norm() throws {
    var fixture = try ComparisonFixture()
    fixture.fields["seeds"] = "[1]"
    try fixture.write()
    let before = try fixture.json()
    fixture.fields["measures"] = #"{"examples": 40, "of": ["eigenvalue()", "norm()"]}"#
    try fixture.write()
    let found = try fixture.json()
    for name in ["plain-seed1", "momentum-seed1"] {
      let values = found["cells"]?.entry(where: "name", is: name)?["values"]
      #expect(values?["eigenvalue()"] == before["cells"]?.entry(where: "name", is: name)?["values"]?["eigenvalue()"])
      let end = try Checkpoint.read(fixture.folder("job/cells/\(name)/checkpoints/epoch-000002.safetensors"))
      let squares = end.tensors.filter { !$0.name.contains("running_") }.flatMap { tensor -> [Double] in
        guard case .float32(let numbers) = tensor.values else { return [] }
        return numbers.map { Double($0) * Double($0) }
      }
      // 2 → 8 without a bias or with, eight scales and shifts, 8 → 2.
      #expect(squares.count >= 16 + 16 + 18)
      expectClose(
        values?["norm()"]?["value"]?.doubleValue ?? .nan, squares.reduce(0, +).squareRoot(),
        relative: Double(squares.count) * 0x1p-53)
    }
  }

  @Test(
    "nothing is measured at another point than the run's end, were its checkpoint lost or changed",
    arguments: ["lost", "changed"])
  func lostEnd(fate: String) throws {
    var fixture = try ComparisonFixture()
    fixture.fields["seeds"] = "[1]"
    try fixture.write()
    _ = try fixture.json()
    fixture.fields["measures"] = #"{"examples": 40, "of": ["norm()"]}"#
    try fixture.write()
    let checkpoints = "job/cells/momentum-seed1/checkpoints/"
    let end = fixture.folder(checkpoints + "epoch-000002.safetensors")
    let kept = fixture.folder("kept.safetensors")
    try FileManager.default.moveItem(atPath: end, toPath: kept)
    if fate == "changed" {
      try FileManager.default.copyItem(
        atPath: fixture.folder(checkpoints + "epoch-000001.safetensors"), toPath: end)
    }
    let result = try Program(fixture.arguments(), in: fixture.folder).finish()
    #expect(result.status == 1 && result.isOneLineError, "\(result.errors)")
    #expect(result.errors.contains("momentum-seed1 has lost the checkpoint at which its run ended"), "\(result.errors)")
    try? FileManager.default.removeItem(atPath: end)
    try FileManager.default.moveItem(atPath: kept, toPath: end)
    let cell = try #require(try fixture.json()["cells"]?.entry(where: "name", is: "momentum-seed1"))
    #expect((cell["values"]?["norm()"]?["value"]?.doubleValue ?? 0) > 0)
  }

  @Test("a grid's arms are all choices, and each is compared with the one that has the baseline in its place")
  func grid() throws {
    var fixture = try ComparisonFixture()
    fixture.fields["arms"] = nil
    fixture.fields["seeds"] = "[1]"
    fixture.fields["grid"] = #"""
      [[{"name": "small"}, {"name": "large", "batch": 30}], [{"name": "sgd"}, {"name": "sam", "deform": "sam()"}]]
      """#
    fixture.fields["baseline"] = "\"sgd\""
    try fixture.write()
    let plan = try ComparisonPlan(path: fixture.folder("spec.json"))
    #expect(plan.arms.map(\.name) == ["small-sgd", "small-sam", "large-sgd", "large-sam"])
    #expect(plan.arms.map(\.baseline) == ["small-sgd", "small-sgd", "large-sgd", "large-sgd"])
    #expect(plan.arms[3].changes == ["batch: 30", "deform: sam()"])
    let found = try fixture.json()
    let gradients = (found["arms"]?.entries ?? []).compactMap { $0["exampleGradients"]?.doubleValue }
    // 60 examples in 2 epochs, whatever the batch.
    #expect(gradients == [120, 240, 120, 240])
    let sentences = (found["sentences"]?.entries ?? []).compactMap(\.stringValue)
    #expect(sentences.contains { $0.hasPrefix("One seed: no interval") })
    #expect(sentences.contains { $0.contains("not compared at equal cost") })
  }
}

extension ComparisonFixture {
  /// A run in the folder.
  func run(_ path: String) throws -> RunFolder { try RunFolder.open(folder(path)) }
}
