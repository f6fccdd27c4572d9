import Foundation
import Testing

@Suite("The command's usage")
struct UsageTests {
  @Test(
    "help fits on a screen and shows an example",
    arguments: [
      "quickstart", "train", "evaluate", "surface", "slice", "path", "trajectory", "draw", "export", "import",
      "inspect", "networks", "simulate", "schedule", "compare",
    ])
  func help(command: String) throws {
    let result = try Program.run(command, "--help", in: TestFolder())
    #expect(result.status == 0)
    #expect(result.output.contains("Example: thalweg \(command)"))
    #expect(result.output.split(separator: "\n", omittingEmptySubsequences: false).count <= 60)
  }

  @Test(
    "bad usage is one line and status 64",
    arguments: [
      ["nosuchcommand"], ["train"], ["train", "--out", "x"], ["evaluate"],
      tinyTraining() + ["--out", "x", "--rate", "0.1", "--schedule", "cosine(0.1)"],
      tinyTraining() + ["--out", "x", "--nesterov", "--momentum", "0"],
      tinyTraining() + ["--out", "x", "--momentum", "1"],
      tinyTraining() + ["--out", "x", "--schedule", "sawtooth(1)"],
      tinyTraining() + ["--out", "x", "--optimiser", "adam()", "--momentum", "0.9"],
      tinyTraining() + ["--out", "x", "--optimiser", "sgd()", "--weight-decay", "0"],
      tinyTraining() + ["--out", "x", "--optimiser", "adam()", "--no-nesterov"],
      tinyTraining() + ["--out", "x", "--optimiser", "adem()"],
      tinyTraining() + ["--out", "x", "--deform", "LE(1)"],
      tinyTraining() + ["--out", "x", "--deform", "localentropy(1)"],
      tinyTraining() + ["--out", "x", "--then", "adam()"], tinyTraining() + ["--out", "x", "--then", "1 adam()"],
      tinyTraining(epochs: 9) + ["--out", "x", "--then", "4 adam()", "--then", "2 sgd()"],
      tinyTraining(epochs: 9) + ["--out", "x", "--optimiser", "average(sgd(), start: 1)", "--then", "2 sgd()"],
      tinyTraining() + ["--out", "x", "--optimiser", "average(sgd(), start: 1000)"],
      tinyTraining() + ["--out", "x", "--checkpoint-at", "top"],
      tinyTraining() + ["--out", "x", "--checkpoint-at", "11"],
      tinyTraining() + ["--out", "x", "--log-curvature", "0"],
      tinyTraining() + ["--log-curvature=abc", "--out", "x"],
      tinyTraining() + ["--out", "x", "--optimiser", String(repeating: "clip(", count: 5000) + "sgd()"],
      tinyTraining() + ["--out", "x", "--augment", "twist"],
      tinyTraining() + ["--out", "x", "--precision", "float8"],
      tinyTraining() + ["--out", "x", "--checkpoint-every", "0"],
      ["train", "--network", "resnet9", "--data", "shapes", "--epochs", "1", "--out", "x"],
      ["train", "--network", "resnet8", "--data", "moons", "--epochs", "1", "--out", "x"],
      ["evaluate", "x", "--batch-norm", "batch:1"], ["evaluate", "x", "--limit", "0"],
      ["evaluate", "x", "--threads", "0"], ["evaluate", "x", "--normalisation", "mean=1;deviation=0"],
      ["surface", "x", "--x=1:-1:5"], ["surface", "x", "--y=-1:1"], ["surface", "x", "--normalise", "size"],
      ["slice", "x", "--x=-1:1:1"], ["slice", "x", "--to", "y", "--seed", "2"],
      ["networks", "--input", "3x"], ["quickstart", "--threads", "0"],
      ["inspect", "shapes:size=x"], ["inspect"],
    ])
  func badUsage(arguments: [String]) throws {
    let folder = try TestFolder()
    let result = try Program(arguments, in: folder).finish()
    #expect(result.status == 64)
    #expect(result.isOneLineError, "found \(result.errors)")
    #expect(result.output.isEmpty)
    let hasBegun = FileManager.default.fileExists(atPath: folder("x"))
    #expect(!hasBegun, "work began before the options were checked")
  }

  @Test(
    "bad input is one line and status 1",
    arguments: [
      ["evaluate", "absent.th", "--network", "resnet20", "--data", "shapes"],
      ["train", "--network", "resnet8", "--data", "cifar10:absent", "--epochs", "1", "--out", "x"],
      ["train", "--network", "vgg11", "--data", "xor", "--epochs", "1", "--out", "x"],
      ["train", "--resume", "--out", "absent"], ["inspect", "."], ["evaluate", "."],
      ["inspect", "neither-file-nor-data"], ["inspect", "cifar10:absent"], ["evaluate", "absent"],
    ])
  func badInput(arguments: [String]) throws {
    let result = try Program(arguments, in: TestFolder()).finish()
    #expect(result.status == 1)
    #expect(result.isOneLineError, "found \(result.errors)")
  }

  @Test(
    "a negative number is named with what is allowed, whether a space or = stands before it",
    arguments: [
      (["train", "--network", "resnet8", "--data", "shapes", "--out", "x"], "epochs"),
      (tinyTraining() + ["--out", "x"], "batch"), (tinyTraining() + ["--out", "x"], "rate"),
      (tinyTraining() + ["--out", "x"], "momentum"), (tinyTraining() + ["--out", "x"], "weight-decay"),
      (tinyTraining() + ["--out", "x"], "checkpoint-every"), (["evaluate", "x"], "limit"),
      (["evaluate", "x"], "threads"), (["surface", "x"], "limit"), (["quickstart"], "threads"),
      (["networks"], "classes"),
    ])
  func negative(arguments: [String], option: String) throws {
    for value in [["--\(option)", "-1"], ["--\(option)=-1"]] {
      // The last of two equal options counts.
      let result = try Program(arguments + value, in: TestFolder()).finish()
      #expect(result.status == 64)
      #expect(result.isOneLineError && result.errors.contains("--\(option): found -1"), "\(result.errors)")
    }
  }

  @Test("a standard output that takes nothing is one line and status 1", arguments: [["networks"], ["--help"]])
  func fullOutput(arguments: [String]) throws {
    let result = try Program(arguments, in: TestFolder(), output: "/dev/full").finish()
    #expect(result.status == 1)
    #expect(result.errors == "thalweg: error: cannot write to standard output: No space left on device\n")
  }

  @Test("the list of networks has their published numbers of parameters")
  func networks() throws {
    let result = try Program.run("networks", in: TestFolder())
    #expect(result.status == 0)
    // He and others state 0.27 million for resnet20; option A adds nothing.
    let line = result.output.split(separator: "\n").first { $0.hasPrefix("resnet20 ") }
    #expect(line?.contains(" 269722 ") == true)
  }
}
