import Testing
import ThalwegFigures

@Suite("Contour labels")
struct LabelTests {
  private let page = Rect(x: 0, y: 0, width: 200, height: 200)

  @Test("a label interrupts its line by its own width and lies on it")
  func gap() throws {
    var lines = [LabelledLine(points: [Point(10, 100), Point(190, 100)], level: 0, labelWidth: 20)]
    LabelPlacer(frame: page, obstacles: [], height: 8).place(on: &lines)
    let label = try #require(lines[0].labels.first)
    #expect(label.centre.y == 100 && label.angle == 0)
    let pieces = lines[0].pieces
    #expect(pieces.count == 2)
    #expect((pieces[1].first?.x ?? 0) - (pieces[0].last?.x ?? 0) >= 20)
  }

  @Test("text never stands on its head, whichever way the line runs")
  func upright() throws {
    for end in [Point(190, 20), Point(10, 20), Point(10, 180), Point(190, 180)] {
      let start = Point(200 - end.x, 200 - end.y)
      var lines = [LabelledLine(points: [start, end], level: 0, labelWidth: 20)]
      LabelPlacer(frame: page, obstacles: [], height: 8).place(on: &lines)
      let label = try #require(lines[0].labels.first)
      #expect((-90...90).contains(label.angle))
    }
  }

  @Test("labels keep off each other, other lines and markers")
  func collisions() {
    // Lines 3 points apart leave no room for a label of 8 points.
    var dense = (0..<20).map {
      LabelledLine(
        points: [Point(10, 70 + 3 * Double($0)), Point(190, 70 + 3 * Double($0))], level: 0, labelWidth: 20)
    }
    LabelPlacer(frame: page, obstacles: [], height: 8).place(on: &dense)
    #expect(dense.allSatisfy { $0.labels.isEmpty })
    var lines = [LabelledLine(points: [Point(10, 100), Point(190, 100)], level: 0, labelWidth: 20)]
    LabelPlacer(frame: page, obstacles: [Point(100, 100)], height: 8).place(on: &lines)
    #expect(lines[0].labels.allSatisfy { abs($0.centre.x - 100) > 10 })
    #expect(!lines[0].labels.isEmpty)
  }
}
