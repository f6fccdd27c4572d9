import Foundation
import Testing

@Suite("The usage of the commands of curvature")
struct CurvatureUsageTests {
  @Test("help fits on a screen and shows an example", arguments: ["eigen", "spectrum", "trace"])
  func help(command: String) throws {
    let result = try Program.run(command, "--help", in: TestFolder())
    #expect(result.status == 0)
    #expect(result.output.contains("Example: thalweg \(command)"))
    #expect(result.output.split(separator: "\n", omittingEmptySubsequences: false).count <= 62)
  }

  @Test(
    "bad usage is one line and status 64, before anything is read",
    arguments: [
      ["eigen"], ["eigen", "x", "--largest", "-1"], ["eigen", "x", "--largest", "0", "--smallest", "0"],
      ["eigen", "x", "--tolerance", "0"], ["eigen", "x", "--tolerance", "1"], ["eigen", "x", "--products", "0"],
      ["eigen", "x", "--operator", "jacobian"], ["eigen", "x", "--memory", "2X"], ["eigen", "x", "--memory", "-1G"],
      ["eigen", "x", "--exact", "--tolerance", "1e-3"], ["eigen", "x", "--exact", "--store-vectors"],
      ["eigen", "x", "--exact", "--products", "5"], ["eigen", "x", "--labels", "2"],
      ["eigen", "x", "--operator", "fisher", "--labels", "0"], ["eigen", "x", "--parameters", ""],
      ["eigen", "x", "--parameters", "all,fc"], ["eigen", "x", "--parameters", "fc,,x"],
      ["eigen", "x", "--subset", "0"],
      ["spectrum", "x", "--draws", "0"], ["spectrum", "x", "--steps", "1"], ["spectrum", "x", "--variance", "0"],
      ["spectrum", "x", "--grid", "3"], ["spectrum", "x", "--rate", "0"], ["spectrum", "x", "--momentum", "1"],
      ["spectrum", "x", "--momentum", "0", "--nesterov"], ["spectrum", "x", "--energy", "0"],
      ["spectrum", "x", "--rate", "0.1", "--operator", "gauss-newton"],
      ["spectrum", "x", "--overlap", "3", "--operator", "covariance"],
      ["trace", "x", "--products", "1"], ["trace", "x", "--method", "guess"], ["trace", "x", "--mu", "1"],
      ["trace", "x", "--pacgen", "--mu", "0"], ["trace", "x", "--pacgen", "--operator", "fisher"],
      ["trace", "x", "--pacgen", "--lipschitz", "1", "--directions", "3"],
      ["slice", "x", "--direction-file", "a", "--to", "y"], ["slice", "x", "--direction-file", "a", "--seed", "2"],
      ["surface", "x", "--direction-file", "a"], ["surface", "x", "--direction-file", "a", "b", "c"],
      ["surface", "x", "--direction-file", "a", "b", "--small-tensors", "random"],
    ])
  func badUsage(arguments: [String]) throws {
    let result = try Program(arguments, in: TestFolder()).finish()
    #expect(result.status == 64)
    #expect(result.isOneLineError, "found \(result.errors)")
    #expect(result.output.isEmpty)
  }

  @Test("bad input is one line and status 1", arguments: ["eigen", "spectrum", "trace"])
  func badInput(command: String) throws {
    for checkpoint in ["absent", "."] {
      let result = try Program.run(command, checkpoint, in: TestFolder())
      #expect(result.status == 1 && result.isOneLineError, "found \(result.errors)")
    }
  }
}
