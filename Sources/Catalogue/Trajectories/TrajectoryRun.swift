import ThalwegDatasets
import ThalwegFiles
import ThalwegNetworks
import ThalwegStores
import ThalwegSurfaces
public import ThalwegSurveys

/// The checkpoints of a training run on the plane of their first two principal components, with the loss over the plane,
/// which keep themselves in a folder.
///
/// What a plane shows of a path is only as good as the plane: beside each checkpoint's own loss stands the plane's loss at the
/// place to which it projects, beside it its distance from the plane, and beside the components' shares those of a random
/// walk.
///
/// The plane is that of the checkpoints of epochs, which lie at equal distances in time. Checkpoints of other times, and a
/// mean of points, are projected to it as well.
public struct TrajectoryRun {
  /// The run's last checkpoint.
  public let subject: Subject
  /// How the plane is laid and measured.
  public let settings: TrajectorySettings
  /// Whose statistics batch normalisations use.
  public let policy: StatisticsPolicy
  /// The points of the plane.
  public let axes: [Axis]
  private let series: CheckpointSeries
  private let stops: [CheckpointSeries.Stop]
  private let components: PrincipalComponents
  private let explanation: SurveyGeometry.Explanation
  private let origin: ModelState
  private let directions: [Displacement]
  /// For each checkpoint its coordinates on the plane, its distance from there, and its distance from the origin.
  private let places: [(coordinates: [Double], offPlane: Double, distance: Double)]

  /// Points along the longer side of the plane unless others are asked for.
  static let usualCount = 31

  /// Reads the checkpoints and finds the plane.
  ///
  /// - Throws: ``SettingError``, `DirectionError`, and errors of checkpoints.
  public init(_ subject: Subject, _ settings: TrajectorySettings) throws {
    let hasStatistics = subject.network.space.bufferCount > 0
    policy = settings.policy ?? (hasStatistics ? .interpolated : .running)
    try subject.check([policy], movesStatistics: true)
    let series = try CheckpointSeries(of: subject, least: 3, readsOthers: true)
    self.series = series
    stops = series.stops
    let components = try series.components(from: settings.origin)
    self.components = components
    let offPlane = components.distances(fromFirst: 2)
    let (origin, directions) = try components.frame(dimension: 2, state: series.state)
    places = try series.stops.map { stop in
      guard let index = stop.index else {
        return PrincipalComponents.place(of: try series.state(of: stop), from: origin, along: directions)
      }
      return (Array(components.scores[index].prefix(2)), offPlane[index], components.distances[index])
    }
    (self.origin, self.directions) = (origin, directions)
    explanation = SurveyGeometry.Explanation(
      origin: settings.origin, count: series.epochs.count, shares: Array(components.shares.prefix(2)))
    let usual = SurveyGeometry.axes(
      around: places.map(\.coordinates), count: Self.usualCount)
    axes = [settings.xAxis ?? usual[0], settings.yAxis ?? usual[1]]
    self.subject = subject
    self.settings = settings
  }

  /// Works in the folder at `path`, or goes on with what is there.
  ///
  /// - Returns: What was found; `nil` if the observer ended the run.
  /// - Throws: ``OtherRun`` where the folder holds another run, and errors of the evaluation.
  public func run(
    in path: String, commandLine: [String] = [], observer: any RunObserver
  ) throws -> TrajectoryResult? {
    let folder = try RunFolder.openOrMake(path, try description(commandLine: commandLine))
    defer { folder.close() }
    plan.forEach(observer.say)
    guard let result = try measure(in: folder, observer) else { return nil }
    try folder.facts.set([
      "explained": explanation.json, "batchNorm": .string(policy.text(for: subject)),
      "examples": .integer(Int128(subject.exampleCount)),
    ])
    try folder.surface(named: "loss").exportCSV(to: path + "/plane.csv")
    try folder.surface(named: "loss").exportJSON(to: path + "/plane.json")
    try atomicWrite(path + "/trajectory.csv", result.csv)
    try atomicWrite(path + "/trajectory.json", result.json.indentedText + "\n")
    try TrajectoryFigures(result: result, caption: caption, look: settings.figures)
      .write(to: folder)
    try RunReport(
      of: folder, title: "The way of \(subject.network.name) on its principal plane",
      reading:
        "The checkpoints of a run, projected to the plane of their two first principal components. A random walk "
        + "explains much of itself by two components as well: the shares are shown beside its shares. Off the plane the "
        + "true loss may differ: it is drawn beside the plane's.", findings: result.text, plan: plan
    ).write(to: folder)
    try folder.finish()
    return result
  }

