import Foundation

/// One line of the table, and one object of `latest.json`.
struct Row: Codable {
  var workload: String
  var network: String
  var precision: String
  var threads: Int
  /// Images that went through, all passes of a step counted as one.
  var images_per_second: Double
  /// Operations of direct convolution and dense layers, two for a multiply-add, per second.
  var gflops: Double
  var peak_gflops: Double
  /// oneDNN's own matrix product, one of the two candidates for the peak.
  var product_gflops: Double
  /// The plain multiply-add loop, the other.
  var loop_gflops: Double
  var fraction_of_peak: Double
  /// Cores that other processes kept busy during the measurement.
  var foreign_cores: Double
  /// Whether foreign load may have spoiled the row, after all repetitions.
  var is_disturbed: Bool
  var repetitions: Int
  /// Allocations per step, by anyone but oneDNN and by oneDNN; absent where not counted.
  var allocations_per_step: Double?
  var library_allocations_per_step: Double?
  /// Share of the time spent outside products; absent where it makes no sense.
  var share_outside: Double?
  /// What a deformed training step costs in plain steps timed beside it, and what it should cost at most.
  var cost_in_plain_steps: Double?
  var largest_cost: Double?
  var machine: String
  var versions: [String: String]
}

/// Lines of peak memory, each measured in a process of its own.
struct MemoryRow: Codable {
  var workload: String
  var network: String
  var peak_megabytes: Double
}

enum Table {
  static func header() -> String {
    pad("workload", 34) + pad("network", 10) + pad("precision", 10) + left("images/s", 10) + left("GFLOP/s", 10)
      + left("peak", 8) + left("fraction", 10) + "  remarks"
  }

  static func line(_ row: Row) -> String {
    var remarks: [String] = []
    if let own = row.allocations_per_step, let library = row.library_allocations_per_step {
      remarks.append(String(format: "%.1f allocations a step, %.0f by oneDNN", own, library))
    }
    if let share = row.share_outside { remarks.append(String(format: "%.1f %% outside products", 100 * share)) }
    if let cost = row.cost_in_plain_steps, let limit = row.largest_cost {
      let verdict = cost <= limit ? "at most" : "ABOVE"
      remarks.append(String(format: "%.3f plain steps, \(verdict) %.2f", cost, limit))
    }
    if row.is_disturbed { remarks.append(String(format: "DISTURBED: %.2f cores used by others", row.foreign_cores)) }
    return pad(row.workload, 34) + pad(row.network, 10) + pad(row.precision, 10)
      + left(String(format: "%.0f", row.images_per_second), 10) + left(String(format: "%.1f", row.gflops), 10)
      + left(String(format: "%.0f", row.peak_gflops), 8) + left(String(format: "%.3f", row.fraction_of_peak), 10)
      + "  " + remarks.joined(separator: "; ")
  }

  private static func pad(_ text: String, _ width: Int) -> String {
    text.padding(toLength: max(width, text.count + 1), withPad: " ", startingAt: 0)
  }

  private static func left(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(1, width - text.count)) + text
  }
}
