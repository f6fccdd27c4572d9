public import ThalwegDatasets
import ThalwegStores
public import ThalwegSurveys

/// What is measured between checkpoints.
public struct PathSettings: Sendable, Equatable {
  /// The other checkpoints: one, or three whose bilinear patch with the first is measured as well.
  public var others: [String]
  /// Parts of the data on which losses are measured.
  public var splits: [DatasetSplit]
  /// The coordinates along each line; 0 is the first checkpoint and 1 the second.
  public var axis = Axis(lower: -0.5, upper: 1.5, count: 41)
  /// The coordinates along both edges of a patch.
  public var patchAxis = Axis(lower: -0.2, upper: 1.2, count: 29)
  /// Whose statistics batch normalisations use; `nil` estimates them anew at every point, if there are any.
  public var policy: StatisticsPolicy?
  /// How figures look.
  public var figures = FigureSettings()

  /// Losses up to which basins reach: the last is near that of guessing one of ten classes.
  public static let thresholds = [0.1, 0.5, 1, 2.3]

  /// Paths to other checkpoints.
  public init(to others: [String], splits: [DatasetSplit] = [.train, .test]) {
    self.others = others
    self.splits = splits
  }

  /// Checks what can be checked without files.
  ///
  /// - Throws: ``SettingError``.
  public func validate() throws(SettingError) {
    guard [1, 3].contains(others.count) else {
      throw SettingError("path", found: "\(others.count + 1) checkpoints", expected: "2 or 4")
    }
    for (name, axis) in [("x", axis), ("patch", patchAxis)] {
      let coordinates = axis.snapped
      guard coordinates.contains(0), coordinates.contains(1) else {
        throw SettingError(
          name, found: "\(axis.lower):\(axis.upper):\(axis.count), which leaves out 0 or 1",
          expected: "both checkpoints among the points, as in -0.5:1.5:41")
      }
    }
  }
}

extension Axis {
  /// The coordinates, with those that are 0 or 1 but for rounding set to it.
  var snapped: [Double] {
    coordinates.map { value in [0, 1].first { abs(value - $0) < 1e-9 * spacing } ?? value }
  }
}
