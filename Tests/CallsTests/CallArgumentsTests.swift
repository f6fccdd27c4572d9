import TestSupport
import Testing
import ThalwegCalls

@Suite("Calls as text")
struct CallArgumentsTests {
  private func call(_ text: String) throws -> CallArguments { try CallArguments(call: text, kind: .deformation) }

  @Test("arguments are taken by their labels, and those without one in order")
  func order() throws {
    var arguments = try call(" LE ( 9/10, e1: 2, cap: 1e-4 )")
    #expect(arguments.name == "LE")
    #expect(try arguments.positive("e1") == 2)
    #expect(try arguments.notNegative("e2") == 9.0 / 10)
    #expect(try arguments.optionalPositive("cap") == 1e-4)
    #expect(try arguments.optionalPositive("floor") == nil)
    try arguments.finish()
  }

  @Test("plain numbers keep their bits, and formulas without variables are numbers too")
  func numbers() throws {
    for number in [0.1, 1e-300, .leastNonzeroMagnitude, 123_456.789, 1.7976931348623157e308] {
      var arguments = try call("f(\(number))")
      #expect(try arguments.positive("x") == number)
    }
    var formula = try call("f(18/pi, -2^2)")
    #expect(try formula.positive("x") == 18 / Double.pi)
    #expect(try formula.number("y", in: ..<0, expected: "below 0") == -4)
  }

  @Test("more brackets than anybody writes are refused at once")
  func deepNesting() throws {
    #expect(throws: CallError.self) {
      try call(String(repeating: "f(", count: 100_000) + String(repeating: ")", count: 100_000))
    }
    #expect(try call(String(repeating: "f(", count: 100) + String(repeating: ")", count: 100)).name == "f")
  }

  @Test("commas, colons and brackets in quotes and inner calls separate nothing")
  func nesting() throws {
    var arguments = try call("f(g(1, a: 2), text: \"l, (x: 1\", rest: h(\"(\"))")
    #expect(arguments.takeUnlabelled() == "g(1, a: 2)")
    #expect(try arguments.text("text") == "l, (x: 1")
    #expect(arguments.takeLabelled("rest") == "h(\"(\")")
    #expect(arguments.takeUnlabelled() == nil)
    var short = try call("delta: \"ln(l)\"")
    #expect(try short.text("formula") == "ln(l)")
    #expect(try calls(in: "f(\"a|b\") | g(1)", between: "|", kind: .deformation) == ["f(\"a|b\")", "g(1)"])
  }

  @Test(
    "what cannot be used is said in one line",
    arguments: [
      ("f(inf)", "deformation f: “x” is “inf”, expected a number > 0"),
      ("f(x: nan)", "deformation f: “x” is “nan”, expected a number > 0"),
      ("f(1/0)", "deformation f: “x” is “1/0”, expected a number > 0"),
      ("f()", "deformation f needs “x”"), ("f(1, 2)", "deformation f has no use for “2”"),
      ("f(1, x: 2)", "deformation f has no use for “1”"),
    ])
  func refused(text: String, message: String) {
    let error = thrown(CallError.self) {
      var arguments = try call(text)
      _ = try arguments.positive("x")
      try arguments.finish()
    }
    #expect(error?.description == message)
  }

  @Test("a formula that cannot be read is named with its column")
  func formula() {
    let error = thrown(CallError.self) {
      var arguments = try call("f(2 +)")
      _ = try arguments.positive("x")
    }
    #expect(
      error?.description.hasPrefix("deformation f: formula “2 +”, column 4") == true, "\(String(describing: error))")
  }
}
