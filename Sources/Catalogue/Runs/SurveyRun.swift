import ThalwegDatasets
import ThalwegFigures
import ThalwegNetworks
import ThalwegNeuralSurfaces
import ThalwegStores
import ThalwegSurfaces
import ThalwegSurveys

/// The survey of a surface, which keeps itself in a folder: points, facts, figures, tables.
///
/// Points are stored block by block, so a survey that was killed does what is left and ends with the same
/// content as one that ran through. Several policies of statistics are measured one after another, each a series of
/// its own.
public struct SurveyRun {
  /// What is surveyed.
  public let subject: Subject
  /// The grid.
  public let settings: SurveySettings
  /// Where its points lie.
  public let geometry: SurveyGeometry

  /// Makes the directions.
  ///
  /// - Throws: ``SettingError``, `DirectionError`, and errors of other checkpoints.
  public init(_ subject: Subject, _ settings: SurveySettings) throws {
    try self.init(
      subject, settings,
      SurveyGeometry(
        settings.directions, dimension: settings.axes.count, isOrthogonalised: settings.isOrthogonalised, at: subject))
  }

  /// A survey in a geometry that was made before, of the same settings.
  ///
  /// - Throws: ``SettingError``.
  public init(_ subject: Subject, _ settings: SurveySettings, _ geometry: SurveyGeometry) throws {
    var settings = settings
    if settings.policies.isEmpty {
      let moves = geometry.movesStatistics && subject.network.space.bufferCount > 0
      let isOpen = subject.settings.policy == .running
      settings.policies = [moves && isOpen ? .interpolated : StatisticsPolicy(subject.settings.policy)]
    }
    try subject.check(settings.policies, movesStatistics: geometry.movesStatistics)
    if settings.curvature != nil {
      guard settings.policies.count == 1 else {
        throw SettingError("curvature", found: "\(settings.policies.count) policies of --batch-norm", expected: "one")
      }
      guard settings.policies[0].evaluation == subject.settings.policy else {
        throw SettingError("curvature", found: settings.policies[0].key, expected: "the policy of the checkpoint")
      }
    }
    if settings.budget != nil {
      guard settings.policies.count == 1 else {
        throw SettingError("budget", found: "\(settings.policies.count) policies of --batch-norm", expected: "one")
      }
      if case .batch = settings.policies[0], subject.network.space.bufferCount > 0 {
        throw SettingError(
          "budget", found: "--batch-norm \(settings.policies[0].key)",
          expected: "a policy under which an example's loss does not depend on the others")
      }
      guard settings.curvature == nil else {
        throw SettingError("budget", found: "--curvature", expected: "losses alone")
      }
    }
    self.subject = subject
    self.settings = settings
    self.geometry = geometry
  }

  /// Surveys into the folder at `path`, or goes on with what is there.
  ///
  /// - Parameters:
  ///   - path: The folder; it need not exist.
  ///   - commandLine: The command line, for the record.
  ///   - saysPlan: Whether the observer is told plan and forecast.
  ///   - observer: Hears how it goes, and may end the survey.
  /// - Returns: A result for each policy.
  /// - Throws: ``OtherRun`` where the folder holds another survey, and errors of the evaluation.
  public func run(
    in path: String, commandLine: [String] = [], saysPlan: Bool = true, observer: any RunObserver
  ) throws -> [SurveyResult] {
    let folder = try RunFolder.openOrMake(path, try description(commandLine: commandLine))
    defer { folder.close() }
    if saysPlan { plan.forEach(observer.say) }
    let stores = try settings.policies.map {
      try folder.surface(named: storeName($0), axes: settings.storedAxes)
    }
    try folder.facts.set(facts)
    let pending = try stores.reduce(0) { try $0 + $1.pendingPoints().count }
    if pending < stores.count * settings.pointCount {
      let spent = settings.budget.map { _ in "an earlier budget is spent here already; another --out starts anew" }
      observer.say(
        pending == 0 ? spent ?? "all points are measured" : "going on: \(pending) points are left")
    }
    let ending = pending == 0 ? .finished : try measure(into: stores, of: folder, saysPlan, observer)
    let rate = try folder.facts.value("imagesPerSecond", as: .circumstance)?.doubleValue
    let results = try zip(settings.policies, stores).map { policy, store in
      SurveyResult(
        settings: settings, policy: policy, geometry: geometry, points: try store.allPoints(), ending: ending,
        imagesPerSecond: rate)
    }
    guard ending == .finished else { return results }
    for (result, store) in zip(results, stores) {
      try folder.facts.set([
        "pointsDiverged" + result.factSuffix: .integer(Int128(result.divergedCount)),
        "roughness" + result.factSuffix: try JSONValue(encoding: result.roughness),
      ])
      try store.exportCSV(to: path + "/\(settings.kind)\(result.fileSuffix).csv")
      try store.exportJSON(to: path + "/\(settings.kind)\(result.fileSuffix).json")
    }
    try draw(results, in: folder)
    try RunReport(
      of: folder, title: reportTitle, reading: reading, findings: results.flatMap(\.lines), plan: plan,
      tables: [layerTable]
    ).write(to: folder)
    try folder.finish()
    return results
  }

