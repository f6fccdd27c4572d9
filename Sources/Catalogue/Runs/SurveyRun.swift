import ThalwegDatasets
import ThalwegFigures
import ThalwegNetworks
import ThalwegNeuralSurfaces
import ThalwegStores
public import ThalwegSurfaces
public import ThalwegSurveys

/// The survey of a surface, which keeps itself in a folder: points, facts, figures, tables.
///
/// Points are stored block by block, so a survey that was killed does what is left and ends with the same
/// content as one that ran through.
public struct SurveyRun {
  /// What is surveyed.
  public let subject: Subject
  /// The grid.
  public let settings: SurveySettings
  /// The directions, x first.
  public let directions: [Displacement]
  /// How the directions lie to each other; `nil` for a slice.
  public let pair: DirectionPair?
  /// Hashes of files that directions come from, by what the run's record calls them.
  private let directionHashes: [String: String]

  /// Makes the directions.
  ///
  /// - Throws: ``SettingError``, `DirectionError`, and errors of a second checkpoint.
  public init(_ subject: Subject, _ settings: SurveySettings) throws {
    self.subject = subject
    self.settings = settings
    switch settings.directions {
    case .random(let family):
      directions = try settings.axes.indices.map { try family.direction($0, at: subject.state) }
      directionHashes = [:]
    case .towards(let checkpoint):
      guard settings.axes.count == 1 else {
        throw SettingError("to", found: "two axes", expected: "one: there is a line between two checkpoints")
      }
      let other = try subject.state(of: checkpoint)
      directions = [try Displacement(from: subject.state, to: other.state, moving: .states)]
      directionHashes = ["target": other.hash]
    case .stored(let paths, let normalisation):
      guard paths.count == settings.axes.count else {
        throw SettingError("direction-file", found: "\(paths.count) files", expected: "\(settings.axes.count)")
      }
      let files = try paths.map {
        try StoredDirection(
          path: $0, at: subject.state, network: subject.network.name, normalisation: normalisation)
      }
      directions = files.map(\.displacement)
      directionHashes = Dictionary(uniqueKeysWithValues: zip(["direction x", "direction y"], files.map(\.hash)))
    }
    pair = directions.count == 2 ? DirectionPair(directions[0], directions[1]) : nil
  }

  /// Surveys into the folder at `path`, or goes on with what is there.
  ///
  /// - Parameters:
  ///   - path: The folder; it need not exist.
  ///   - commandLine: The command line, for the record.
  ///   - saysPlan: Whether the observer is told plan and forecast.
  ///   - observer: Hears how it goes, and may end the survey.
  /// - Throws: ``OtherRun`` where the folder holds another survey, and errors of the evaluation.
  public func run(
    in path: String, commandLine: [String] = [], saysPlan: Bool = true, observer: any RunObserver
  ) throws -> SurveyResult {
    let folder = try RunFolder.openOrMake(path, try description(commandLine: commandLine))
    defer { folder.close() }
    if saysPlan { plan.forEach(observer.say) }
    let store = try folder.surface(named: "loss", axes: settings.storedAxes)
    try folder.facts.set(facts)
    let pending = try store.pendingPoints()
    if pending.count < settings.pointCount {
      observer.say(
        pending.isEmpty ? "all points are measured" : "going on: \(pending.count) points are left")
    }
    var outcome = SurveyOutcome.finished
    if !pending.isEmpty { outcome = try measure(pending, into: store, of: folder, saysPlan, observer) }
    let result = SurveyResult(
      settings: settings, points: try store.allPoints(),
      ending: outcome == .finished ? .finished : .interrupted,
      imagesPerSecond: try folder.facts.value("imagesPerSecond", as: .circumstance)?.doubleValue)
    guard result.ending == .finished else { return result }
    try folder.facts.set([
      "pointsDiverged": .integer(Int128(result.divergedCount)),
      "roughness": try JSONValue(encoding: result.roughness),
    ])
    try store.exportCSV(to: path + "/\(settings.kind).csv")
    try store.exportJSON(to: path + "/\(settings.kind).json")
    try draw(result, in: folder)
    try folder.finish()
    return result
  }

