import Foundation
import TestSupport
import Testing
import ThalwegExpressions
import ThalwegRandomness

@Suite("Formulas as text")
struct ExpressionTests {
  @Test(
    "Arithmetic follows the usual order",
    arguments: [
      ("1 + 2*3", 7.0), ("(1 + 2)*3", 9), ("2^3^2", 512), ("-2^2", -4), ("2^-1", 0.5), ("6/3/2", 1),
      ("1-2-3", -4),
      ("--3", 3), ("+4", 4), (".5e1", 5), ("2e-3", 0.002), ("e^1", 2.718281828459045),
      ("18/pi", 5.729577951308232),
      ("min(3, 2, 1) + max(1, 2)", 3), ("abs(-2)*sqrt(9)", 6), ("ln(e)", 1), ("expm1(0) + log1p(0)", 0),
      ("cos(0) + sin(0) + tanh(0) + arctan(0)", 1), ("0^0", 1), ("1/0", .infinity),
    ])
  func constants(text: String, value: Double) throws {
    #expect(try Expression.constant(text) == value)
  }

  @Test(
    "A text that is no formula is refused with one line and a column",
    arguments: [
      ("", "column 1: the text ends where a number, a name or “(” was expected"),
      ("1 +", "column 4: the text ends where a number, a name or “(” was expected"),
      ("(x", "column 3: the text ends where “)” was expected"),
      ("x x", "column 3: “x” where an operator or the end was expected"),
      ("2x", "column 2: “x” where an operator or the end was expected"),
      ("x + ]", "column 5: “]” where a number, a name or one of + - * / ^ ( ) was expected"),
      ("1.2.3", "column 1: “1.2.3” is not a finite number"),
      ("1e999", "column 1: “1e999” is not a finite number"),
      ("sin()", "column 5: “)” where a number, a name or “(” was expected"),
      ("sin(x, x)", "column 1: sin takes one argument, not 2"),
      ("x + min(1)", "column 5: min takes two or more arguments, not 1"),
      ("sin x", "column 5: “x” where “(” was expected"),
      (
        "1 + system(x)",
        "column 5: no variable, constant or function is called “system”; known are x, abs, "
          + "arctan, cos, e, exp, expm1, ln, log1p, max, min, pi, sin, sqrt, tanh"
      ),
    ])
  func faults(text: String, message: String) {
    let error = thrown(ExpressionError.self) { try Expression(text, variables: ["x"]) }
    #expect(error?.description == message)
  }

  @Test("A variable may not be named like a constant, a function or another variable, and needs a name")
  func variables() {
    for names in [["e"], ["sin"], ["x", "x"], [""], ["2x"], ["a b"]] {
      #expect(throws: ExpressionError.self) { try Expression("1", variables: names) }
    }
  }

  @Test("Brackets, signs and powers nested without end are refused, not followed")
  func nesting() {
    for piece in ["(", "-", "2^", "sin(", "1+("] {
      let text = String(repeating: piece, count: 100_000)
      let error = thrown(ExpressionError.self) { try Expression(text, variables: []) }
      guard case .tooDeep(_, limit: 200)? = error else {
        Issue.record("\(piece): \(String(describing: error))")
        continue
      }
    }
  }

  @Test("Random bytes are read or refused and never trap")
  func randomTexts() {
    let good = Array("0.5*x^2 - ln(1 + exp(-x*y))/max(x, 2) + arctan(x)^y".utf8)
    for index in 0..<2000 {
      let text = String(decoding: mutated(good, seed: 3, index: index), as: UTF8.self)
      guard let expression = try? Expression(text, variables: ["x", "y"]) else { continue }
      _ = expression.hessian(at: [0.3, -1])
    }
  }

  static let smooth = [
    "0.5*x^2 + x*y + y^3", "exp(x)*ln(2 + y^2)", "arctan(x*y)^2", "tanh(x - y)/(1 + x^2)",
    "sin(3*x)*cos(y) + sqrt(4 + x*y)", "log1p(x^2)*expm1(y/4)", "(2 + x^2)^(1 + y)", "(3 + sin(y))^-1.5",
    "abs(x)*max(y, -3) + min(x, 9)", "x^y", "y^4 - x^1 + x^0 + 1/x",
  ]

  @Test("Gradients and Hessians agree with central differences", arguments: smooth)
  func derivatives(text: String) throws {
    let expression = try Expression(text, variables: ["x", "y"])
    let point = [0.7, 0.4]
    // Central differences with h = 1e-5 err by about h² f‴/6 + ε f/h: below 1e-9 for these formulas.
    let h = 1e-5
    let (value, gradient) = expression.derivatives(at: point)
    #expect(value == expression.value(at: point))
    let hessian = expression.hessian(at: point)
    for i in 0..<2 {
      var (up, down) = (point, point)
      up[i] += h
      down[i] -= h
      expectClose(
        gradient[i], (expression.value(at: up) - expression.value(at: down)) / (2 * h), relative: 1e-8,
        absolute: 1e-9)
      let (above, below) = (
        expression.derivatives(at: up).gradient, expression.derivatives(at: down).gradient
      )
      for j in 0..<2 {
        expectClose(hessian[i][j], (above[j] - below[j]) / (2 * h), relative: 1e-8, absolute: 1e-8)
        expectClose(hessian[i][j], hessian[j][i], relative: 1e-14, absolute: 1e-14)
      }
    }
  }

  @Test("Powers are differentiated at zero and at negative bases")
  func powersAtZero() throws {
    let square = try Expression("x^2 + x^1", variables: ["x"])
    #expect(square.derivatives(at: [0]).gradient == [1])
    #expect(square.hessian(at: [0]) == [[2]])
    let cube = try Expression("x^3", variables: ["x"])
    #expect(cube.derivatives(at: [-2]).gradient == [12])
    #expect(cube.hessian(at: [-2]) == [[-12]])
    let root = try Expression("0*sqrt(x) + x^2.5", variables: ["x"])
    #expect(root.derivatives(at: [4]).gradient == [20])
  }

  @Test("At a kink, abs has slope zero and min and max follow their first argument")
  func kinks() throws {
    let expression = try Expression("abs(x) + min(2*x, 3*x) + max(5*x, 7*x)", variables: ["x"])
    #expect(expression.derivatives(at: [0]).gradient == [7])
  }

  @Test("A formula of two variables gives far more than a hundred thousand gradients a second")
  func speed() throws {
    let expression = try Expression(
      "(0.2*(0.01*(x+0.5)^2 + 1.32*arctan(0.5*x-2)^2) - 0.5232)*(2*arctan(10*(y+5))^2 - 5.232)",
      variables: ["x", "y"])
    let clock = ContinuousClock()
    var total = 0.0
    let count = 20_000
    let duration = clock.measure {
      for i in 0..<count { total += expression.derivatives(at: [Double(i) * 1e-4, 0.5]).gradient[0] }
    }
    #expect(total.isFinite)
    let rate = Double(count) / (duration / .seconds(1))
    // Unoptimised builds and busy machines are an order slower.
    #expect(rate > 2_000, "\(rate) gradients a second")
  }
}
