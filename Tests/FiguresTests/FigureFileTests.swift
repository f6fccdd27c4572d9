import Foundation
import Testing
import ThalwegFigures

@Suite("Figures as files")
struct FigureFileTests {
  static let axis = (0..<9).map { -1 + Double($0) / 4 }
  static let bowl = SurfaceGrid(
    xs: axis, ys: axis, values: axis.flatMap { y in axis.map { $0 * $0 + y * y } })

  static func grid(_ columns: Int, _ rows: Int, _ value: (Int, Int) -> Double?) -> SurfaceGrid {
    SurfaceGrid(
      xs: (0..<columns).map(Double.init), ys: (0..<rows).map(Double.init),
      values: (0..<rows).flatMap { row in (0..<columns).map { value($0, row) } })
  }

  static let line = LineFigure.slice([
    LineSeries(
      name: "loss", xs: axis, values: axis.map { $0 * $0 }, lower: axis.map { $0 * $0 - 0.1 },
      upper: axis.map { $0 * $0 + 0.1 }),
    LineSeries(name: "accuracy", xs: axis, values: axis.map { 1 - $0 * $0 }, side: .right),
  ])

  static let figures: [any Figure] = [
    ContourFigure(grid: bowl, title: "a < b & c", path: [Point(1, 1), Point(0, 0)], centre: Point(0, 0)),
    ContourFigure(
      panels: [SurfacePanel(grid: bowl), SurfacePanel(grid: bowl)], headline: "two", caption: "one scale",
      style: ContourFigure.Style(interpolation: .linear)),
    LitSurfaceFigure(grid: bowl, path: [Point(1, 1), Point(0, 0)], centre: Point(0, 0)),
    line,
    IntervalFigure(
      panels: [
        IntervalPanel(
          title: "a < b & c",
          rows: [
            IntervalRow(name: "first", dots: [1, 2, 3], mean: 2, interval: -0.5...4.5), IntervalRow(name: "", dots: []),
          ],
          reference: 0)
      ], caption: "one"),
  ]

  @Test("an SVG file is well-formed", arguments: figures.indices)
  func svg(index: Int) throws {
    let text = String(decoding: try Self.figures[index].encoded(as: .svg), as: UTF8.self)
    #expect(text.hasPrefix("<?xml"))
    // Every element that is opened is closed in the right order, which is what well-formed asks of elements.
    var open: [String] = []
    for piece in text.split(separator: "<").dropFirst() where !piece.hasPrefix("?") && !piece.hasPrefix("!") {
      let tag = try #require(piece.split(separator: ">", omittingEmptySubsequences: false).first)
      if tag.hasPrefix("/") {
        #expect(open.popLast() == String(tag.dropFirst()))
      } else if !tag.hasSuffix("/") {
        open.append(String(tag.prefix { !$0.isWhitespace }))
      }
    }
    #expect(open.isEmpty)
    #expect(!text.contains("nan") && !text.contains("inf"))
  }

  @Test("a PNG file has its signature and two pixels per point", arguments: figures.indices)
  func png(index: Int) throws {
    let figure = Self.figures[index]
    let bytes = try figure.encoded(as: .png)
    #expect(Array(bytes.prefix(8)) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    let number = { (offset: Int) in bytes[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) } }
    #expect(number(16) == Int(2 * figure.size.width) && number(20) == Int(2 * figure.size.height))
  }

  @Test("a PDF file has its header and no date", arguments: figures.indices)
  func pdf(index: Int) throws {
    let bytes = try Self.figures[index].encoded(as: .pdf)
    #expect(bytes.starts(with: "%PDF-1.".utf8))
    #expect(!String(decoding: bytes, as: UTF8.self).contains("Date"))
  }

  @Test("the same figure gives the same bytes", arguments: FigureFormat.allCases, 1..<4)
  func deterministic(format: FigureFormat, index: Int) throws {
    let first = try Self.figures[index].encoded(as: format)
    _ = try Self.line.encoded(as: format)  // Moves the counters of the drawing library on.
    #expect(try Self.figures[index].encoded(as: format) == first)
  }

  @Test(
    "awkward surfaces are drawn without an error",
    arguments: [
      grid(2, 2) { _, _ in 1 },
      grid(9, 5) { column, row in Double(column * row) },
      grid(51, 51) { column, row in exp(Double((column * 7 + row * 13) % 29) / 2 - 7) },
      grid(5, 5) { column, row in column == 2 && row == 2 ? .nan : 1e300 * Double(column) },
      grid(5, 5) { column, row in (column + row).isMultiple(of: 2) ? nil : 1 },
      grid(5, 5) { _, _ in 0 },
      grid(3, 40) { column, row in -1e-12 * Double(row + column) },
    ])
  func awkward(grid: SurfaceGrid) throws {
    // Between measured points on small grids only: a smooth one of 51 × 51 points takes long in a debug
    // build.
    let style = ContourFigure.Style(interpolation: grid.xs.count > 9 ? .linear : .smooth, bandsPerLevel: 1)
    let contours = ContourFigure(panels: [SurfacePanel(grid: grid)], style: style)
    #expect(try !contours.encoded(as: .svg).isEmpty)
    #expect(try !LitSurfaceFigure(grid: grid).encoded(as: .svg).isEmpty)
  }

