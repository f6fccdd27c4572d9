public import ThalwegStores
public import ThalwegSurveys

/// The points of a survey.
public struct SurveyResult: Sendable {
  /// The grid.
  public let settings: SurveySettings
  /// Whose statistics batch normalisations used.
  public let policy: StatisticsPolicy
  /// Where the points lie.
  public let geometry: SurveyGeometry
  /// All points, x fastest.
  public let points: [SurfacePoint]
  /// How the survey ended.
  public let ending: RunEnding
  /// Examples a second when points were last measured; `nil` before.
  public let imagesPerSecond: Double?

  /// The losses, x fastest; `nil` where a point has diverged or is pending.
  public var losses: [Double?] { points.losses }

  /// Number of points without a usable loss.
  public var divergedCount: Int { points.count { $0.state == .diverged } }

  /// How rough the losses are over the grid.
  public var roughness: Roughness { Roughness(values: losses, counts: settings.axes.map(\.count)) }

  /// What names of files end with, where there are several policies.
  public var fileSuffix: String { settings.policies.count == 1 ? "" : "-\(policy.key)" }

  /// What names of facts end with.
  var factSuffix: String { settings.policies.count == 1 ? "" : " \(policy.key)" }

  /// A few lines for people.
  public var lines: [String] {
    let measured = points.filter { $0.state == .measured }
    var lines = settings.policies.count == 1 ? [] : ["statistics   \(policy.title)"]
    let least = measured.min { ($0.loss ?? 0) < ($1.loss ?? 0) }
    let most = measured.max { ($0.loss ?? 0) < ($1.loss ?? 0) }
    if let least, let most {
      lines.append("loss         from \(text(of: least)) to \(text(of: most)), in nats")
    }
    let interpolated = points.filter { $0.state == .interpolated }
    let pending = points.count { $0.state == .pending }
    lines.append(
      "points       \(measured.count) measured, "
        + (interpolated.isEmpty ? "" : "\(interpolated.count) interpolated, ") + "\(divergedCount) diverged"
        + (pending > 0 ? ", \(pending) not measured" : ""))
    let relative = interpolated.compactMap { point in point.margin.map { $0 / abs(point.loss ?? .nan) } }.sorted()
    if let largest = relative.last {
      lines.append(
        "             interpolated: within \(fixed(100 * relative[relative.count / 2], 1)) % of the loss at half of them, "
          + "\(fixed(100 * largest, 1)) % at all (95 %)")
    }
    if let advice = points.varianceAdvice { lines.append("             \(advice)") }
    if interpolated.isEmpty, roughness.tripleCount > 0 {
      lines.append("roughness    \(fixed(roughness.value, 6)) of the range bends forth and back")
    }
    if let rate = imagesPerSecond { lines.append("rate         \(fixed(rate, 0)) images/s") }
    return lines
  }

  private func text(of point: SurfacePoint) -> String {
    let (column, row) = (point.position % settings.axes[0].count, point.position / settings.axes[0].count)
    let place =
      settings.axes.count == 1
      ? fixed(settings.axes[0][column], 3)
      : "(\(fixed(settings.axes[0][column], 3)), \(fixed(settings.axes[1][row], 3)))"
    return "\(estimateText(point.loss ?? 0, point.standardError, 4)) at \(place)"
  }
}
