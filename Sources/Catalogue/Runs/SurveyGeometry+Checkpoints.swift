import ThalwegSurfaces
import ThalwegSurveys

extension SurveyGeometry {
  /// The line, the plane or the bilinear patch from the subject's checkpoint to one, two or three others.
  init(through checkpoints: [String], dimension: Int, from subject: Subject) throws {
    let allowed = dimension == 1 ? "1 checkpoint beside the first" : "2 or 3 checkpoints beside the first"
    guard dimension == 1 ? checkpoints.count == 1 : (2...3).contains(checkpoints.count) else {
      throw SettingError("through", found: "\(checkpoints.count)", expected: allowed)
    }
    let others = try checkpoints.map { try subject.state(of: $0) }
    let names = others.count == 1 ? ["target"] : ["corner B", "corner C", "corner D"]
    let hashes = Dictionary(uniqueKeysWithValues: zip(names, others.map(\.hash)))
    let states = [subject.state] + others.map(\.state)
    switch states.count {
    case 2: try self.init(line: states, hashes)
    case 3: try self.init(plane: states, hashes)
    default: try self.init(patch: states, hashes)
    }
  }

  private init(line states: [ModelState], _ hashes: [String: String]) throws {
    self.init(
      centre: states[0], directions: [try Displacement(from: states[0], to: states[1], moving: .states)],
      axes: [Axis(lower: -0.5, upper: 1.5, count: 41)],
      labels: ["from the first checkpoint (0) to the second (1)"],
      corners: [Corner(name: "A", coordinates: [0]), Corner(name: "B", coordinates: [1])], hashes: hashes)
  }

  private init(plane states: [ModelState], _ hashes: [String: String]) throws {
    let plane = try CheckpointPlane(through: states[0], states[1], states[2])
    self.init(
      centre: plane.origin, directions: plane.directions, axes: Self.axes(around: plane.corners),
      labels: ["distance from A towards B", "distance from the line A B towards C"],
      corners: zip(["A", "B", "C"], plane.corners).map { Corner(name: $0, coordinates: $1) }, hashes: hashes)
  }

  private init(patch states: [ModelState], _ hashes: [String: String]) throws {
    let edges = try states[1...2].map { try Displacement(from: states[0], to: $0, moving: .states) }
    let axis = Axis(lower: -Self.margin, upper: 1 + Self.margin, count: Self.usualCount)
    self.init(
      centre: states[0], directions: edges, axes: [axis, axis], labels: ["from A to B, C to D", "from A to C, B to D"],
      corners: zip(["A", "B", "C", "D"], [[0, 0], [1, 0], [0, 1], [1, 1]]).map {
        Corner(name: $0, coordinates: $1)
      }, patch: states, hashes: hashes)
  }

  /// The plane, or line, of the first principal components of the run's checkpoints, through the subject's own.
  init(componentsFrom origin: PrincipalOrigin, dimension: Int, at subject: Subject) throws {
    let series = try CheckpointSeries(of: subject, least: dimension + 1)
    let components = try series.components(from: origin)
    let frame = try components.frame(dimension: dimension, state: series.state)
    // Seen from the subject's checkpoint instead of the origin.
    let shift = PrincipalComponents.place(of: subject.state, from: frame.origin, along: frame.directions).coordinates
    let places = components.scores.map { scores in zip(scores, shift).map { $0 - $1 } }
    self.init(
      centre: subject.state, directions: frame.directions, axes: Self.axes(around: places + [shift.map { _ in 0 }]),
      labels: Self.componentLabels(components.shares, dimension: dimension),
      explanation: Explanation(
        origin: origin, count: series.epochs.count, shares: Array(components.shares.prefix(dimension))),
      hashes: ["checkpoints": series.hash])
  }

  /// What axes along principal components are called.
  static func componentLabels(_ shares: [Double], dimension: Int) -> [String] {
    zip(["first", "second"], shares).prefix(dimension).map { name, share in
      "\(name) principal component (\(fixed(100 * share, 1)) %)"
    }
  }

  /// Room around the points of interest, as a part of their extent.
  static let margin = 0.2

  /// Axes around places, with equal spacing, and sides that differ by a factor of 2 at most: more a figure could not show
  /// without distorting distances.
  static func axes(around places: [[Double]], count: Int = usualCount) -> [Axis] {
    let dimension = places.first?.count ?? 0
    var ranges = (0..<dimension).map { axis in
      let values = places.map { $0[axis] }
      return (lower: values.min() ?? 0, upper: values.max() ?? 0)
    }
    let extent = ranges.map { $0.upper - $0.lower }.max() ?? 0
    let longest = (extent > 0 ? extent : 1) * (1 + 2 * margin)
    let counts = ranges.indices.map { axis in
      let range = ranges[axis]
      let length = max(range.upper - range.lower + 2 * margin * (extent > 0 ? extent : 1), longest / 2)
      let middle = (range.lower + range.upper) / 2
      ranges[axis] = (middle - length / 2, middle + length / 2)
      return max(2, Int((Double(count - 1) * length / longest).rounded()) + 1)
    }
    return zip(ranges, counts).map { Axis(lower: $0.lower, upper: $0.upper, count: $1) }
  }
}
