import Testing
import ThalwegFigures

@Suite("Contour geometry")
struct ContourTracerTests {
  /// A field of `function` on `columns` × `rows` points over [−1, 1] × [0, 1].
  static func field(_ columns: Int, _ rows: Int, _ function: (Double, Double) -> Double) -> ScalarField {
    let xs = (0..<columns).map { -1 + 2 * Double($0) / Double(columns - 1) }
    let ys = (0..<rows).map { Double($0) / Double(rows - 1) }
    return ScalarField(xs: xs, ys: ys, values: ys.flatMap { y in xs.map { function($0, y) } })
  }

  /// The area of polygons under the even-odd rule, where inner loops run the other way round.
  static func area(_ polygons: [[Point]]) -> Double {
    var doubled = 0.0
    for polygon in polygons {
      for (index, point) in polygon.enumerated() {
        let next = polygon[(index + 1) % polygon.count]
        doubled += point.x * next.y - next.x * point.y
      }
    }
    return doubled / 2
  }

  /// Rounding of a few dozen additions of numbers of size 1.
  static let rounding = 1e-13

  @Test("above a level of a plane lies exactly the known trapezium", arguments: [-0.7, 0, 0.25, 0.9])
  func planeAreas(level: Double) {
    // x + y / 2 ≥ c on [−1, 1] × [0, 1]: the border runs from x = c at y = 0 to x = c − 1/2 at y = 1.
    let tracer = ContourTracer(Self.field(7, 4) { $0 + $1 / 2 })
    let exact: Double
    if level - 0.5 >= -1 {
      exact = ((1 - level) + (1.5 - level)) / 2
    } else {  // The border leaves through the left side at y = 2 (c + 1).
      let height = 2 * (level + 1)
      exact = 2 - (level + 1) * height / 2
    }
    #expect(abs(Self.area(tracer.area(atLeast: level)) - exact) < Self.rounding)
  }

  @Test("the area above minus infinity is that of all known cells, and a missing point takes its four cells")
  func domainArea() {
    var field = Self.field(9, 5) { x, y in x * y }
    #expect(abs(Self.area(ContourTracer(field).area(atLeast: -.infinity)) - 2) < Self.rounding)
    field.values[2 * 9 + 4] = .nan
    let cell = 0.25 * 0.25
    #expect(abs(Self.area(ContourTracer(field).area(atLeast: -.infinity)) - (2 - 4 * cell)) < Self.rounding)
  }

  @Test(
    "bands of a paraboloid have their areas up to the error of linear interpolation", arguments: [20, 40, 80])
  func paraboloidBands(cellCount: Int) {
    let spacing = 2 / Double(cellCount)
    let xs = (0...cellCount).map { -1 + Double($0) * spacing }
    let field = ScalarField(xs: xs, ys: xs, values: xs.flatMap { y in xs.map { $0 * $0 + y * y } })
    let tracer = ContourTracer(field)
    let band = Self.area(tracer.area(atLeast: 0.3)) - Self.area(tracer.area(atLeast: 0.8))
    // On an edge the chord of t² lies at most h²/4 above it, and on the polygon's chord across a cell of
    // diagonal √2 h the surface sags by at most another (√2 h)²/4: the level is off by at most 3 h²/4. The
    // area π r² changes by π per unit of the level; two borders.
    let bound = 2 * Double.pi * 0.75 * spacing * spacing
    #expect(abs(band - .pi * 0.5) < bound)
  }

  @Test("halving the spacing divides the error of the area by four")
  func convergenceOrder() {
    let errors = [16, 32, 64, 128].map { cellCount in
      let xs = (0...cellCount).map { -1 + 2 * Double($0) / Double(cellCount) }
      let field = ScalarField(xs: xs, ys: xs, values: xs.flatMap { y in xs.map { $0 * $0 + y * y } })
      return abs(4 - Self.area(ContourTracer(field).area(atLeast: 0.5)) - .pi * 0.5)
    }
    for (coarse, fine) in zip(errors, errors.dropFirst()) {
      #expect((3.3...4.7).contains(coarse / fine), "the ratio is \(coarse / fine)")
    }
  }

