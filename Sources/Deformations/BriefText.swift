/// A number as people write it, `2` for `2.0`, that is read back to the same bits.
func brief(_ value: Double) -> String {
  let text = "\(value)"
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

/// The text of a call with one more argument.
func withOption(_ call: String, _ option: String) -> String {
  guard call.hasSuffix(")") else { return call }
  return call.dropLast() + (call.hasSuffix("()") ? "" : ", ") + option + ")"
}
