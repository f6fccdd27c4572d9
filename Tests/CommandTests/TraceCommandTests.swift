import Foundation
import Testing
import ThalwegCheckpoints
import ThalwegSpectra
import ThalwegStores

@Suite("The trace command")
struct TraceCommandTests {
  @Test("as many test vectors as dimensions give the trace of the dense matrix", arguments: ["xtrace", "hutch++"])
  func whole(method: String) throws {
    let fixture = try CurvatureFixture.shared.get()
    let json = try fixture.json(
      "trace", "run", "--method", method, "--products", method == "xtrace" ? "64" : "96", out: "trace-" + method)
    let exact = try fixture.json("eigen", "run", "--exact", out: "exact-" + method)
    let values = (exact["eigenvalues"] ?? []).entries.compactMap(\.doubleValue)
    // Products in single precision, summed over the spectrum.
    let roundoff: Double = 1e-5 * values.map(abs).reduce(0, +)
    let trace: Double = values.reduce(0, +)
    #expect(abs(try #require(json["trace"]?["value"]?.doubleValue) - trace) <= roundoff)
    let frobenius: Double = values.map { $0 * $0 }.reduce(0, +).squareRoot()
    let estimate = try #require(json["frobeniusNorm"]?["value"]?.doubleValue)
    let error = try #require(json["frobeniusNorm"]?["standardError"]?.doubleValue)
    #expect(abs(estimate - frobenius) <= 5 * error)
  }

  @Test("Hutchinson's estimate has the trace within five standard errors, and the diagonal sums to it")
  func hutchinson() throws {
    let fixture = try CurvatureFixture.shared.get()
    let json = try fixture.json(
      "trace", "run", "--method", "hutchinson", "--products", "50", "--diagonal", out: "hutchinson")
    let exact = try fixture.json("eigen", "run", "--exact", out: "exact-hutchinson")
    let sum = (exact["eigenvalues"] ?? []).entries.compactMap(\.doubleValue).reduce(0, +)
    let value = try #require(json["trace"]?["value"]?.doubleValue)
    let error = try #require(json["trace"]?["standardError"]?.doubleValue)
    #expect(abs(value - sum) <= 5 * error)
    // The same probes: zᵀAz is the sum of z ∘ Az.
    let diagonal = try #require(json["diagonal"]?["sum"]?.doubleValue)
    #expect(abs(diagonal - value) <= 1e-12 * max(1, abs(value)))
    let file = try Checkpoint.read(fixture.folder("hutchinson/diagonal.safetensors"))
    #expect(file["fc1.weight"]?.shape == [6, 2] && file["standard_error.fc2.bias"]?.shape == [2])
    #expect(file["standard_error.fc1.weight"]?.values.floats.allSatisfy { $0 > 0 } == true)
  }

  @Test("the pacGen metric is that of the stored diagonal")
  func metric() throws {
    let fixture = try CurvatureFixture.shared.get()
    let json = try fixture.json(
      "trace", "run", "--products", "40", "--pacgen", "--mu", "0.2", "--nu", "5", "--lipschitz", "0.5", out: "metric")
    let file = try Checkpoint.read(fixture.folder("metric/diagonal.safetensors"))
    let state = try Checkpoint.read(fixture.folder("run/checkpoints/epoch-000002.safetensors"))
    let names = ["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"]
    func numbers(_ checkpoint: Checkpoint) -> [Double] {
      names.flatMap { (checkpoint[$0]?.values.floats ?? []).map(Double.init) }
    }
    let metric = PacGenMetric(relativeRadius: 0.2, absoluteRadius: 5, hessianLipschitzConstant: 0.5)
    let expected = metric.value(parameters: numbers(state), hessianDiagonal: numbers(file))
    #expect(json["pacGen"]?["value"]?.doubleValue == expected)

    let estimated = try fixture.json(
      "trace", "run", "--products", "40", "--pacgen", "--directions", "3", out: "metric")
    let ratios = try #require(estimated["pacGen"]?["ratios"]).entries.compactMap(\.doubleValue)
    #expect(ratios.count == 3 && estimated["pacGen"]?["lipschitzConstant"]?.doubleValue == ratios.max())
    #expect(ratios.allSatisfy { $0 > 0 })
  }

  @Test("a diagonal can be added to a trace, and the content is that of one run with both")
  func added() throws {
    let fixture = try CurvatureFixture.shared.get()
    _ = try fixture.json("trace", "run", "--products", "20", out: "first")
    _ = try fixture.json("trace", "run", "--products", "20", "--diagonal", out: "first")
    _ = try fixture.json("trace", "run", "--products", "20", "--diagonal", out: "both")
    #expect(try fixture.digest("first") == fixture.digest("both"))
  }

  @Test("an estimate that was ended is resumed with the same content")
  func ended() throws {
    let fixture = try SlowFixture.shared.get()
    let arguments = ["trace", "run", "--products", "40", "--diagonal", "--threads", "1"]
    let resumed = try fixture.interrupted(arguments + ["--out", "trace-cut"], when: "diagonal  10 %", by: SIGTERM)
    #expect(resumed.status == 0, "\(resumed.errors)")
    let whole = try Program(arguments + ["--out", "trace-whole"], in: fixture.folder).finish()
    #expect(whole.status == 0)
    let digests = try ["trace-cut", "trace-whole"].map { try RunFolder.open(fixture.folder($0)).contentDigest() }
    #expect(digests[0] == digests[1])
  }
}
