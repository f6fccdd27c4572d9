import Testing
import ThalwegFigures

@Suite("Axes, ticks and numbers")
struct AxisTests {
  @Test("steps are 1, 2, 2.5 or 5 times a power of ten, and there are at most as many as asked for")
  func niceSteps() {
    #expect(Axis.niceStep(span: 1, count: 5) == 0.2)
    #expect(Axis.niceStep(span: 10, count: 10) == 1)
    #expect(Axis.niceStep(span: 11, count: 5) == 2.5)
    #expect(Axis.niceStep(span: 3e-7, count: 4) == 1e-7)
    for span in stride(from: 0.013, to: 900, by: 1.37) {
      let step = Axis.niceStep(span: span, count: 6)
      #expect(span / step <= 6 * (1 + 1e-9) && span / step > 2)
    }
  }

  @Test("ticks are the decimal numbers themselves, without the rounding of repeated addition")
  func linearTicks() {
    #expect(Axis.linearTicks(lower: -0.3, upper: 0.3, step: 0.1) == [-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3])
    #expect(Axis.exact(lower: -1, upper: 1).ticks == [-1, -0.5, 0, 0.5, 1])
    #expect(Axis.exact(lower: 1, upper: 3, hasWholeTicks: true).ticks == [1, 2, 3])
  }