  @Test("a grid of holes, a single row and a line without values are errors")
  func nothingToDraw() {
    let holes = Self.grid(4, 4) { _, _ in .infinity }
    #expect(throws: FigureError.noFiniteValue) { try ContourFigure(grid: holes).encoded(as: .svg) }
    #expect(throws: FigureError.noFiniteValue) { try LitSurfaceFigure(grid: holes).encoded(as: .svg) }
    #expect(throws: FigureError.gridTooSmall(columnCount: 4, rowCount: 1)) {
      try ContourFigure(grid: Self.grid(4, 1) { _, _ in 1 }).encoded(as: .svg)
    }
    #expect(throws: FigureError.noFiniteValue) {
      try LineFigure.slice([LineSeries(name: "", xs: [0, 1], values: [nil, .nan])]).encoded(as: .svg)
    }
  }

  @Test("lines break at holes, and a hole in a border breaks the band only")
  func brokenLine() {
    let series = LineSeries(
      name: "", xs: [0, 1, 2, 3, 4], values: [1, .nan, 3, 4, .infinity], lower: [0, 0, nil, 0, 0],
      upper: [1, 1, 1, 1, 1])
    #expect(series.runs == [[Point(0, 1)], [Point(2, 3), Point(3, 4)]])
    #expect(series.bandRuns.map(\.lower.count) == [2, 2])
  }

  @Test("the surface is absent where the hole is")
  func holesAreOpen() throws {
    // With a hole in the middle of 3 × 3 points no cell is left, so nothing but the room is drawn.
    let open = Self.grid(3, 3) { column, row in column == 1 && row == 1 ? nil : Double(column) }
    let axis = try Axis.covering(open.values.compactMap { $0 }, request: ValueAxis(), tickCount: 6)
    let field = ScalarField(open, straightenedBy: axis).refined(toAbout: 8, interpolation: .smooth)
    for row in 0..<8 { for column in 0..<8 { #expect(!field.hasCell(column, row)) } }
    #expect(ContourTracer(field).area(atLeast: -.infinity).isEmpty)
  }

  @Test("a measured point among holes is drawn by contours and lit surfaces")
  func isolatedPoints() throws {
    let alone = Self.grid(5, 5) { column, row in
      column == 2 && row == 2 ? 7 : column < 2 && row < 2 ? Double(column) : column == 4 && row == 4 ? 9 : nil
    }
    #expect(alone.holeCount == 19)
    #expect(alone.isolatedPoints.map(\.place) == [Point(2, 2), Point(4, 4)])
    let without = Self.grid(5, 5) { column, row in column == 2 && row == 2 ? nil : alone[column, row] }
    #expect(try ContourFigure(grid: alone).encoded(as: .svg) != ContourFigure(grid: without).encoded(as: .svg))
    #expect(
      try LitSurfaceFigure(grid: alone).encoded(as: .svg) != LitSurfaceFigure(grid: without).encoded(as: .svg))
  }

  @Test("a second place on a line's axis is marked where it is within the axis")
  func target() throws {
    var figure = Self.line
    let plain = try figure.encoded(as: .svg)
    figure.target = 0.5
    #expect(try figure.encoded(as: .svg) != plain)
    figure.target = 5
    #expect(try figure.encoded(as: .svg) == plain)
  }

  @Test("the extension chooses the format, and an unknown one is an error")
  func formats() throws {
    #expect(try FigureFormat(path: "a.b/figure.SVG") == .svg)
    #expect(throws: FigureError.unknownFormat(path: "a.png/figure")) {
      try FigureFormat(path: "a.png/figure")
    }
    #expect(throws: FigureError.unknownFormat(path: "figure.gif")) { try Self.line.write(to: "figure.gif") }
  }

  @Test("a figure is written to its file, and a folder that is missing is an error with the reason")
  func writing() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("slice.pdf").path
    try Self.line.write(to: path)
    #expect(
      FileManager.default.contents(atPath: path).map { [UInt8]($0) } == (try Self.line.encoded(as: .pdf)))
    let missing = folder.appendingPathComponent("missing/slice.pdf").path
    #expect(throws: FigureError.cannotWrite(path: missing, reason: "No such file or directory")) {
      try Self.line.write(to: missing)
    }
  }
}
