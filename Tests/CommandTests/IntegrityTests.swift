import Foundation
import Testing
import ThalwegStores

@Suite("Runs whose files have changed")
struct IntegrityTests {
  private func trainedFolder(_ arguments: [String] = tinyTraining(epochs: 2)) throws -> TestFolder {
    let folder = try TestFolder()
    let result = try Program(arguments + ["--out", "run"], in: folder).finish()
    try #require(result.status == 0, "\(result.errors)")
    return folder
  }

  private let last = "run/checkpoints/epoch-000002.safetensors"

  @Test("a run whose results are lost is refused in one line, and nothing is made in their place")
  func lostResults() throws {
    let folder = try trainedFolder()
    try FileManager.default.removeItem(atPath: folder("run/results.sqlite"))
    for arguments in [tinyTraining(epochs: 2) + ["--out", "run"], ["evaluate", "run"], ["inspect", "run"]] {
      let result = try Program(arguments, in: folder).finish()
      #expect(result.status == 1 && result.isOneLineError && result.errors.contains("results.sqlite' is lost"))
      #expect(result.output.isEmpty)
    }
    #expect(!FileManager.default.fileExists(atPath: folder("run/results.sqlite")))
    // The checkpoint itself can still be used.
    #expect(try Program.run("evaluate", last, in: folder).status == 0)
  }

  @Test("results that end before the checkpoints are refused")
  func olderResults() throws {
    let folder = try trainedFolder()
    let run = try RunFolder.open(folder("run"), for: .writing)
    try run.history().truncate(after: 1)
    run.close()
    let result = try Program(tinyTraining(epochs: 2) + ["--out", "run"], in: folder).finish()
    #expect(result.status == 1 && result.isOneLineError && result.output.isEmpty)
    #expect(result.errors.contains("it is of epoch 2, but the run's stored results end with epoch 1"))
  }

  @Test(
    "a checkpoint that is not what the run wrote is refused when resuming and measuring",
    arguments: ["epoch-000002.safetensors", "epoch-000002.optimiser.safetensors"])
  func changedCheckpoint(name: String) throws {
    let folder = try trainedFolder()
    let path = "run/checkpoints/" + name
    var bytes = try folder.bytes(path)
    bytes[bytes.count - 1] ^= 1
    try bytes.write(to: URL(fileURLWithPath: folder(path)))
    let resumed = try Program(tinyTraining(epochs: 2) + ["--out", "run"], in: folder).finish()
    #expect(resumed.status == 1 && resumed.isOneLineError && resumed.output.isEmpty)
    #expect(resumed.errors.contains("\(name) is not what the run wrote: found SHA-256"), "\(resumed.errors)")
    guard !name.contains("optimiser") else { return }
    for arguments in [
      ["evaluate", "run"], ["evaluate", path], ["surface", "run"],
      ["slice", "run/checkpoints/epoch-000001.safetensors", "--to", path],
    ] {
      let result = try Program(arguments, in: folder).finish()
      #expect(result.status == 1 && result.isOneLineError && result.output.isEmpty, "\(result.errors)")
      #expect(result.errors.contains("is not what the run wrote"))
    }
    #expect(try Program.run("inspect", "run", in: folder).output.contains("changed: \(path)"))
  }

  @Test("the content digest covers the last checkpoint")
  func digest() throws {
    let folder = try trainedFolder()
    let facts = try RunFolder.open(folder("run")).facts.all()
    #expect(facts["finalCheckpoint"]?["state"]?.stringValue?.count == 64)
    #expect(facts["finalCheckpoint"]?["optimiser"]?.stringValue?.count == 64)
  }

  @Test("data that changed since the training are one line of warning, and the same data are none")
  func changedData() throws {
    let folder = try TestFolder()
    let data = folder("points.csv")
    try "1,2,0\n3,4,1\n1,1,0\n3,2,1\n".write(toFile: data, atomically: true, encoding: .utf8)
    let trained = try Program.run(
      "train", "--network", "mlp:2-3-2", "--data", "csv:points.csv", "--epochs", "1", "--out", "run", in: folder)
    #expect(trained.status == 0)
    #expect(trained.output.contains("training and test examples are the same: csv:points.csv"))
    let before = try Program.run("evaluate", "run", in: folder)
    #expect(before.errors.isEmpty && before.output.contains("training and test examples are the same"))

    try "1,2,0\n3,5,1\n1,1,0\n3,2,1\n".write(toFile: data, atomically: true, encoding: .utf8)
    for checkpoint in ["run", "run/checkpoints/epoch-000001.safetensors"] {
      let after = try Program.run("evaluate", checkpoint, in: folder)
      #expect(after.status == 0)
      #expect(after.errors.hasPrefix("thalweg: warning: the test examples of csv:points.csv have changed"))
      #expect(after.errors.filter(\.isNewline).count == 1)
    }
  }
}