  /// What will be measured, for people.
  public var plan: [String] {
    let (x, y) = (axes[0], axes[1])
    let others = series.others.isEmpty ? "" : ", the plane by the \(series.epochs.count) of epochs"
    return ["checkpoints  \(stops.count) of \(subject.settings.checkpoint)\(others)"] + subject.linesOfData + [
      "batch norm   \(policy.text(for: subject))",
      "plane        \(x.count) × \(y.count) points from (\(shortText(x.lower)), \(shortText(y.lower))) to "
        + "(\(shortText(x.upper)), \(shortText(y.upper)))",
    ]
  }

  private var caption: String {
    "\(subject.network.name), \(subject.examplesText); \(explanation.caption); \(policy.text(for: subject))."
  }

  private func measure(in folder: RunFolder, _ observer: any RunObserver) throws -> TrajectoryResult? {
    let moving =
      policy == .interpolated ? directions : directions.map { Displacement(parameters: $0.parameters) }
    let numbers = SurfaceAxis(name: "checkpoint", coordinates: stops.indices.map(Double.init))
    let own = try folder.surface(named: "checkpoints", axes: [numbers])
    var work = GridMeasurement(
      subject: subject, policy: policy, grid: CheckpointGrid(centre: subject.state, series: series, stops: stops),
      title: "checkpoints")
    work.forecast = nil
    work.extra = { [places] index in
      let place = places[index]
      return [
        "x": place.coordinates[0], "y": place.coordinates[1], "offPlane": place.offPlane, "distance": place.distance,
      ]
    }
    guard try work.run(into: own, observer: observer).outcome == .finished else { return nil }

    let projected = try folder.surface(named: "projections", axes: [numbers])
    work = GridMeasurement(
      subject: subject, policy: policy,
      grid: ProjectionGrid(centre: origin, directions: moving, places: places.map(\.coordinates)),
      title: "projections")
    work.forecast = nil
    guard try work.run(into: projected, observer: observer).outcome == .finished else { return nil }

    let plane = try folder.surface(named: "loss", axes: SurveySettings.storedAxes(axes))
    work = GridMeasurement(
      subject: subject, policy: policy,
      grid: AffineGrid(centre: origin, directions: moving, coordinates: axes.map(\.coordinates)), title: "plane")
    guard try work.run(into: plane, observer: observer).outcome == .finished else { return nil }

    let (owns, projections) = (try own.allPoints(), try projected.allPoints())
    return TrajectoryResult(
      axes: axes, points: try plane.allPoints(),
      places: stops.indices.map { index in
        TrajectoryResult.Place(
          checkpoint: stops[index].name, epoch: stops[index].time, coordinates: places[index].coordinates,
          offPlane: places[index].offPlane, distance: places[index].distance, own: owns[index],
          projected: projections[index])
      }, explanation: explanation, shares: components.shares)
  }

  private func description(commandLine: [String]) throws -> RunDescription {
    var options = subject.options([policy])
    options["axes"] = .array(try axes.map { axis throws(StoreError) in try JSONValue(encoding: axis) })
    options["origin"] = .string(settings.origin.rawValue)
    var hashes = ["checkpoints": series.hash, "data": subject.dataset.fingerprint]
    hashes.merge(try subject.statisticsHashes([policy])) { own, _ in own }
    return RunDescription(
      kind: "trajectory", options: .object(options), hashes: hashes,
      settings: ["threads": .integer(Int128(subject.settings.threadCount))], commandLine: commandLine,
      versions: Machine.versions, machine: Machine.description)
  }
}
