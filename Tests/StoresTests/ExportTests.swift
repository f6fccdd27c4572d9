import Foundation
import Testing
import ThalwegStores

@Suite("Exported tables")
struct ExportTests {
  private func surface(in folder: TestFolder) throws -> SurfaceStore {
    let axes = [
      SurfaceAxis(name: "x, first", coordinates: [0, 0.1]), SurfaceAxis(name: "y", coordinates: [5]),
    ]
    let store = try RunFolder.create(folder("run"), plainDescription).surface(named: "s", axes: axes)
    try store.write([.measured(1, loss: 0.25, correctCount: 3, exampleCount: 4, extra: ["norm": 1e-7])])
    return store
  }

  @Test("a surface's table has a line per point, quoted names and empty holes")
  func surfaceCSV() throws {
    let folder = try TestFolder()
    let store = try surface(in: folder)
    try store.exportCSV(to: folder("s.csv"))
    let text = try String(contentsOfFile: folder("s.csv"), encoding: .utf8)
    #expect(
      text == """
        "x, first",y,state,loss,standard_error,correct_count,example_count,norm
        0.0,5.0,pending,,,,,
        0.1,5.0,measured,0.25,,3,4,1e-07

        """)
  }

  @Test("a surface's JSON has a list per quantity and null for holes and infinities")
  func surfaceJSON() throws {
    let folder = try TestFolder()
    let store = try surface(in: folder)
    try store.write([.diverged(0, loss: .infinity)])
    try store.exportJSON(to: folder("s.json"))
    let json = try JSONValue(parsing: String(contentsOfFile: folder("s.json"), encoding: .utf8))
    #expect(
      json.canonicalText == """
        {"axes":[{"coordinates":[0,0.1],"name":"x, first"},{"coordinates":[5],"name":"y"}],\
        "correctCount":[null,3],"exampleCount":[null,4],"extra":{"norm":[null,1e-07]},\
        "loss":[null,0.25],"name":"s","shape":[2,1],"state":["diverged","measured"]}
        """)
  }

  @Test("a history's table and JSON leave out what an epoch lacks")
  func history() throws {
    let folder = try TestFolder()
    let history = try RunFolder.create(folder("run"), plainDescription).history()
    try history.append(HistoryEntry(epoch: 1, values: ["loss": 2, "rate": 0.1], durations: ["epoch": 1.5]))
    try history.append(HistoryEntry(epoch: 2, values: ["loss": .nan]))
    try history.append(HistoryEntry(epoch: 3, values: ["loss": .infinity]))
    #expect(try history.csv() == "epoch,loss,rate,epoch_seconds\n1,2.0,0.1,1.5\n2,,,\n3,inf,,\n")
    #expect(
      try history.json().canonicalText == """
        {"durations":{"epoch":[1.5,null,null]},"epoch":[1,2,3],"name":"training",\
        "values":{"loss":[2,null,null],"rate":[0.1,null,null]}}
        """)
    try history.exportCSV(to: folder("h.csv"))
    try history.exportJSON(to: folder("h.json"))
    expectStoreError { try history.exportCSV(to: folder("absent/h.csv")) }
  }
}
