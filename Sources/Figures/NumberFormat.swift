import Foundation

/// Numbers as they are set in a figure: with a true minus sign and no needless digits.
package enum NumberFormat {
  /// `value` with as many decimals as tell it from its neighbours at distance `step`.
  package static func text(_ value: Double, step: Double) -> String {
    let size = max(abs(value), step)
    guard size > 0 else { return "0" }
    // Many digits on a narrow range are easier to read and shorter without a power of ten.
    let isNarrow = (1e-2..<1e5).contains(size) && step / size < 0.99e-3
    if !isNarrow && (size >= 1e5 || step < 0.99e-4) {
      return value == 0 ? "0" : scientific(value, step: step)
    }
    return fixed(value, decimals: decimals(for: step))
  }

  /// The shortest of the usual spellings for a single number, to three significant digits.
  package static func text(_ value: Double) -> String {
    guard value != 0 else { return "0" }
    let exponent = Int(floor(log10(abs(value))))
    if exponent < -3 || exponent > 4 { return scientific(value, step: pow(10, Double(exponent - 2))) }
    return trimmed(fixed(value, decimals: max(0, 2 - exponent)))
  }

  /// A power of ten such as “10⁻³”, or with a factor “3×10⁻³”.
  package static func power(_ value: Double) -> String {
    scientific(value, step: abs(value) / 10)
  }

  /// The number of decimals after which `step` has no further digit, at most 15, as many as numbers have.
  package static func decimals(for step: Double) -> Int {
    var scaled = abs(step)
    var count = 0
    while count < 15, abs(scaled - scaled.rounded()) > 1e-6 * scaled || scaled.rounded() == 0 {
      scaled *= 10
      count += 1
    }
    return count
  }

  private static func scientific(_ value: Double, step: Double) -> String {
    var exponent = Int(floor(log10(abs(value))))
    let magnitude = pow(10, Double(exponent))
    let digits = decimals(for: step / magnitude)
    var mantissa = trimmed(fixed(value / magnitude, decimals: digits))
    if mantissa == "10" || mantissa == "−10" {  // Rounding may carry into the next power.
      mantissa = value < 0 ? "−1" : "1"
      exponent += 1
    }
    let power = "10" + superscript(exponent)
    switch mantissa {
    case "1": return power
    case "−1": return "−" + power
    default: return mantissa + "×" + power
    }
  }

  private static func fixed(_ value: Double, decimals: Int) -> String {
    let text = String(format: "%.\(decimals)f", value)
    guard text.hasPrefix("-") else { return text }
    let digits = text.dropFirst()
    return digits.allSatisfy { $0 == "0" || $0 == "." } ? String(digits) : "−" + digits
  }

  private static func trimmed(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var digits = Substring(text)
    while digits.hasSuffix("0") { digits = digits.dropLast() }
    if digits.hasSuffix(".") { digits = digits.dropLast() }
    return String(digits)
  }

  private static func superscript(_ exponent: Int) -> String {
    let raised: [Character: Character] = [
      "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸",
      "9": "⁹",
    ]
    return String(String(exponent).map { raised[$0] ?? $0 })
  }
}
