import Foundation
import Testing
import ThalwegStores

@Suite("The evaluation command")
struct EvaluationTests {
  @Test(
    "a published checkpoint has the loss and the count that PyTorch finds",
    .enabled(if: Program.shared != nil, "the folder with data is absent"))
  func golden() throws {
    let shared = try #require(Program.shared)
    let result = try Program.run(
      "evaluate", shared + "/data/checkpoints/resnet20-12fca82f.th", "--network", "resnet20", "--data",
      "cifar10:\(shared)/data/cifar-10", "--normalisation", "imagenet", "--json", in: TestFolder())
    #expect(result.status == 0, "\(result.errors)")
    let json = try JSONValue(parsing: result.output)
    #expect(json["correctCount"]?.doubleValue == 9173)
    #expect(json["exampleCount"]?.doubleValue == 10_000)
    // The reference is given to six decimals; sums in 32 bits err by 3e-5 relative at most.
    let loss = try #require(json["loss"]?["value"]?.doubleValue)
    #expect(abs(loss - 0.372661) < 0.372661 * 3e-5 + 5e-7)
  }

  @Test(
    "a data set is listed with its classes",
    .enabled(if: Program.shared != nil, "the folder with data is absent"))
  func inspectData() throws {
    let shared = try #require(Program.shared)
    let result = try Program.run("inspect", "cifar10:\(shared)/data/cifar-10", in: TestFolder())
    #expect(result.output.contains("cifar10 test, 10000 examples 3×32×32"))
    #expect(result.output.contains("1000 1000 1000 1000 1000 1000 1000 1000 1000 1000"))
  }

  @Test("a last batch of one example is refused with a size that works, before any work")
  func loneExample() throws {
    let folder = try SurfaceFixture.shared.get().folder
    for command in [["evaluate", "run", "--split", "train"], ["surface", "run", "--out", "lone"]] {
      let arguments = command + ["--limit", "43", "--batch-norm"]
      let refused = try Program(arguments + ["batch:7"], in: folder).finish()
      #expect(refused.status == 64 && refused.isOneLineError && refused.output.isEmpty)
      #expect(refused.errors.contains("leaves 1 of 43") && refused.errors.contains("batch:8"), "\(refused.errors)")
    }
    let accepted = try Program.run(
      "evaluate", "run", "--split", "train", "--limit", "43", "--batch-norm", "batch:8", in: folder)
    #expect(accepted.status == 0)
  }

  @Test("one example has no standard error")
  func oneExample() throws {
    let folder = try SurfaceFixture.shared.get().folder
    let text = try Program.run("evaluate", "run", "--limit", "1", in: folder).output
    #expect(text.contains("no standard error") && !text.contains("±"))
    let json = try JSONValue(parsing: Program.run("evaluate", "run", "--limit", "1", "--json", in: folder).output)
    #expect(json["accuracy"]?["standardError"] == .null && json["loss"]?["standardError"] == .null)
  }

  @Test("a normalisation that does not fit the data is refused before any plan")
  func normalisation() throws {
    let folder = try SurfaceFixture.shared.get().folder
    for command in ["evaluate", "slice", "surface"] {
      let result = try Program.run(command, "run", "--normalisation", "imagenet", in: folder)
      #expect(result.status == 1 && result.isOneLineError && result.output.isEmpty, "\(result.errors)")
    }
  }
}
