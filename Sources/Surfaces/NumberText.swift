/// A number in an error's text. What is not a number has no sign.
package func numberText(_ value: Double) -> String { value.isNaN ? "NaN" : "\(value)" }
