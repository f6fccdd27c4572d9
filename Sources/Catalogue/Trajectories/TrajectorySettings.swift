public import ThalwegSurveys

/// How the checkpoints of a run are looked at together.
public struct TrajectorySettings: Sendable, Equatable {
  /// From where the principal components are taken.
  public var origin = PrincipalOrigin.mean
  /// The coordinates along the first component; `nil` for room around all checkpoints.
  public var xAxis: Axis?
  /// The coordinates along the second component; `nil` for room around all checkpoints.
  public var yAxis: Axis?
  /// Whose statistics batch normalisations use; `nil` interpolates running statistics, if there are any.
  public var policy: StatisticsPolicy?
  /// How figures look.
  public var figures = FigureSettings()

  /// The usual settings.
  public init() {}
}
