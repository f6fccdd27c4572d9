import Foundation
import ThalwegSpectra
import ThalwegSurfaces

/// A number with six significant digits, in the shorter of both notations.
func significant(_ value: Double, _ digits: Int = 6) -> String {
  value.isFinite ? String(format: "%.\(digits)g", value) : numberText(value)
}

/// An estimate with as many decimals as its error justifies, as in `12.3456 ± 0.0012`; numbers that would be long are
/// written with their exponents or, where the error is far below, with eight digits.
func uncertainText(_ value: Double, _ error: Double?) -> String {
  guard let error, error > 0, error.isFinite, value.isFinite else {
    return significant(value) + (error == 0 ? " ± 0" : "")
  }
  // Two digits of the error.
  let decimals = 1 - Int(log10(error).rounded(.down))
  let digits = decimals + (value == 0 ? 0 : Int(log10(abs(value)).rounded(.down)) + 1)
  if digits > 8 { return "\(significant(value, 8)) ± \(significant(error, 1))" }
  guard (0...6).contains(decimals) else {
    return "\(String(format: "%.\(max(1, digits - 1))e", value)) ± \(String(format: "%.1e", error))"
  }
  return String(format: "%.\(decimals)f ± %.\(decimals)f", value, error)
}

/// A mean over draws with its standard error.
func uncertainText(_ mean: DrawMean) -> String { uncertainText(mean.value, mean.standardError) }

/// `text` with spaces before it, up to a width.
func rightAligned(_ text: String, _ width: Int) -> String {
  String(repeating: " ", count: max(0, width - text.count)) + text
}

/// Seconds of something short, such as `3.2 ms`.
func secondsText(_ seconds: Double) -> String {
  switch seconds {
  case ..<1e-3: significant(seconds * 1e6, 3) + " µs"
  case ..<1: significant(seconds * 1e3, 3) + " ms"
  default: durationText(seconds)
  }
}
