import Foundation
import ThalwegNetworks
public import ThalwegSurfaces
public import ThalwegSurveys

/// Where a survey's points lie: a centre and directions, or the corners of a patch, and what is known of them.
public struct SurveyGeometry: Sendable {
  /// A checkpoint in the coordinates of the survey.
  public struct Corner: Sendable, Equatable {
    /// `A`, `B`, `C` or `D`, in the order in which they were given.
    public let name: String
    /// Its coordinates, x first.
    public let coordinates: [Double]
  }

  /// How much principal components explain.
  public struct Explanation: Sendable, Equatable {
    /// From where they are taken.
    public let origin: PrincipalOrigin
    /// Number of checkpoints.
    public let count: Int
    /// The share of each direction, x first.
    public let shares: [Double]

    /// What the components of a random walk of as many states explain.
    public var randomWalkShares: [Double] {
      Array(PrincipalComponents.randomWalkShares(of: count, from: origin).prefix(shares.count))
    }
  }

  /// The point with coordinates zero.
  public let centre: ModelState
  /// The directions, x first; of a patch the edges that meet at its first corner. Those between checkpoints move
  /// running statistics as well.
  public let directions: [Displacement]
  /// Axes that show everything of interest.
  public let axes: [Axis]
  /// The checkpoints that lie on the survey's line, plane or patch.
  public let corners: [Corner]
  /// How the directions lie to each other; `nil` for one.
  public let pair: DirectionPair?
  /// What principal components explain; `nil` for other directions.
  public let explanation: Explanation?
  /// What the axes are called, x first.
  let labels: [String]
  /// The four corners of a bilinear patch; empty for others.
  let patch: [ModelState]
  /// Hashes of files that directions come from, by what the run's record calls them.
  let hashes: [String: String]

  /// A label without what stands in brackets, for drawings with little room.
  static func short(_ label: String) -> String {
    label.firstIndex(of: "(").map { label[..<$0].trimmingCharacters(in: .whitespaces) } ?? label
  }

  /// Whether running statistics have a value at every point.
  public var movesStatistics: Bool { !patch.isEmpty || directions.contains { $0.buffers != nil } }

  init(
    centre: ModelState, directions: [Displacement], axes: [Axis], labels: [String], corners: [Corner] = [],
    explanation: Explanation? = nil, patch: [ModelState] = [], hashes: [String: String] = [:]
  ) {
    self.centre = centre
    self.directions = directions
    self.axes = axes
    self.labels = labels
    self.corners = corners
    self.explanation = explanation
    self.patch = patch
    self.hashes = hashes
    pair = directions.count == 2 ? DirectionPair(directions[0], directions[1]) : nil
  }

  /// The points over `axes`, with running statistics that move only if the policy is that they do.
  func grid(_ axes: [Axis], _ policy: StatisticsPolicy) throws -> any PointGrid {
    let coordinates = axes.map(\.coordinates)
    guard patch.isEmpty else {
      return try BilinearGrid(corners: patch, movesBuffers: policy == .interpolated, coordinates: coordinates)
    }
    let directions =
      policy == .interpolated ? directions : directions.map { Displacement(parameters: $0.parameters) }
    return AffineGrid(centre: centre, directions: directions, coordinates: coordinates)
  }
}

extension SurveyGeometry {
  /// Makes the directions of a survey with `dimension` axes, 1 or 2.
  ///
  /// - Throws: ``SettingError``, `DirectionError`, and errors of other checkpoints and files.
  public init(_ settings: SurveyDirections, dimension: Int, isOrthogonalised: Bool = false, at subject: Subject) throws
  {
    switch settings {
    case .random(let family):
      let directions = try (0..<dimension).map { try family.direction($0, at: subject.state) }
      try self.init(around: subject, directions, isOrthogonalised: isOrthogonalised)
    case .stored(let paths, let normalisation):
      guard paths.count == dimension else {
        throw SettingError("direction-file", found: "\(paths.count) files", expected: "\(dimension)")
      }
      let files = try paths.map {
        try StoredDirection(
          path: $0, at: subject.state, network: subject.network.name, normalisation: normalisation)
      }
      try self.init(
        around: subject, files.map(\.displacement), isOrthogonalised: isOrthogonalised,
        hashes: Dictionary(uniqueKeysWithValues: zip(["direction x", "direction y"], files.map(\.hash))))
    case .through(let checkpoints):
      try self.init(through: checkpoints, dimension: dimension, from: subject)
    case .principal(let origin):
      try self.init(componentsFrom: origin, dimension: dimension, at: subject)
    }
  }

  private init(
    around subject: Subject, _ directions: [Displacement], isOrthogonalised: Bool, hashes: [String: String] = [:]
  ) throws {
    var directions = directions
    if isOrthogonalised && directions.count == 2 {
      directions[1] = try directions[1].orthogonalised(to: directions[0])
    }
    self.init(
      centre: subject.state, directions: directions,
      axes: directions.map { _ in Axis(lower: -1, upper: 1, count: Self.usualCount) },
      labels: directions.count == 1
        ? ["distance along the direction"] : ["first direction", "second direction"], hashes: hashes)
  }

  /// Points along the longer axis unless others are asked for.
  static let usualCount = 51
}
