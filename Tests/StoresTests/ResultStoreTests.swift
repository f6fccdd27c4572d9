import Foundation
import Testing
import ThalwegStores

@Suite("Result stores")
struct ResultStoreTests {
  @Test("every finite number comes back with its bits, and a diverged loss keeps its infinity")
  func exactNumbers() throws {
    let folder = try TestFolder()
    let numbers: [Double] = [
      0, -0.0, 1, -3, 0.1, .pi, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 0x1p53 + 2, -1e300,
    ]
    let axis = SurfaceAxis(name: "x", coordinates: numbers)
    let run = try RunFolder.create(folder.path, plainDescription)
    let points = numbers.enumerated().map { position, number in
      SurfacePoint.measured(
        position, loss: number, standardError: number, correctCount: position, exampleCount: .max,
        extra: ["a": number, "": number])
    }
    try run.surface(named: "s", axes: [axis]).write(points)
    run.close()

    let store = try RunFolder.open(folder.path).surface(named: "s")
    let stored = try store.allPoints()
    #expect(stored == points)
    #expect(stored.compactMap(\.loss?.bitPattern) == numbers.map(\.bitPattern))
    #expect(stored.compactMap { $0.extra["a"]?.bitPattern } == numbers.map(\.bitPattern))
    #expect(store.grid.axes[0].coordinates.map(\.bitPattern) == numbers.map(\.bitPattern))
  }

  @Test("a point's state decides which losses are accepted; a refused block stores nothing")
  func states() throws {
    let folder = try TestFolder()
    let run = try RunFolder.create(folder.path, plainDescription)
    let store = try run.surface(named: "s", axes: narrowAxes)
    let refused = [
      SurfacePoint.measured(1, loss: .nan), .measured(1, loss: .infinity),
      SurfacePoint(position: 1, state: .interpolated), SurfacePoint(position: 1, state: .pending),
      .measured(1, loss: 0, standardError: .nan), .measured(1, loss: 0, extra: ["a": .nan]),
    ]
    for point in refused {
      expectStoreError { try store.write([.measured(0, loss: 1), point]) }
      #expect(try store.pendingPoints() == Array(0..<15))
    }
    let accepted = [
      SurfacePoint.diverged(0, loss: .infinity), .diverged(2),
      SurfacePoint(position: 7, state: .interpolated, loss: 2), .measured(14, loss: 1),
    ]
    try store.write(accepted, seconds: 2)
    #expect(try store.allPoints().filter { $0.state != .pending } == accepted)
    try store.write([.diverged(3, loss: .nan)], seconds: 0.5)
    #expect(try store.allPoints()[3].loss == nil)
    #expect(try store.stateCounts() == [.pending: 10, .diverged: 3, .interpolated: 1, .measured: 1])
    #expect(try store.recordedSeconds() == 2.5)
  }

  @Test("positions of a grid that is not square keep their order: the last axis varies fastest")
  func indexOrder() throws {
    let grid = SurfaceGrid(axes: narrowAxes)
    #expect(grid.shape == [3, 5])
    #expect(grid.position(of: [1, 2]) == 7)
    #expect(grid.indices(of: 7) == [1, 2])
    #expect(grid.coordinates(of: 7) == [0, 30])
    for position in 0..<15 { #expect(grid.position(of: grid.indices(of: position)) == position) }

    let folder = try TestFolder()
    let run = try RunFolder.create(folder.path, plainDescription)
    let store = try run.surface(named: "s", axes: narrowAxes)
    // Written backwards, so that the order of writing differs from the order of positions.
    for position in (0..<15).reversed() {
      let place = grid.coordinates(of: position)
      try store.write([.measured(position, loss: place[0] * 1_000 + place[1])])
    }
    let losses = try RunFolder.open(folder.path).surface(named: "s").allPoints().compactMap(\.loss)
    #expect(losses == [-990, -980, -970, -960, -950, 10, 20, 30, 40, 50, 110, 120, 130, 140, 150])
  }

  @Test("other axes under a stored name are refused with the first difference")
  func otherAxes() throws {
    let folder = try TestFolder()
    let run = try RunFolder.create(folder.path, plainDescription)
    _ = try run.surface(named: "s", axes: narrowAxes)
    #expect(throws: Never.self) { try run.surface(named: "s", axes: narrowAxes) }
    var axes = narrowAxes
    axes[0] = SurfaceAxis(name: "x", coordinates: [-1, 0, 0.2])
    #expect(
      expectStoreError { _ = try run.surface(named: "s", axes: axes) }?.description
        == "surface 's' is stored with other axes: axes[0].coordinates[2] is 0.1, expected 0.2")
    expectStoreError { _ = try run.surface(named: "s", axes: narrowAxes.reversed()) }
  }

