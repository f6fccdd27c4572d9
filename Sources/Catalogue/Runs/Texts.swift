import Foundation

/// A number with a fixed count of decimals; what is rounded to zero has no sign.
public func fixed(_ value: Double, _ decimals: Int) -> String {
  let text = String(format: "%.\(decimals)f", value)
  return text.hasPrefix("-") && !text.contains { ("1"..."9").contains($0) || $0.isLetter }
    ? String(text.dropFirst()) : text
}

/// A number with up to four significant digits, such as `-0.5` or `13.27`.
func shortText(_ value: Double) -> String {
  String(format: "%.4g", value)
}

/// A duration such as `42 s`, `3 min 20 s` or `2 h 5 min`.
public func durationText(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds < 1e9 else { return "very long" }
  if seconds < 9.95 { return fixed(seconds, 1) + " s" }
  let whole = Int(seconds.rounded())
  if whole < 60 { return "\(whole) s" }
  if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
  return "\(whole / 3600) h \(whole % 3600 / 60) min"
}

/// A size of memory, such as `120 MB`.
public func byteText(_ bytes: Int) -> String {
  bytes < 1_000_000_000 ? "\(max(1, bytes / 1_000_000)) MB" : fixed(Double(bytes) / 1e9, 1) + " GB"
}

/// `text` with spaces behind it, up to a width.
func leftAligned(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}

/// An estimate such as `0.3727 ± 0.0141`.
public func estimateText(_ value: Double, _ error: Double?, _ decimals: Int) -> String {
  // So many decimals say nothing of a number that large.
  guard abs(value) < 1e6 else { return uncertainText(value, error) }
  return fixed(value, decimals) + (error.map { " ± " + fixed($0, decimals) } ?? "")
}

/// Runs `body` and measures its duration.
func timed<Result>(_ body: () throws -> Result) rethrows -> (result: Result, seconds: Double) {
  let clock = ContinuousClock()
  let start = clock.now
  let result = try body()
  return (result, start.duration(to: clock.now) / .seconds(1))
}

/// Units a second, without the pauses.
struct RateMeter {
  private let clock = ContinuousClock()
  private var last = ContinuousClock().now
  private var units = 0.0
  private var seconds = 0.0

  /// Units a second; `nil` before anything was measured.
  var rate: Double? { seconds > 0 ? units / seconds : nil }

  /// Adds units that were done since the last call.
  mutating func add(_ count: Double) {
    let now = clock.now
    seconds += last.duration(to: now) / .seconds(1)
    units += count
    last = now
  }

  /// Leaves out the time since the last call.
  mutating func pause() { last = clock.now }
}

extension String {
  /// The text with spaces behind it to a width of `count`, and at least one.
  func padding(to count: Int) -> String { self + String(repeating: " ", count: Swift.max(1, count - self.count)) }
}
