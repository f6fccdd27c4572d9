import ThalwegSpectra
public import ThalwegStores

/// What an estimate came to, with all that belongs to it.
public struct TraceOutcome: Sendable {
  /// What was looked at.
  public let subject: CurvatureSubject
  /// How.
  public let settings: TraceSettings
  /// Trace and Frobenius norm.
  public let result: TraceResult
  /// The diagonal in numbers, if asked for.
  public let diagonal: DiagonalSummary?
  /// The diagonal's file in the folder.
  public let diagonalFile: String?
  /// The pacGen metric, if asked for.
  public let metric: MetricResult?
  /// The loss at the checkpoint, in nats.
  public let loss: Double?
  /// The gradient's length there.
  public let gradientNorm: Double?
  /// Seconds of a product on average.
  public let secondsPerProduct: Double?

  /// A few lines for people.
  public var lines: [String] {
    let frobenius = result.frobeniusNorm
    let n = Double(subject.dimension)
    var lines = [
      "trace        \(uncertainText(result.trace.value, result.trace.standardError)), by \(result.trace.products) products",
      "             mean eigenvalue "
        + uncertainText(result.trace.value / n, result.trace.standardError.map { $0 / n }),
      "Frobenius    \(uncertainText(frobenius.value, frobenius.standardError)), by "
        + "\(result.squaredFrobeniusNorm.products) of these products",
    ]
    if let diagonal {
      let error = diagonal.typicalError.map { ", each ± \(significant($0, 2)) (root mean square)" } ?? ""
      lines.append(
        "diagonal     from \(significant(diagonal.smallest, 4)) to \(significant(diagonal.largest, 4))\(error)")
      lines.append("             \(fixed(100 * diagonal.negativeShare, 1)) % of the entries are below zero")
    }
    if let metric {
      let error = metric.largestError.map { " ± at most \(significant($0, 3)) by the diagonal's errors" } ?? ""
      lines.append("pacGen       \(significant(metric.value, 8))\(error)")
      lines.append(
        "             μ = \(significant(metric.relativeRadius)), ν = \(significant(metric.absoluteRadius)), "
          + "ε = \(significant(metric.lipschitzConstant, 4))\(lipschitzText(metric))")
    }
    if let loss, let gradientNorm {
      lines.append("point        loss \(significant(loss)) nats, gradient of length \(significant(gradientNorm))")
    }
    if let secondsPerProduct { lines.append("rate         \(secondsText(secondsPerProduct)) a product") }
    return lines + ["             ±: one standard error over the probes"]
  }

  private func lipschitzText(_ metric: MetricResult) -> String {
    guard let least = metric.ratios.min(), let length = metric.displacement else { return ", as given" }
    return ", the largest of \(metric.ratios.count) ratios from \(significant(least, 3)) on at distance "
      + "\(significant(length, 3)): a lower bound"
  }

  /// All of it as JSON.
  public var json: JSONValue {
    get throws(StoreError) {
      var fields = subject.json
      let frobenius = result.frobeniusNorm
      fields["method"] = .string(settings.method.rawValue)
      fields["trace"] = try JSONValue(encoding: result.trace)
      fields["squaredFrobeniusNorm"] = try JSONValue(encoding: result.squaredFrobeniusNorm)
      fields["frobeniusNorm"] = [
        "value": .number(frobenius.value), "standardError": frobenius.standardError.map { .number($0) } ?? .null,
      ]
      if let diagonal { fields["diagonal"] = try JSONValue(encoding: diagonal) }
      if let diagonalFile { fields["diagonalFile"] = .string(diagonalFile) }
      if let metric { fields["pacGen"] = try JSONValue(encoding: metric) }
      fields["loss"] = loss.map { .number($0) } ?? .null
      fields["gradientNorm"] = gradientNorm.map { .number($0) } ?? .null
      fields["secondsPerProduct"] = secondsPerProduct.map { .number($0) } ?? .null
      return .object(fields)
    }
  }
}