  @Test("a history keeps its rows, refuses earlier epochs, and forgets those after a checkpoint")
  func history() throws {
    let folder = try TestFolder()
    let run = try RunFolder.create(folder.path, plainDescription)
    let history = run.history()
    let entries = (1...5).map {
      HistoryEntry(epoch: $0, values: ["loss": 1 / Double($0)], durations: ["epoch": Double($0)])
    }
    for entry in entries { try history.append(entry) }
    try run.history(named: "other").append(HistoryEntry(epoch: 9, values: ["loss": .nan, "rate": .infinity]))
    #expect(try history.entries() == entries)
    expectStoreError { try history.append(entries[4]) }
    #expect(try history.entries() == entries)
    try history.truncate(after: 3)
    #expect(try history.entries() == Array(entries.prefix(3)))
    #expect(try history.lastEpoch() == 3)
    #expect(try run.historyNames() == ["other", "training"])
    let other = try run.history(named: "other").entries()
    #expect(other[0].values["loss"]?.isNaN == true)
    #expect(other[0].values["rate"] == .infinity)
    #expect(try run.history(named: "absent").lastEpoch() == nil)
  }

  @Test("facts keep nested values and large whole numbers, and circumstances stand apart")
  func facts() throws {
    let folder = try TestFolder()
    let facts = try RunFolder.create(folder.path, plainDescription).facts
    let value: JSONValue = [
      "layers": [1, 0.1, nil, true], "seed": .integer(Int128(UInt64.max)), "é\n": "\"\u{1}",
    ]
    try facts.set("norms", to: value)
    try facts.set("peakMemory", to: 5, as: .circumstance)
    #expect(try facts.value("norms") == value)
    #expect(try facts.value("peakMemory") == nil)
    #expect(try facts.all(.circumstance) == ["peakMemory": 5])
    try facts.set("norms", to: nil)
    #expect(try facts.all() == ["norms": nil])
    try facts.remove("norms")
    #expect(try facts.all().isEmpty)
  }

  @Test("the digest depends on results alone: not on times, order, circumstances or detours")
  func digest() throws {
    let folder = try TestFolder()
    func run(_ name: String, _ body: (RunFolder) throws -> Void) throws -> String {
      let run = try RunFolder.create(folder(name), plainDescription)
      try body(run)
      return try run.contentDigest()
    }
    let points = (0..<15).map { SurfacePoint.measured($0, loss: Double($0), extra: ["a": 1, "b": 2]) }
    let straight = try run("straight") { run in
      try run.facts.set(["a": 1, "b": 2.5])
      _ = try run.surface(named: "first", axes: narrowAxes)
      try run.surface(named: "second", axes: narrowAxes).write(points, seconds: 1)
      try run.history().append(HistoryEntry(epoch: 1, values: ["loss": 1], durations: ["epoch": 4]))
    }
    let detour = try run("detour") { run in
      try run.history().append(HistoryEntry(epoch: 1, values: ["loss": 1]))
      try run.history().append(HistoryEntry(epoch: 2, values: ["loss": 7]))
      try run.history().truncate(after: 1)
      let second = try run.surface(named: "second", axes: narrowAxes)
      for point in points.reversed() { try second.write([.measured(point.position, loss: 9)]) }
      for point in points.reversed() { try second.write([point], seconds: 3) }
      _ = try run.surface(named: "first", axes: narrowAxes)
      try run.facts.set("b", to: 2.5)
      try run.facts.set("a", to: 1.0)
      try run.facts.set("peakMemory", to: 1, as: .circumstance)
    }
    #expect(straight == detour)
    #expect(straight.count == 64)
    let other = try run("other") { run in
      try run.facts.set(["a": 1, "b": 2.5])
      _ = try run.surface(named: "first", axes: narrowAxes)
      var changed = points
      changed[3].loss = 3.0.nextUp
      try run.surface(named: "second", axes: narrowAxes).write(changed)
      try run.history().append(HistoryEntry(epoch: 1, values: ["loss": 1]))
    }
    #expect(other != straight)
    let comparison = try RunFolder.open(folder("other")).compared(with: RunFolder.open(folder("straight")))
    #expect(comparison.differingSections == ["surface second"])
  }
}
