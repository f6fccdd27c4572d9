/// What became of the inputs of one reader.
struct Tally {
  let reader: String
  var accepted = 0
  var refused = 0
  var untidy = 0
  var crashed: [Int] = []
  var hung: [Int] = []
  var large = 0
  /// The input with the most memory beyond the bound, or close to it.
  var largest: (index: Int, bytes: Int, inputBytes: Int) = (0, 0, 0)
  var slowestSeconds = 0.0
  var firstUntidy: Int?
  var firstLarge: Int?

  static let head = "reader          accepted  refused  untidy  crash  hang  large  slowest   most memory"

  var isClean: Bool { crashed.isEmpty && hung.isEmpty && untidy == 0 && large == 0 }

  /// A row, and a line for each kind of defect with the number of an input that shows it.
  var lines: [String] {
    func cell(_ value: Int, _ width: Int) -> String {
      String(repeating: " ", count: max(1, width - "\(value)".count)) + "\(value)"
    }
    let name = reader + String(repeating: " ", count: max(1, 14 - reader.count))
    let time = "\(Int((slowestSeconds * 1000).rounded())) ms"
    var lines = [
      name + cell(accepted, 10) + cell(refused, 9) + cell(untidy, 8) + cell(crashed.count, 7) + cell(hung.count, 6)
        + cell(large, 7) + "  " + time + String(repeating: " ", count: max(1, 9 - time.count))
        + "\(largest.bytes / 1024) KiB for \(largest.inputBytes) bytes"
    ]
    if !crashed.isEmpty {
      lines.append("  crashes at inputs \(crashed.prefix(10).map(String.init).joined(separator: ", "))")
    }
    if !hung.isEmpty { lines.append("  hangs at inputs \(hung.prefix(10).map(String.init).joined(separator: ", "))") }
    if let firstUntidy { lines.append("  an error of several lines at input \(firstUntidy)") }
    if let firstLarge { lines.append("  memory beyond the bound at input \(firstLarge)") }
    return lines
  }
}
