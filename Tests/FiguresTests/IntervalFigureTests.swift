import Testing
import ThalwegFigures

@Suite("Interval figures")
struct IntervalFigureTests {
  private func panel(_ values: [[Double]], reference: Double? = nil) -> IntervalPanel {
    IntervalPanel(
      title: "quantity",
      rows: values.map { dots in
        IntervalRow(
          name: "row of \(dots.count)", dots: dots, mean: dots.first,
          interval: dots.first.flatMap { $0.isFinite ? ($0 - 1)...($0 + 1) : nil })
      }, reference: reference)
  }

  @Test(
    "any number of panels and rows is drawn on a page that has room for them",
    arguments: [(1, 1), (2, 14), (3, 2), (7, 9)])
  func sizes(panels: Int, rows: Int) throws {
    let figure = IntervalFigure(
      panels: (0..<panels).map { _ in panel((0..<rows).map { [Double($0), 1] }) }, headline: "headline")
    let lines = (panels + 2) / 3
    #expect(figure.size.height >= Double(lines * rows) * 17)
    #expect(try figure.encoded(as: .png) == figure.encoded(as: .png))
  }

  @Test(
    "awkward numbers are left out, and a panel without any is drawn as not known",
    arguments: [[.nan], [.infinity, 1], [1e300, -1e300], [0, 0], []] as [[Double]])
  func awkward(values: [Double]) throws {
    let text = String(
      decoding: try IntervalFigure(panels: [panel([values]), panel([[1, 2]], reference: 0)]).encoded(as: .svg),
      as: UTF8.self)
    #expect(!text.contains("nan") && !text.contains("inf"))
  }

  @Test("rows far beyond all others are named at the axis' end, and others keep their room")
  func beyond() {
    #expect(panel([[1], [2], [3], [900]]).hasRowsBeyond)
    #expect(panel([[1], [2], [3], [-900], [900]]).hasRowsBeyond)
    // Half of the rows are no exception; neither is one that is as far off as it is wide.
    #expect(!panel([[1], [2], [900], [901]]).hasRowsBeyond)
    #expect(!panel([[1], [2], [3], [20]]).hasRowsBeyond)
    // An axis that reaches to its reference has room.
    #expect(panel([[10], [10.1], [38]]).hasRowsBeyond && !panel([[10], [10.1], [38]], reference: 0).hasRowsBeyond)
    #expect(panel([[10], [10.1], [900]], reference: 0).hasRowsBeyond)
    #expect(!panel([[1], [900]]).hasRowsBeyond && !panel([[1]]).hasRowsBeyond && !panel([[]]).hasRowsBeyond)
  }

  @Test("nothing at all is no figure")
  func empty() {
    #expect(throws: FigureError.noFiniteValue) {
      try IntervalFigure(panels: [panel([[], [.nan]], reference: 0)]).encoded(as: .svg)
    }
  }
}
