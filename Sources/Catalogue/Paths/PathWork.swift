import ThalwegDatasets
import ThalwegNetworks
import ThalwegStores
import ThalwegSurfaces
import ThalwegSurveys

/// The measurements of a path run on one part of the data.
struct PathWork {
  let run: PathRun
  let subject: Subject
  let folder: RunFolder
  let observer: any RunObserver

  private var split: String { subject.settings.split.rawValue }

  /// Measures the line between checkpoints `i` and `j`, or reads what is known; `nil` if the observer ended it.
  func line(_ i: Int, _ j: Int) throws -> PathResult.Line? {
    let (first, second) = (run.states[i], run.states[j])
    let direction = try Displacement(from: first, to: second, moving: .states)
    let coordinates = run.settings.axis.snapped
    let grid = AffineGrid(
      centre: first,
      directions: [run.policy == .interpolated ? direction : Displacement(parameters: direction.parameters)],
      coordinates: [coordinates])
    let name = "\(PathRun.names[i])–\(PathRun.names[j])"
    let store = try folder.surface(
      named: "\(name) \(split)", axes: [SurfaceAxis(name: "alpha", coordinates: coordinates)])
    guard try measure(grid, into: store, name) else { return nil }
    let points = try store.allPoints()
    let key = "\(name) \(split)"
    if let known = try folder.facts.value(key) {
      return PathResult.Line(finding: try known.decoded(), points: points)
    }
    let finding = try finding(
      names: [PathRun.names[i], PathRun.names[j]], states: [first, second], distance: direction.parameters.norm(),
      grid: grid, points: points)
    try store.exportCSV(to: folder.path + "/\(PathRun.names[i])-\(PathRun.names[j])-\(split).csv")
    try folder.facts.set(key, to: try JSONValue(encoding: finding))
    return PathResult.Line(finding: finding, points: points)
  }

  /// Measures the bilinear patch of the four checkpoints; `nil` if the observer ended it.
  func patch() throws -> PathResult.Patch? {
    let coordinates = run.settings.patchAxis.snapped
    let grid = try BilinearGrid(
      corners: run.states, movesBuffers: run.policy == .interpolated, coordinates: [coordinates, coordinates])
    let store = try folder.surface(
      named: "patch \(split)",
      axes: ["beta", "alpha"].map { SurfaceAxis(name: $0, coordinates: coordinates) })
    guard try measure(grid, into: store, "patch") else { return nil }
    let points = try store.allPoints()
    try store.exportCSV(to: folder.path + "/patch-\(split).csv")
    let inside = points.indices.filter { grid.coordinates(of: $0).allSatisfy { (0...1).contains($0) } }
    let corners = inside.filter { grid.coordinates(of: $0).allSatisfy { $0 == 0 || $0 == 1 } }
    let losses = points.losses
    let ends = corners.compactMap { losses[$0] }
    let barrier = ends.count == 4 ? (inside.compactMap { losses[$0] }.max() ?? 0) - (ends.max() ?? 0) : nil
    if let barrier { try folder.facts.set("patch barrier \(split)", to: .number(barrier)) }
    return PathResult.Patch(split: split, points: points, barrier: barrier)
  }

  private func measure(_ grid: any PointGrid, into store: SurfaceStore, _ name: String) throws -> Bool {
    var work = GridMeasurement(
      subject: subject, policy: run.policy, grid: grid, title: "\(name) \(split)")
    work.forecast = nil
    return try work.run(into: store, observer: observer).outcome == .finished
  }

  // MARK: - What the points show

  private func finding(
    names: [String], states: [ModelState], distance: Double, grid: AffineGrid, points: [SurfacePoint]
  ) throws -> PathFinding {
    guard let profile = LineProfile(coordinates: grid.coordinates[0], losses: points.losses) else {
      preconditionFailure("the settings were checked to hold 0 and 1")
    }
    let evaluator = try PolicyEvaluator(run.policy, of: subject)
    var scratch = grid.centre
    func examples(_ index: Int) throws -> [Double] {
      grid.write(index, to: &scratch)
      return try evaluator.evaluate(scratch).losses
    }
    func rise(_ rise: LineProfile.Rise?) throws -> PathFinding.Rise? {
      guard let rise else { return nil }
      var error: Double?
      if rise.from != rise.to {
        let differences = zip(try examples(rise.to), try examples(rise.from)).map { $0 - $1 }
        error = differences.isEmpty ? nil : Estimate(meanOf: differences).standardError
      }
      return PathFinding.Rise(
        from: profile.coordinates[rise.from], to: profile.coordinates[rise.to], height: rise.height,
        standardError: error)
    }
    let logits = try states.map { try evaluator.logits(at: $0) }
    let ends = [profile.first, profile.second]
    return PathFinding(
      names: names, split: split, distance: distance, losses: ends.map { profile.losses[$0] },
      standardErrors: ends.map { points[$0].standardError }, barrier: try rise(profile.barrier),
      reversal: try rise(profile.largestReversal), holeCount: profile.holeCount,
      basins: basins(of: profile, names, distance),
      functionalDistance: zip(logits.first ?? nil, logits.last ?? nil).flatMap {
        FunctionalDistance(logits: $0, $1, classCount: subject.network.classCount)
      })
  }

  private func basins(
    of profile: LineProfile, _ names: [String], _ distance: Double
  ) -> [PathFinding.NamedBasin] {
    let lowest = profile.losses.indices.filter { profile.losses[$0] != nil }
      .min { (profile.losses[$0] ?? 0) < (profile.losses[$1] ?? 0) }
    return PathSettings.thresholds.flatMap { threshold in
      // Around the lowest point only where that is in neither checkpoint's basin.
      var found: [PathFinding.NamedBasin] = []
      for (name, index) in zip(names + ["minimum"], [profile.first, profile.second] + (lowest.map { [$0] } ?? [])) {
        guard let basin = profile.basin(around: index, threshold: threshold) else { continue }
        if let same = found.firstIndex(where: { $0.basin == basin }) {
          guard name != "minimum" else { continue }
          found[same] = PathFinding.NamedBasin(
            around: "\(found[same].around) and \(name)", basin: basin, absoluteWidth: basin.width * distance)
        } else {
          found.append(
            PathFinding.NamedBasin(around: name, basin: basin, absoluteWidth: basin.width * distance))
        }
      }
      return found
    }
  }
}

/// Both values, or `nil`.
private func zip<First, Second>(_ first: First?, _ second: Second?) -> (First, Second)? {
  guard let first, let second else { return nil }
  return (first, second)
}