  @Test("logarithmic ticks thin out as the decades become many")
  func logarithmicTicks() {
    #expect(Axis.logarithmicTicks(lower: 1, upper: 10, count: 12) == [1, 1.5, 2, 3, 5, 7, 10])
    #expect(Axis.logarithmicTicks(lower: 1, upper: 10, count: 13) == [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10])
    #expect(Axis.logarithmicTicks(lower: 1, upper: 10, count: 30).count == 16)
    #expect(Axis.logarithmicTicks(lower: 1, upper: 100, count: 6) == [1, 2, 5, 10, 20, 50, 100])
    #expect(
      Axis.logarithmicTicks(lower: 0.001, upper: 1000, count: 6) == [0.001, 0.01, 0.1, 1, 10, 100, 1000])
    #expect(
      Axis.logarithmicTicks(lower: 1e-12, upper: 1e12, count: 6) == [1e-12, 1e-8, 1e-4, 1, 1e4, 1e8, 1e12])
  }

  @Test(
    "an automatic axis is logarithmic from a ratio of 100 on, and never with a value that is not positive")
  func automaticSpacing() throws {
    #expect(try !Axis.covering([1, 99], request: ValueAxis(), tickCount: 8).isLogarithmic)
    #expect(try Axis.covering([1, 100], request: ValueAxis(), tickCount: 8).isLogarithmic)
    #expect(try !Axis.covering([0, 1000], request: ValueAxis(), tickCount: 8).isLogarithmic)
    #expect(try !Axis.covering([1, 1000], request: ValueAxis(upper: 20), tickCount: 8).isLogarithmic)
  }

  @Test(
    "every value lies within an axis without given ends",
    arguments: [
      [0.013, 7.9], [-3, 4], [2, 2], [0, 0], [1e-3, 1e3], [5e-9, 4], [-1e300, 1e300], [1e-300, 1e300],
      [-1e-300, 1e-300],
    ])
  func covers(values: [Double]) throws {
    let axis = try Axis.covering(values, request: ValueAxis(), tickCount: 8)
    for value in values { #expect((-1e-9...1 + 1e-9).contains(axis.fraction(value)), "\(axis)") }
    #expect(!axis.isClippedAbove && !axis.isClippedBelow)
    #expect(axis.ticks.count <= 20)
  }

  @Test("a cap is the upper end, and values above are reported")
  func cap() throws {
    let axis = try Axis.covering([1, 5, 80], request: ValueAxis(upper: 10), tickCount: 8)
    #expect(axis.upper == 10)
    #expect(axis.isClippedAbove)
    #expect(axis.fraction(80) > 1)
  }

  @Test(
    "an axis whose given end leaves no value inside still has an extent",
    arguments: ValueAxis.Spacing.allCases, [ValueAxis(upper: 1), ValueAxis(lower: 50)])
  func emptyInside(spacing: ValueAxis.Spacing, request: ValueAxis) throws {
    var request = request
    request.spacing = spacing
    let axis = try Axis.covering([2, 3], request: request, tickCount: 8)
    #expect(axis.lower < axis.upper)
    #expect(axis.isClippedAbove == (request.upper != nil) && axis.isClippedBelow == (request.lower != nil))
  }

  @Test(
    "the labels of an axis differ from each other, however narrow it is",
    arguments: [
      [2.08844620, 2.08844673], [1, 1.0000001], [0.999, 1.001], [99_990, 100_010], [123_456, 123_456.5],
      [0.0123456, 0.0123459], [3e-7, 3.0001e-7], [0.5, 0.9], [1e9, 1e9 + 10],
    ] as [[Double]], ValueAxis.Spacing.allCases)
  func distinctLabels(values: [Double], spacing: ValueAxis.Spacing) throws {
    let axis = try Axis.covering(values, request: ValueAxis(spacing: spacing), tickCount: 6)
    #expect(axis.ticks.count >= 3)
    #expect(Set(axis.ticks.map(axis.label)).count == axis.ticks.count, "\(axis.ticks.map(axis.label))")
    // The values fill a good part of it.
    #expect(axis.fraction(values[1]) - axis.fraction(values[0]) > 0.4)
  }

  @Test("a few high values among many low ones make an automatic axis logarithmic from a ratio of 10 on")
  func skewed() throws {
    let corner = [Double](repeating: 2, count: 30) + [1, 60]
    #expect(try Axis.covering(corner, request: ValueAxis(), tickCount: 8).isLogarithmic)
    let bowl = (-10...10).map { 1 + Double($0 * $0) / 2 }
    #expect(try !Axis.covering(bowl, request: ValueAxis(), tickCount: 8).isLogarithmic)
    let low = [Double](repeating: 2, count: 30) + [2.1, 9]
    #expect(try !Axis.covering(low, request: ValueAxis(), tickCount: 8).isLogarithmic)
  }

  @Test("a middle lies at half the axis")
  func middle() throws {
    let axis = try Axis.covering([-1, 7], request: ValueAxis(middle: 2), tickCount: 8)
    #expect(abs(axis.fraction(2) - 0.5) < 1e-12)
  }

  @Test("a logarithmic axis without a positive value, and an axis without values, are errors")
  func impossibleAxes() {
    #expect(throws: FigureError.noPositiveValue) {
      try Axis.covering([-1, 0], request: ValueAxis(spacing: .logarithmic), tickCount: 8)
    }
    #expect(throws: FigureError.noFiniteValue) { try Axis.covering([], request: ValueAxis(), tickCount: 8) }
  }

  @Test("numbers have a true minus sign, the decimals of their step, and powers of ten where they are long")
  func numberFormat() {
    #expect(NumberFormat.text(-0.5, step: 0.25) == "−0.50")
    #expect(NumberFormat.text(-1e-17, step: 0.5) == "0.0")
    #expect(NumberFormat.text(3, step: 1) == "3")
    #expect(NumberFormat.text(0.3, step: 0.1) == "0.3")
    #expect(NumberFormat.text(200_000, step: 100_000) == "2×10⁵")
    #expect(NumberFormat.text(0, step: 100_000) == "0")
    #expect(NumberFormat.text(2.5e-6, step: 5e-7) == "2.5×10⁻⁶")
    #expect(NumberFormat.power(1e-9) == "10⁻⁹")
    #expect(NumberFormat.power(3e12) == "3×10¹²")
    #expect(NumberFormat.text(1.00002, step: 1e-5) == "1.00002")
    #expect(NumberFormat.text(123_456.25, step: 0.25) == "1.2345625×10⁵")
    #expect(NumberFormat.text(0.001) == "0.001")
    #expect(NumberFormat.text(4) == "4")
    #expect(NumberFormat.text(12.5) == "12.5")
  }
}
