import Testing
import ThalwegEngine
import ThalwegGraphs

@Suite("The rounding model of these tests")
struct RoundingModelTests {
  @Test("it allows a network's outputs a millionth part or so in single precision, a few hundredths in bfloat16")
  func bounds() {
    let graph = blockGraph(channels: 10, batch: CaseBuilder.batch, size: 8, usesBatchStatistics: true)
      .gradient(of: "loss", withRespectTo: blockParameters)
    let inputs = randomInputs(graph, seed: 1)
    for (precision, limit) in [(ComputePrecision.float32, 1e-4), (.bfloat16, 1)] {
      let model = RoundingModel(graph, inputs, precision: precision, batch: CaseBuilder.batch)
      for (name, values) in model.expected where name.hasPrefix("gradient.") {
        let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
        #expect((model.allowed[name] ?? 0) < limit * norm, "\(name) in \(precision)")
      }
    }
  }

  @Test("it allows no error where numbers only move")
  func exactOperations() {
    let c = EngineCase("") { b in b.apply(.transpose([0, 2, 1]), b.rows("x", 3, 4)) }
    #expect(RoundingModel(c.graph(), randomInputs(c.graph(), seed: 1)).allowed == ["y": 0])
  }
}
