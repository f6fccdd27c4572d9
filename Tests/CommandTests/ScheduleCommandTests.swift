import Foundation
import TestSupport
import Testing
import ThalwegStores

@Suite("The schedule command")
struct ScheduleCommandTests {
  private let gaussian = "gaussian(start: 0.01, max: 0.03, min: 3e-6)"

  @Test("milestones are the formulas' own")
  func milestones() throws {
    let result = try Program.run(
      "schedule", "cosine(0.1)", gaussian, "--epochs", "4", "--steps-per-epoch", "250", "--json", in: TestFolder())
    let tables = try JSONValue(parsing: result.output).entries
    #expect(tables.count == 2)
    let epochs = try #require(tables[0]["perEpoch"]?.entries)
    // ½ 0.1 (1 + cos πt) at quarters of the run.
    for (epoch, rate) in zip(epochs, [0.1, 0.08535533906, 0.05, 0.01464466094]) {
      expectClose(try #require(epoch["first"]?.doubleValue), rate, relative: 1e-9)
    }
    #expect(tables[0]["peak"]?["step"]?.doubleValue == 0)
    expectClose(try #require(tables[1]["start"]?.doubleValue), 0.01, relative: 1e-12)
    // The published peak is at the share 0.25671 of the run: between the steps 256 and 257.
    #expect(tables[1]["peak"]?["step"]?.doubleValue == 257)
    expectClose(try #require(tables[1]["peak"]?["rate"]?.doubleValue), 0.03, relative: 1e-5)
  }

  @Test("one schedule or several are printed, and drawn in the format that the file's name says")
  func figure() throws {
    let folder = try TestFolder()
    let result = try Program.run("schedule", "cosine(0.1)", gaussian, "--plot", "rates.svg", in: folder)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("schedule 2   gaussian(start: 0.01, max: 0.03, min: 3e-06, time: continuous)"))
    #expect(result.output.contains("10 epochs of 100 steps"))
    #expect(try String(contentsOfFile: folder("rates.svg"), encoding: .utf8).contains("<svg"))
    let one = try Program.run("schedule", "constant(0.5)", "--epochs", "1", in: folder)
    #expect(one.output.contains("peak         0.5 in step 0\n") && one.output.contains("epoch 0      0.5\n"))
  }

  @Test(
    "what makes no schedule is refused in one line",
    arguments: [
      ["schedule"], ["schedule", "sawtooth(1)"], ["schedule", "constant(0.1)", "--epochs", "0"],
      ["schedule", "constant(0.1)", "--plot", "rates.gif"],
      ["schedule", "constant(0.1)", "--epochs", "1000000", "--steps-per-epoch", "1000"],
    ])
  func refused(arguments: [String]) throws {
    let result = try Program(arguments, in: TestFolder()).finish()
    #expect(result.status == 64 && result.isOneLineError && result.output.isEmpty, "\(result.errors)")
  }
}
