import ThalwegSurfaces
public import ThalwegSurveys

/// What the straight line between two checkpoints shows on one part of the data.
public struct PathFinding: Sendable, Equatable, Codable {
  /// A difference of losses between two places of a line. Both are means over the same examples, so that the error is
  /// that of the mean of the examples' differences; that a place was chosen because its loss is high is not in it.
  public struct Rise: Sendable, Equatable, Codable {
    /// Coordinate of the lower place.
    public let from: Double
    /// Coordinate of the higher place.
    public let to: Double
    /// How much higher.
    public let height: Double
    /// Standard error of the height, the examples being a sample; `nil` where both places are one.
    public let standardError: Double?
  }

  /// A basin around one of the checkpoints or the lowest point of the line.
  public struct NamedBasin: Sendable, Equatable, Codable {
    /// What it is around: a checkpoint's name or `minimum`.
    public let around: String
    /// The basin; its size is relative to the distance of the checkpoints.
    public let basin: LineProfile.Basin
    /// Its size in parameter space.
    public let absoluteWidth: Double
  }

  /// The checkpoints' names, such as `A` and `B`.
  public let names: [String]
  /// The part of the data: `train` or `test`.
  public let split: String
  /// Their Euclidean distance, over the parameters.
  public let distance: Double
  /// The loss at both; `nil` for a hole.
  public let losses: [Double?]
  /// Standard errors of the losses.
  public let standardErrors: [Double?]
  /// The height of the highest measured point between them above the higher of them; `nil` when one is a hole.
  public let barrier: Rise?
  /// The largest rise on the way down from the higher to the lower; of height 0 where the line is monotone.
  public let reversal: Rise?
  /// Number of holes between them.
  public let holeCount: Int
  /// The basins, for every threshold that the point lies below.
  public let basins: [NamedBasin]
  /// How differently both networks judge the examples; `nil` where one has diverged.
  public let functionalDistance: FunctionalDistance?

  /// Whether the measured losses never rise on the way down; `nil` when one end is a hole.
  public var isMonotone: Bool? { reversal.map { $0.height == 0 } }

  /// A few lines for people.
  public var lines: [String] {
    let (a, b) = (names[0], names[1])
    var lines = [
      "\(a) to \(b)       \(split) loss \(lossText(0)) at \(a), \(lossText(1)) at \(b); distance \(shortText(distance))"
    ]
    if let barrier {
      let place = barrier.height > 0 ? " at \(fixed(barrier.to, 3)), above \(barrier.from == 0 ? a : b)" : ""
      lines.append("  barrier    \(estimateText(barrier.height, barrier.standardError, 4))\(place)")
    }
    if let reversal {
      lines.append(
        reversal.height == 0
          ? "  monotone   yes, at the measured points"
          : "  monotone   \(isReversalBeyondError ? "no" : "within the errors"): rises by \(estimateText(reversal.height, reversal.standardError, 4)) from "
            + "\(fixed(reversal.from, 3)) to \(fixed(reversal.to, 3))")
    }
    if holeCount > 0 { lines.append("  holes      \(holeCount) points between them have no loss") }
    for named in basins {
      let basin = named.basin
      lines.append(
        "  basin      of \(named.around), loss ≤ \(shortText(basin.threshold)): "
          + "\(basin.isCutBelow ? "≤ " : "")\(fixed(basin.lower, 3)) to \(basin.isCutAbove ? "≥ " : "")"
          + "\(fixed(basin.upper, 3)), width \(fixed(basin.width, 3)) or \(shortText(named.absoluteWidth))")
    }
    if let functions = functionalDistance {
      func text(_ estimate: Estimate, _ factor: Double, _ decimals: Int) -> String {
        estimateText(factor * estimate.value, estimate.standardError.map { factor * $0 }, decimals)
      }
      lines.append(
        "  functions  mean |p − q|₂ \(text(functions.euclidean, 1, 4)), |p − q|₁ \(text(functions.absolute, 1, 4)); "
          + "\(text(functions.disagreement, 100, 2)) % are judged otherwise")
    }
    return lines
  }

  /// Whether the reversal is more than two standard errors high, or has none.
  private var isReversalBeyondError: Bool {
    guard let reversal, let error = reversal.standardError else { return true }
    return reversal.height > 2 * error
  }

  private func lossText(_ index: Int) -> String {
    losses[index].map { estimateText($0, standardErrors[index], 4) } ?? "none"
  }
}
