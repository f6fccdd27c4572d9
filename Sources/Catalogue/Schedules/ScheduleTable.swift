public import ThalwegFigures
public import ThalwegStores
public import ThalwegTraining

/// The rates of a schedule over a run of a given length.
///
/// ```swift
/// let horizon = Horizon(epochCount: 10, iterationsPerEpoch: 100)
/// let table = try ScheduleTable(CosineSchedule(0.1), over: horizon)
/// print(table.peak.step, table.rates[0])
/// ```
public struct ScheduleTable: Sendable {
  /// The schedule.
  public let schedule: any Schedule
  /// The length of the run.
  public let horizon: Horizon
  /// The rate of every step.
  public let rates: [Double]

  /// The rates of `schedule`.
  ///
  /// - Throws: ``SettingError`` for the first rate that no step can be made with.
  public init(_ schedule: any Schedule, over horizon: Horizon) throws(SettingError) {
    self.schedule = schedule
    self.horizon = horizon
    rates = (0..<horizon.iterationCount).map { schedule.rate(at: $0, in: horizon) }
    if let step = rates.firstIndex(where: { !($0 >= 0) || !$0.isFinite }) {
      throw SettingError("schedule", found: "the rate \(rates[step]) in step \(step)", expected: "numbers ≥ 0")
    }
  }

  /// The first step with the largest rate.
  public var peak: (step: Int, rate: Double) { schedule.peak(in: horizon) }

  /// Number of epochs.
  public var epochCount: Int { horizon.iterationCount / horizon.iterationsPerEpoch }

  /// The rate of the first step of `epoch`, counted from 0.
  public func rate(ofEpoch epoch: Int) -> Double { rates[epoch * horizon.iterationsPerEpoch] }

  /// The rates at the milestones and of each epoch's first and last step.
  public var json: JSONValue {
    let peak = peak
    return [
      "schedule": .string(schedule.description), "epochs": .integer(Int128(epochCount)),
      "stepsPerEpoch": .integer(Int128(horizon.iterationsPerEpoch)), "start": .number(rates[0]),
      "end": .number(rates[rates.count - 1]),
      "peak": ["step": .integer(Int128(peak.step)), "rate": .number(peak.rate)],
      "perEpoch": .array(
        (0..<epochCount).map { epoch in
          [
            "epoch": .integer(Int128(epoch)), "first": .number(rate(ofEpoch: epoch)),
            "last": .number(rates[(epoch + 1) * horizon.iterationsPerEpoch - 1]),
          ]
        }),
    ]
  }

  /// The milestones of several schedules of one length, in columns; and each epoch's first rate.
  public static func lines(_ tables: [ScheduleTable]) -> [String] {
    guard let first = tables.first else { return [] }
    let isOne = tables.count == 1
    var lines = tables.enumerated().map { index, table in
      (isOne ? "schedule     " : "schedule \(index + 1)".padding(to: 13)) + "\(table.schedule)"
    }
    lines.append(
      "steps        \(first.epochCount) epochs of \(first.horizon.iterationsPerEpoch) steps")
    func line(_ name: String, _ cells: [String]) {
      lines.append(name.padding(to: 13) + cells.map { $0.padding(to: 28) }.joined().trimmedRight)
    }
    func row(_ name: String, _ cell: (ScheduleTable) -> String) { line(name, tables.map(cell)) }
    if !isOne { line("", tables.indices.map { "schedule \($0 + 1)" }) }
    row("start") { significant($0.rates[0], 8) }
    row("peak") { "\(significant($0.peak.rate, 8)) in step \($0.peak.step)" }
    row("end") { significant($0.rates[$0.rates.count - 1], 8) }
    for epoch in 0..<first.epochCount { row("epoch \(epoch)") { significant($0.rate(ofEpoch: epoch), 8) } }
    return lines
  }

  /// The rates of several schedules over the epochs, in one figure.
  public static func figure(_ tables: [ScheduleTable], isLogarithmic: Bool = false) -> LineFigure {
    let lines = tables.map { table in
      // More points than a page can show are passed over.
      let stride = max(1, table.rates.count / 4000)
      let steps = table.rates.indices.filter { $0 % stride == 0 || $0 == table.rates.count - 1 }
      return LineSeries(
        name: table.schedule.description, xs: steps.map { Double($0) / Double(table.horizon.iterationsPerEpoch) },
        values: steps.map { table.rates[$0] })
    }
    return LineFigure(
      series: lines, xLabel: "epoch",
      left: ValueAxis(label: "learning rate", spacing: isLogarithmic ? .logarithmic : .linear))
  }
}

extension String {
  /// The text without spaces at its end.
  fileprivate var trimmedRight: String {
    var text = self[...]
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
