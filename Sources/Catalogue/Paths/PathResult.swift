public import ThalwegStores
import ThalwegSurveys

/// What was measured between checkpoints.
public struct PathResult: Sendable {
  /// The points of a line on one part of the data.
  public struct Line: Sendable {
    /// What they show.
    public let finding: PathFinding
    /// The points in the order of the coordinates.
    public let points: [SurfacePoint]
  }

  /// The points of the bilinear patch on one part of the data.
  public struct Patch: Sendable {
    /// The part of the data.
    public let split: String
    /// The points, x fastest.
    public let points: [SurfacePoint]
    /// The highest loss within the unit square less the highest of the corners; `nil` when a corner is a hole.
    public let barrier: Double?
  }

  /// The coordinates of the lines.
  public let coordinates: [Double]
  /// The coordinates of the patches, the same along both edges.
  public let patchCoordinates: [Double]
  /// For each part of the data the lines between all pairs of checkpoints.
  public let lines: [Line]
  /// For each part of the data the patch of four checkpoints.
  public let patches: [Patch]

  /// What was found, for people.
  public var text: [String] {
    lines.flatMap(\.finding.lines)
      + patches.map { patch in
        "patch        \(patch.split) loss rises by \(patch.barrier.map { fixed($0, 4) } ?? "an unknown height") above "
          + "the highest corner"
      }
  }

  /// All findings as JSON.
  public func json() throws -> JSONValue {
    [
      "lines": .array(try lines.map { try JSONValue(encoding: $0.finding) }),
      "patches": .array(
        patches.map { ["split": .string($0.split), "barrier": $0.barrier.map { .number($0) } ?? .null] }),
    ]
  }
}
