import Foundation
import TestSupport
import Testing
import ThalwegExchange
import ThalwegFiles
import ThalwegStores

@Suite("Surfaces as tables")
struct TableTests {
  private func read(_ text: String) throws -> ExchangedSurface {
    try SurfaceTableReader.surface(FileBytes(name: "t.csv", bytes: Array(text.utf8)))
  }

  @Test("a stored surface's table comes back in every bit")
  func roundTrip() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/thalweg-exchange-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let run = try RunFolder.create(folder, RunDescription(kind: "surface"))
    for (name, surface) in [("plane", try Sample.plane()), ("line", try Sample.line())] {
      let store = try run.surface(named: name, axes: surface.grid.axes)
      try store.write(surface.states.indices.filter { surface.states[$0] != .pending }.map(surface.point))
      try store.write([.diverged(surface.states.firstIndex(of: .diverged) ?? 0, loss: -.infinity)])
      expectSame(try read(store.csv()), try ExchangedSurface(store))
    }
  }

  @Test("lines in any order, with holes, spaces and Windows' line ends make a grid")
  func foreign() throws {
    let surface = try read("loss,x,y\r\n3, 2 ,10\r\n\r\nnan,1,10\r\n1,1,20\r\n")
    #expect(surface.xs == [1, 2] && surface.ys == [10, 20])
    #expect(surface.states == [.diverged, .measured, .measured, .pending])
    #expect(surface.losses[1] == 3 && surface.losses[2] == 1)
  }

  @Test(
    "what is no grid is one line with its place",
    arguments: [
      ("", "an empty file"), ("a,b\n1,2\n", "the head a,b"), ("x,loss\n1\n", "1 cells"), ("x,loss\n1,e\n", "“e”"),
      ("x,loss,x\n1,2,3\n", "the head"), ("x,loss\n1,2\n1,3\n", "point 2 at the place"), ("x,loss\n", "no coordinates"),
      ("x,loss\ninf,2\n", "coordinate inf"), ("x,loss\n,2\n", "coordinate nan"), ("x,loss\n\"1,2\n", "a quote"),
      ("x,loss\n\"1\"2,3\n", "text behind"), ("y,x,state,loss\n1,1,lost,3\n", "“lost”"),
      ("x,state,loss\n1,measured,\n", "measured, with loss nan"), ("x,loss,correct_count\n1,2,0.5\n", "0.5 as number"),
      ("x,y,loss\n1,1,1\n2,2,2\n3,3,3\n4,4,4\n5,5,5\n", "5 points for a grid of 5 × 5"),
    ])
  func refused(text: String, found: String) {
    do {
      _ = try read(text)
      Issue.record("it was read")
    } catch {
      #expect("\(error)".hasPrefix("t.csv: ") && "\(error)".contains(found), "\(error)")
    }
  }
}
