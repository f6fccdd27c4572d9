import Testing
import ThalwegStores

@Suite("JSON values")
struct JSONValueTests {
  @Test("a value has one text, with sorted keys and numbers of fewest digits")
  func canonicalText() {
    let value: JSONValue = ["b": [1.0, 0.1, -0.0, 1e300], "a": [:], "c": ["\"\\\n\u{1}é", true, nil]]
    #expect(
      value.canonicalText
        == #"{"a":{},"b":[1,0.1,-0.0,1e+300],"c":["\"\\\n\u0001é",true,null]}"#)
    #expect(JSONValue.number(.nan).canonicalText == "null")
    #expect(JSONValue.number(-.infinity).canonicalText == "null")
  }

  @Test(
    "text reads back to an equal value and to the same text",
    arguments: [
      "0", "-1", "9223372036854775807", "18446744073709551615", "9007199254740993", "5e-324",
      "1.7976931348623157e+308", "true", "null", #""\u0001 \" é 🏔""#, "[]", "{}",
      #"{"a":[1,[2,{"b":null}]],"c":0.30000000000000004}"#,
    ])
  func roundTrip(text: String) throws {
    let value = try JSONValue(parsing: text)
    #expect(value.canonicalText == text)
    #expect(try JSONValue(parsing: value.indentedText) == value)
    #expect(try JSONValue(encoding: value) == value)
  }

  @Test("numbers compare by value")
  func equality() {
    #expect(JSONValue.integer(2) == .number(2))
    #expect(JSONValue.integer(2).hashValue == JSONValue.number(2).hashValue)
    #expect(JSONValue.integer(2) != .number(2.0.nextUp))
    #expect(JSONValue.integer(2) != .string("2"))
  }

  @Test("text that is not JSON, and values that JSON cannot hold, are refused")
  func refusals() {
    for text in ["", "nul", "[1", "NaN", "{\"a\"}"] {
      expectStoreError { _ = try JSONValue(parsing: text) }
    }
    expectStoreError { _ = try JSONValue(encoding: ["a": Double.nan]) }
    expectStoreError { _ = try JSONValue.string("a").decoded(as: [Int].self) }
  }

  @Test("differences are listed by sorted path, with both texts or the absence")
  func differences() {
    let found: JSONValue = ["a": 1, "b": ["x": [1, 2], "y": 1], "only": true]
    let expected: JSONValue = ["a": 1.0, "b": ["x": [1, 3], "y": [1]], "other": nil]
    #expect(
      found.differences(from: expected).map(\.description) == [
        "b.x[1] is 2, expected 3", "b.y is 1, expected [1]", "only is true, expected absent",
        "other is absent, expected null",
      ])
    #expect(found.differences(from: found).isEmpty)
  }
}
