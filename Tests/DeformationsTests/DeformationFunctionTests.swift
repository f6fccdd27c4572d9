import Foundation
import TestSupport
import Testing
import ThalwegDeformations

@Suite("Functions of the loss")
struct DeformationFunctionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let function: any DeformationFunction
    let loss: Double
    let expected: (Double, Double, Double)
    var testDescription: String { "\(function) at \(loss)" }
    init(
      _ function: any DeformationFunction, _ loss: Double, _ value: Double, _ slope: Double,
      _ curvature: Double
    ) {
      self.function = function
      self.loss = loss
      expected = (value, slope, curvature)
    }
  }

  static let sharp = ArctangentPower(18 / .pi, 1, 2, 1)
  static let published: [Case] = [
    Case(sharp, 0.01, 0.0105729196009, 1.11457628191, 11.4545731187),
    Case(sharp, 0.5, 1.73168224612, 5.25040818833, 3.93353322701),
    Case(sharp, log(10), 10.0266623454, 3.11126738644, -1.25428556594),
    Case(sharp, log(100), 15.1554091368, 1.70019818597, -0.267163670078),
    Case(ArctangentPower(2, 1, 2, 1), 0.5, 0.929938210664, 2.4836723488, 1.37306212096),
    Case(ArctangentPower(2, 1, 2, 1), log(10), 4.99879668765, 1.73697134567, -0.437828257719),
    Case(ArctangentPower(10, 1, 1, 1), 0.01, 0.109996666867, 10.9990001, -0.199960005999),
    Case(ArctangentPower(10, 1, 1, 1), 0.5, 5.13647609001, 9, -6.4),
    Case(ArctangentPower(10, 1, 1, 1), log(10), 13.9133809199, 2.58682349741, -1.15958591088),
    Case(ArctangentPower(1.5, 0.7, 1, 0), 0.5, 0.50501222908, 0.935412026726, -0.40833130788),
    Case(ArctangentPower(1.5, 0.7, 1, 0), log(100), 1.90499814866, 0.0921722068895, -0.0365159356386),
    Case(ArctangentPower(1, 0.5, 2, 0.3), 0.5, 0.210014545387, 0.530568153531, 0.388655244152),
    Case(ArctangentPower(1, 0.5, 2, 0.3), log(10), 1.42284214077, 0.667928740283, -0.0896951282318),
    Case(LogarithmExponential(1, 1), 1e-6, -13.815510058, 1000000.5, -1.0e12),
    Case(LogarithmExponential(1, 1), 0.01, -4.60016601932, 100.500833332, -9999.91666708),
    Case(LogarithmExponential(1, 1), 0.5, -0.432752129567, 2.54149408254, -3.91769808903),
    Case(LogarithmExponential(1, 1), log(10), 2.19722457734, 1.11111111111, -0.123456790123),
    Case(LogarithmExponential(1, 0.99), 1e-6, -4.60507019094, 99.990100985, -9898.030194),
    Case(LogarithmExponential(1, 0.99), 0.5, -0.417454791918, 2.50291184456, -3.76165585709),
    Case(LogarithmExponential(1, 0.9), 1e-6, -2.30257509304, 9.99991000085, -89.9982900243),
    Case(LogarithmExponential(1, 0.9), 0.01, -2.20681895275, 9.17808844681, -75.0592190906),
    Case(LogarithmExponential(1, 0.9), 0.5, -0.289388499971, 2.20204946115, -2.64697236822),
    Case(LogarithmExponential(1, 0.9), log(10), 2.20827441352, 1.0989010989, -0.108682526265),
    Case(LogarithmExponential(1, 0.5), 0.5, 0.138649385191, 1.43526659839, -0.624723610071),
  ]

  @Test("Values, slopes and curvatures have the published digits", arguments: published)
  func digits(_ c: Case) {
    expectDigits(c.function.value(at: c.loss), c.expected.0)
    expectDigits(c.function.slope(at: c.loss), c.expected.1)
    expectDigits(c.function.curvature(at: c.loss), c.expected.2)
  }

  @Test("At large losses LE is the loss, and never overflows", arguments: [0.5, 0.9, 1])
  func largeLoss(offset: Double) {
    let function = LogarithmExponential(1, offset)
    #expect(function.value(at: 50) == 50)
    #expect(function.slope(at: 50) == 1)
    #expect(abs(function.curvature(at: 50)) < 2e-22)
    #expect(function.value(at: 1e4) == 1e4)
    #expect(function.curvature(at: 1e4) == 0)
  }

  @Test("LE keeps its digits at losses down to 1e-300")
  func tinyLoss() {
    let function = LogarithmExponential(1, 1)
    for loss in [1e-300, 1e-100, 1e-15] {
      expectClose(function.value(at: loss), log(loss), relative: 1e-15)
      expectClose(function.slope(at: loss) * loss, 1, relative: 1e-14)
    }
    // On both sides of the place where the formula changes.
    for offset in [0.3, 1.0] {
      let f = LogarithmExponential(2, offset)
      expectClose(f.value(at: 0.6931), f.value(at: 0.6931.nextUp), absolute: 1e-15)
    }
  }

  @Test("AP stays finite at enormous losses and at loss 0")
  func extremes() {
    for exponent in [1.0, 2, 3, 1.5] {
      let function = ArctangentPower(2, 1, exponent, 1)
      expectClose(function.slope(at: 1e200), 1, relative: 1e-15)
      #expect(function.curvature(at: 1e200) == 0)
      #expect(function.slope(at: 0) == (exponent == 1 ? 3 : 1))
    }
    #expect(ArctangentPower(10, 1, 1, 1).curvature(at: 0) == 0)
    #expect(Self.sharp.slope(at: 0) == 1)
  }

  @Test("AP with an even power loses its slope at the published negative loss, and that is an error")
  func negativeLosses() throws {
    for (function, zero) in [
      (Self.sharp, -0.08817233818), (ArctangentPower(2, 1, 2, 1), -0.2756819887),
      (ArctangentPower(10, 1, 2, 1), -0.05016786503),
    ] {
      #expect(throws: Never.self) { try function.checkedSlope(at: zero + 1e-9) }
      let error = thrown(DeformationError.self) { try function.checkedSlope(at: zero - 1e-9) }
      guard case .unusableSlope(_, let loss, let slope)? = error else { continue }
      #expect(loss == zero - 1e-9 && slope <= 0)
    }
    let error = thrown(DeformationError.self) { try ArctangentPower(2, 1, 2, 1).checkedSlope(at: -1) }
    #expect(error?.description.hasPrefix("AP(2, 1, 2, 1) has the slope -0.570") == true)
    #expect(error?.description.hasSuffix(" at the loss -1.0; expected a finite slope > 0") == true)
  }

  @Test("The slope of AP with square is largest at 0.765378926666, with the published value")
  func largestSlopes() {
    for (a1, largest) in [(18 / Double.pi, 5.72059102168), (2, 2.64779711937), (10, 9.23898559683)] {
      let function = ArctangentPower(a1, 1, 2, 1)
      expectDigits(function.slope(at: 0.765378926666), largest)
      expectClose(function.curvature(at: 0.765378926666), 0, absolute: 1e-10)
    }
  }

  @Test("A loss outside the domain is named with the domain")
  func domains() {
    let half = ArctangentPower(1, 1, 1.5, 1)
    #expect(
      throws: DeformationError.outsideDomain(function: "AP(1, 1, 1.5, 1)", loss: -0.1, domain: .atLeast(0))
    ) {
      try half.checkedSlope(at: -0.1)
    }
    let error = thrown(DeformationError.self) { try LogarithmExponential(1, 1).checkedSlope(at: 0) }
    #expect(error?.description == "LE(1, 1) is meant for losses > 0.0; the loss is 0.0")
    #expect(throws: DeformationError.self) { try LogarithmExponential(1, 0.9).checkedSlope(at: log(0.9)) }
    #expect(throws: Never.self) { try LogarithmExponential(1, 0.9).checkedSlope(at: log(0.9) + 1e-9) }
    #expect(throws: DeformationError.self) { try HalfSquare().checkedSlope(at: 0) }
    #expect(throws: DeformationError.self) { try HalfSquare().checkedSlope(at: .nan) }
    #expect(throws: DeformationError.self) { try ScaleFunction(2).checkedSlope(at: .infinity) }
  }

  @Test("Settings that deserve a word carry one")
  func cautions() {
    #expect(ArctangentPower(1.5, 0.7, 1, 0).caution?.contains("vanish") == true)
    #expect(LogarithmExponential(1, 1).caution?.contains("cap") == true)
    #expect(CappedFunction(LogarithmExponential(1, 1), maximumSlope: 5).caution == nil)
    #expect(LogarithmExponential(1, 0.9).caution == nil)
  }

  /// Functions with derivatives, one of each kind.
  static func smooth() throws -> [any DeformationFunction] {
    [
      ArctangentPower(10, 1, 1, 1), sharp, ArctangentPower(2, 3, 1.5, 0.5), LogarithmExponential(2, 0.9),
      HalfSquare(), ScaleFunction(3), CappedFunction(LogarithmExponential(1, 1), maximumSlope: 4),
      CappedFunction(sharp, maximumSlope: 3), WindowedFunction(sharp, window: 0.4...2),
      CappedFunction(WindowedFunction(LogarithmExponential(1, 1), window: 0.05...3), maximumSlope: 6),
      try FormulaFunction("ln(exp(ℓ) - 0.9)"), try SlopeFunction(slope: "1 + 9*exp(-l)"),
    ]
  }

  @Test("Slopes are derivatives of values and curvatures of slopes", arguments: 0..<12)
  func differences(index: Int) throws {
    let function = try Self.smooth()[index]
    // Central differences: h² f‴/6 + 4 ε |f|/h is below 1e-8 where no third derivative exceeds 100.
    let h = 1e-5
    for loss in [0.2, 0.7, 1, 1.7, 3.5] {
      let slope = (function.value(at: loss + h) - function.value(at: loss - h)) / (2 * h)
      expectClose(function.slope(at: loss), slope, relative: 1e-8, absolute: 1e-8, "\(function) at \(loss)")
      let curvature = (function.slope(at: loss + h) - function.slope(at: loss - h)) / (2 * h)
      expectClose(
        function.curvature(at: loss), curvature, relative: 1e-7, absolute: 1e-8, "\(function) at \(loss)")
    }
  }

  @Test("A cap bounds the slope, keeps the order, and lets LE(1, 1) meet a loss of 0")
  func cap() throws {
    let function = CappedFunction(LogarithmExponential(1, 1), maximumSlope: 10)
    #expect(try function.checkedSlope(at: 0) == 10)
    #expect(try function.checkedSlope(at: -1) == 10)
    #expect(function.slope(at: 1) == LogarithmExponential(1, 1).slope(at: 1))
    let losses = stride(from: -0.5, through: 2, by: 0.01).map { function.value(at: $0) }
    #expect(zip(losses, losses.dropFirst()).allSatisfy { $0 < $1 })
    expectClose(function.value(at: 0.01) - function.value(at: 0), 0.1, relative: 1e-12)
    #expect(function.value(at: 2) == LogarithmExponential(1, 1).value(at: 2))
  }

  @Test("Outside its window a function goes on as a straight line")
  func window() throws {
    let function = WindowedFunction(LogarithmExponential(1, 1), window: 0.5...2)
    #expect(try function.checkedSlope(at: -3) == LogarithmExponential(1, 1).slope(at: 0.5))
    expectClose(
      function.value(at: 5) - function.value(at: 4), LogarithmExponential(1, 1).slope(at: 2), relative: 1e-14)
    #expect(function.curvature(at: 5) == 0 && function.curvature(at: 1) != 0)
  }

  @Test("Functions given as text agree with the built-in ones")
  func text() throws {
    let delta = try FormulaFunction("ln(exp(l) - 0.9)")
    let slope = try SlopeFunction(slope: "1/(1 - 0.9*exp(-l))", reference: 0.5)
    let exact = LogarithmExponential(1, 0.9)
    for loss in [0.01, 0.5, 2.3, 6] {
      expectClose(delta.value(at: loss), exact.value(at: loss), relative: 1e-13, absolute: 1e-14)
      expectClose(delta.slope(at: loss), exact.slope(at: loss), relative: 1e-13)
      expectClose(delta.curvature(at: loss), exact.curvature(at: loss), relative: 1e-11)
      expectClose(slope.slope(at: loss), exact.slope(at: loss), relative: 1e-14)
      expectClose(slope.curvature(at: loss), exact.curvature(at: loss), relative: 1e-12)
      expectClose(
        slope.value(at: loss), exact.value(at: loss) - exact.value(at: 0.5) + 0.5, relative: 1e-12,
        absolute: 1e-12)
    }
    #expect(throws: DeformationError.self) { try FormulaFunction("cos(l)").checkedSlope(at: 1) }
    #expect(throws: DeformationError.self) { try FormulaFunction("ln(l)").checkedSlope(at: -1) }
  }

  @Test("The printed form ln(exp(l - 0.9)) changes no slope")
  func misprint() throws {
    let printed = try FormulaFunction("ln(exp(l - 0.9))")
    for loss in [0.1, 1, 5] { expectClose(try printed.checkedSlope(at: loss), 1, relative: 1e-15) }
  }
}
