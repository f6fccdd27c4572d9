import Testing
import ThalwegSurfaces
import ThalwegTraining

@Suite("Optimiser memory")
struct OptimiserMemoryTests {
  @Test("A vector that was never given back is zeros, and afterwards what was given back")
  func takesAndGivesBack() throws {
    let template = ModelVector([1, 2, 3] as [Float])
    var memory = OptimiserMemory()
    var (vector, isNew) = try memory.take("momentum", like: template)
    #expect(isNew)
    #expect(vector == ModelVector(zeros: 3, precision: .single))
    vector[1] = 5
    memory.giveBack(vector, as: "momentum")
    let again = try memory.take("momentum", like: template)
    #expect(!again.isNew)
    #expect(again.vector == vector)
  }

  @Test("A memory made of saved vectors and counters equals the original, whatever the work vectors hold")
  func restores() throws {
    let template = ModelVector([0.5, -0.25])
    var memory = OptimiserMemory()
    memory.giveBack(template, as: "first moment")
    memory.giveBack(ModelVector([4.0, 9.0]), as: "second moment")
    memory.counters["steps"] = 12
    memory.giveBackWork(template, as: "gradient")
    let restored = OptimiserMemory(vectors: memory.vectors, counters: memory.counters)
    #expect(restored == memory)
    #expect(restored.vectors.keys.sorted() == ["first moment", "second moment"])
    #expect(OptimiserMemory(vectors: memory.vectors) != memory)
  }

  @Test("A vector of another length or precision is refused with both sizes")
  func refusesOtherSizes() {
    var memory = OptimiserMemory(vectors: ["momentum": ModelVector([1.0, 2.0])])
    let error = #expect(throws: OptimiserMemoryError.self) {
      try memory.take("momentum", like: ModelVector([1, 2, 3] as [Float]))
    }
    #expect(
      error?.description
        == "optimiser memory “momentum” has 2 numbers of double precision; "
        + "the state needs 3 of single precision"
    )
  }
}