  /// Draws the figures, and keeps what they say, so that they can be drawn again without the checkpoint.
  private func draw(_ result: SurveyResult, in folder: RunFolder) throws {
    try folder.facts.set(
      [
        DrawnSurface.captionKey: .string(caption),
        DrawnSurface.logarithmKey: settings.isLogarithmic.map { .bool($0) } ?? .null,
      ], as: .circumstance)
    let look = FigureSettings(formats: settings.formats, isLogarithmic: settings.isLogarithmic)
    for drawing in DrawnSurface(result, caption: caption).figures(look) {
      try drawing.figure.write(to: folder, named: drawing.name, formats: settings.formats)
    }
  }

  private func measure(
    _ pending: [Int], into store: SurfaceStore, of folder: RunFolder, _ saysPlan: Bool,
    _ observer: any RunObserver
  ) throws -> SurveyOutcome {
    let evaluator = try subject.surface().makeEvaluator()
    // The first evaluation compiles; the second tells the time of a point.
    _ = try evaluator.evaluate(at: subject.state)
    var secondsPerPoint = try timed { try evaluator.evaluate(at: subject.state) }.seconds
    let curvature = try PointCurvature(settings.curvature, of: subject)
    if let curvature { secondsPerPoint += try timed { try curvature.measure(at: subject.state) }.seconds }
    let memory = Machine.memoryBytes.map { ", memory about \(byteText($0))" } ?? ""
    if saysPlan {
      observer.say(
        "forecast     about \(durationText(secondsPerPoint * Double(pending.count))) for \(pending.count) "
          + "points, by the time of one\(memory)")
    }
    let count = settings.pointCount
    let survey = SurfaceSurvey(
      centre: subject.state, directions: directions, axes: settings.axes, order: .coarseToFine,
      blockSize: max(1, min(64, Int(1 / max(secondsPerPoint, 1e-6)))))
    var scratch = subject.state
    var meter = RateMeter()
    var done = count - pending.count
    var blockStart = ContinuousClock().now
    let started = blockStart
    let outcome = try survey.run(
      pending: pending, with: evaluator, isCancelled: { observer.isCancelled },
      report: { block in
        let now = ContinuousClock().now
        // A survey counts its first axis fastest and the store its last: the stored axes are reversed.
        try store.write(
          block.map { result in
            guard let curvature, result.loss != nil else { return SurfacePoint(result) }
            survey.grid.write(result.index, to: &scratch)
            return SurfacePoint(result, extra: try curvature.measure(at: scratch))
          }, seconds: blockStart.duration(to: now) / .seconds(1))
        blockStart = now
        done += block.count
        meter.add(Double(block.count))
        observer.report(
          RunProgress(
            title: settings.kind, done: Double(done), total: Double(count), unit: "points", rate: meter.rate))
      })
    let seconds = started.duration(to: ContinuousClock().now) / .seconds(1)
    let measured = Double(pending.count - (try store.pendingPoints().count))
    var circumstances: [String: JSONValue] = [
      "imagesPerSecond": .number(measured * Double(subject.exampleCount) / seconds),
      "threads": .integer(Int128(subject.settings.threadCount)),
    ]
    circumstances["peakMemoryBytes"] = Machine.peakMemoryBytes.map { .integer(Int128($0)) }
    try folder.facts.set(circumstances, as: .circumstance)
    return outcome
  }

  private func description(commandLine: [String]) throws -> RunDescription {
    let own = ["checkpoint": subject.checkpointHash, "data": subject.dataset.fingerprint]
    let hashes = own.merging(directionHashes) { own, _ in own }
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

extension SurfacePoint {
  /// The stored form of a survey's point.
  fileprivate init(_ result: PointResult, extra: [String: Double] = [:]) {
    if let loss = result.loss {
      self = .measured(
        result.index, loss: loss, standardError: result.standardError, correctCount: result.correctCount,
        exampleCount: result.exampleCount, extra: extra)
    } else {
      self = .diverged(result.index)
    }
  }
}