  @Test("a circle's line is closed, and every point of it lies on the level of the interpolated surface")
  func closedLine() throws {
    let xs = (0...20).map { -1 + Double($0) / 10 }
    let field = ScalarField(xs: xs, ys: xs, values: xs.flatMap { y in xs.map { $0 * $0 + y * y } })
    let lines = ContourTracer(field).lines(at: 0.5)
    let line = try #require(lines.first)
    #expect(lines.count == 1)
    #expect(line.isClosed)
    // h²/4 above the surface on an edge, h = 0.1.
    #expect(line.points.allSatisfy { abs($0.x * $0.x + $0.y * $0.y - 0.5) <= 0.0025 + Self.rounding })
  }

  @Test("lines end at the border of the grid and at holes")
  func openLines() {
    var field = Self.field(5, 5) { _, y in y }
    #expect(ContourTracer(field).lines(at: 0.4).map(\.points.count) == [5])
    field.values[2 * 5 + 2] = .nan
    let lines = ContourTracer(field).lines(at: 0.4)
    #expect(lines.count == 2)
    #expect(lines.allSatisfy { !$0.isClosed && $0.points.count == 2 })
  }

  @Test("a saddle is joined where the mean of its corners is above the level and parted where it is below")
  func saddle() {
    let field = ScalarField(xs: [0, 1], ys: [0, 1], values: [1, 0, 0, 1])
    #expect(ContourTracer(field).area(atLeast: 0.4).count == 1)
    #expect(ContourTracer(field).area(atLeast: 0.6).count == 2)
    // Two corners with legs 0.4 at the level 0.6; all but two such corners at the level 0.4.
    #expect(abs(Self.area(ContourTracer(field).area(atLeast: 0.6)) - 0.16) < Self.rounding)
    #expect(abs(Self.area(ContourTracer(field).area(atLeast: 0.4)) - 0.84) < Self.rounding)
  }

  @Test("a level at a constant field's value gives its area and no line")
  func constantField() {
    let tracer = ContourTracer(Self.field(4, 4) { _, _ in 3 })
    #expect(abs(Self.area(tracer.area(atLeast: 3)) - 2) < Self.rounding)
    #expect(tracer.lines(at: 3).isEmpty)
    #expect(tracer.area(atLeast: 4).isEmpty)
  }

  @Test(
    "refinement keeps measured values, reproduces planes and leaves no range",
    arguments: SurfaceInterpolation.allCases)
  func refinement(interpolation: SurfaceInterpolation) {
    let plane = Self.field(5, 3) { 2 * $0 - $1 }.refined(toAbout: 20, interpolation: interpolation)
    #expect(plane.xs.count == 21 && plane.ys.count == 21)
    for (row, y) in plane.ys.enumerated() {
      for (column, x) in plane.xs.enumerated() {
        #expect(abs(plane[column, row] - (2 * x - y)) < Self.rounding)
      }
    }
    let steps = Self.field(6, 6) { x, y in x * y > 0.1 ? 1 : 0 }
    let refined = steps.refined(toAbout: 25, interpolation: interpolation)
    #expect(refined.values.allSatisfy { $0 >= 0 && $0 <= 1 })
    for row in steps.ys.indices {
      for column in steps.xs.indices {
        #expect(refined[refined.measuredColumns[column], refined.measuredRows[row]] == steps[column, row])
      }
    }
  }

  @Test("refinement neither fills a hole nor widens it")
  func refinedHole() {
    var field = Self.field(5, 5) { $0 + $1 }
    field.values[12] = .nan
    let before = Self.area(ContourTracer(field).area(atLeast: -.infinity))
    let refined = field.refined(toAbout: 16, interpolation: .smooth)
    #expect(abs(Self.area(ContourTracer(refined).area(atLeast: -.infinity)) - before) < Self.rounding)
  }
}