  /// Draws the figures, and keeps what they say, so that they can be drawn again without the checkpoint.
  private func draw(_ results: [SurveyResult], in folder: RunFolder) throws {
    try folder.facts.set(
      DrawnSurface.logarithmKey, to: settings.isLogarithmic.map { .bool($0) } ?? .null, as: .circumstance)
    let surfaces = try results.map { result throws in
      let surface = DrawnSurface(result, caption: caption(result.policy))
      try surface.keep(in: folder)
      return surface
    }
    let look = FigureSettings(formats: settings.formats, isLogarithmic: settings.isLogarithmic)
    for drawing in DrawingsTogether.figures(of: surfaces, look) {
      try drawing.figure.write(to: folder, named: drawing.name, formats: settings.formats)
    }
  }

  private func storeName(_ policy: StatisticsPolicy) -> String {
    settings.policies.count == 1 ? "loss" : DrawnSurface.policyPrefix + policy.key
  }

  private func measure(
    into stores: [SurfaceStore], of folder: RunFolder, _ saysPlan: Bool, _ observer: any RunObserver
  ) throws -> RunEnding {
    var (count, seconds) = (0, 0.0)
    var ending = RunEnding.finished
    if let budget = settings.budget, let store = stores.first {
      return try measure(within: budget, into: store, of: folder, saysPlan, observer)
    }
    for (policy, store) in zip(settings.policies, stores) {
      var work = GridMeasurement(
        subject: subject, policy: policy, grid: try geometry.grid(settings.axes, policy), title: settings.kind)
      if stores.count > 1 {
        work.title += " (\(policy.key))"
        work.forecast = "forecast     \(policy.key):"
      }
      if !saysPlan { work.forecast = nil }
      work.curvature = settings.curvature
      work.samplingError = samplingError
      let account = try work.run(into: store, observer: observer)
      count += account.count
      seconds += account.seconds
      guard account.outcome == .finished else {
        ending = .interrupted
        break
      }
    }
    var circumstances: [String: JSONValue] = ["threads": .integer(Int128(subject.settings.threadCount))]
    if seconds > 0 {
      circumstances["imagesPerSecond"] = .number(Double(count) * Double(subject.exampleCount) / seconds)
    }
    circumstances["peakMemoryBytes"] = Machine.peakMemoryBytes.map { .integer(Int128($0)) }
    try folder.facts.set(circumstances, as: .circumstance)
    return ending
  }

  /// For what standard errors stand: the whole split, of which the examples are some, or its population.
  private var samplingError: SamplingError {
    settings.target == .population ? .population : .dataSet(count: subject.splitCount)
  }

  private func measure(
    within budget: SurveyBudget, into store: SurfaceStore, of folder: RunFolder, _ saysPlan: Bool,
    _ observer: any RunObserver
  ) throws -> RunEnding {
    let work = BudgetedMeasurement(
      subject: subject, policy: settings.policies[0], grid: try geometry.grid(settings.axes, settings.policies[0]),
      landmarks: [settings.axes.map { _ in 0 }] + geometry.corners.map(\.coordinates), samplingError: samplingError,
      start: budget.start, seconds: budget.seconds, title: settings.kind,
      saysPlan: saysPlan)
    let account = try work.run(into: store, observer: observer)
    try folder.facts.set(
      [
        "budgetSeconds": .number(budget.seconds), "examplesInUse": .integer(Int128(account.exampleCount)),
        "threads": .integer(Int128(subject.settings.threadCount)),
        "peakMemoryBytes": Machine.peakMemoryBytes.map { .integer(Int128($0)) } ?? .null,
      ], as: .circumstance)
    return account.outcome == .finished ? .finished : .interrupted
  }

  private func description(commandLine: [String]) throws -> RunDescription {
    var hashes = ["checkpoint": subject.checkpointHash, "data": subject.dataset.fingerprint]
    hashes.merge(geometry.hashes) { own, _ in own }
    hashes.merge(try subject.statisticsHashes(settings.policies)) { own, _ in own }
    var seeds: [String: UInt64] = [:]
    if case .random(let family) = settings.directions { seeds["directions"] = family.seed }
    return RunDescription(
      kind: settings.kind, options: try settings.options(of: subject), seeds: seeds, hashes: hashes,
      settings: [
        "threads": .integer(Int128(subject.settings.threadCount)),
        "checkpoint": .string(subject.checkpointPath),
      ], commandLine: commandLine, versions: Machine.versions, machine: Machine.description)
  }
}

extension Subject {
  /// Hashes of the training examples that policies estimate statistics from, for a run's identity.
  func statisticsHashes(_ policies: [StatisticsPolicy]) throws -> [String: String] {
    var hashes: [String: String] = [:]
    for case .reEstimated(let count) in policies where network.space.bufferCount > 0 {
      hashes["statistics of \(count) examples"] = try statisticsSample(count: count).fingerprint
    }
    return hashes
  }
}
