import Foundation
import Testing
import ThalwegStores

@Suite("The training command")
struct TrainingTests {
  @Test("a run that was killed goes on and ends with the same bytes as one that ran through")
  func killed() throws {
    let folder = try TestFolder()
    let whole = try Program(tinyTraining(epochs: 30) + ["--out", "whole"], in: folder).finish()
    #expect(whole.status == 0, "\(whole.errors)")
    #expect(whole.output.contains("30 epochs of 10 steps"))

    let killed = try Program(tinyTraining(epochs: 30) + ["--out", "cut"], in: folder)
    killed.wait(for: folder("cut/checkpoints/epoch-000002.safetensors"))
    kill(killed.process.processIdentifier, SIGKILL)
    #expect(try killed.finish().status == SIGKILL, "it was done before it could be killed")
    let resumed = try Program(tinyTraining(epochs: 30) + ["--out", "cut"], in: folder).finish()
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(resumed.output.contains("going on after epoch"))

    for name in ["epoch-000030.safetensors", "epoch-000030.optimiser.safetensors"] {
      #expect(try folder.bytes("whole/checkpoints/" + name) == folder.bytes("cut/checkpoints/" + name))
    }
    let (first, second) = (try RunFolder.open(folder("whole")), try RunFolder.open(folder("cut")))
    #expect(try first.contentDigest() == second.contentDigest())
    #expect(FileManager.default.fileExists(atPath: folder("cut/figures/training.svg")))
  }

  @Test(
    "Ctrl-C, an end of the system and a closed terminal leave a run that --resume finishes",
    arguments: [SIGINT, SIGTERM, SIGHUP])
  func interrupted(signal: Int32) throws {
    let folder = try TestFolder()
    let run = try Program(tinyTraining(epochs: 30) + ["--out", "run"], in: folder)
    run.wait(toSay: "epoch 1/30")
    kill(run.process.processIdentifier, signal)
    let stopped = try run.finish()
    #expect(stopped.status == 130)
    #expect(stopped.errors == "thalweg: interrupted; go on with: thalweg train --resume --out run\n")
    let resumed = try Program.run("train", "--resume", "--out", "run", in: folder)
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(try RunFolder.open(folder("run")).checkpointEpochs().last == 30)
  }

  @Test("epochs after the last checkpoint are done again to the same numbers, and the run says so")
  func doneAgain() throws {
    let folder = try TestFolder()
    let arguments = tinyTraining(epochs: 3) + ["--out", "run"]
    #expect(try Program(arguments, in: folder).finish().status == 0)
    let digest = try RunFolder.open(folder("run")).contentDigest()
    try FileManager.default.removeItem(atPath: folder("run/checkpoints"))
    let again = try Program(arguments, in: folder).finish()
    #expect(again.status == 0 && again.output.contains("epochs 1 to 3 are done again"), "\(again.errors)")
    #expect(try RunFolder.open(folder("run")).contentDigest() == digest)
  }

  @Test("another option is refused by name, and the run is left alone")
  func otherOption() throws {
    let folder = try TestFolder()
    #expect(try Program(tinyTraining() + ["--out", "run"], in: folder).finish().status == 0)
    let before = try folder.bytes("run/run.json")
    let refused = try Program(tinyTraining() + ["--out", "run", "--weight-decay", "0.5"], in: folder).finish()
    #expect(refused.status == 1)
    #expect(refused.isOneLineError && refused.errors.contains("another optimiser: found \"sgd("), "\(refused.errors)")
    #expect(try folder.bytes("run/run.json") == before)
    let seed = try Program(["train", "--resume", "--out", "run", "--seed", "9"], in: folder).finish()
    #expect(seed.status == 1)
    #expect(seed.errors.contains("another seed of training: found 1, asked for 9"), "\(seed.errors)")
  }

  @Test("a checkpoint of a run knows its network and data, and a misfit is named")
  func defaults() throws {
    let folder = try TestFolder()
    #expect(try Program(tinyTraining() + ["--out", "run"], in: folder).finish().status == 0)
    let result = try Program.run("evaluate", "run", "--json", in: folder)
    let json = try JSONValue(parsing: result.output)
    #expect(json["network"]?["name"]?.stringValue == "resnet8:width=2")
    #expect(json["exampleCount"]?.doubleValue == 50)
    #expect(json["loss"]?["target"]?.stringValue == "population")
    let course = try RunFolder.open(folder("run")).history().entries()
    #expect(json["loss"]?["value"]?.doubleValue == course.last?.values["testLoss"])

    let misfit = try Program.run("evaluate", "run", "--network", "resnet8:width=3", in: folder)
    #expect(misfit.status == 1)
    #expect(
      misfit.isOneLineError
        && misfit.errors.contains("tensor conv1.weight: found shape [2, 1, 3, 3], expected [3, 1, 3, 3]"))
    let inspected = try Program.run("inspect", "run/checkpoints/epoch-000001.safetensors", in: folder)
    #expect(inspected.output.contains("resnet8:width=2"))
  }
}
