import ThalwegDatasets
import ThalwegFiles
import ThalwegNetworks
import ThalwegStores
import ThalwegSurfaces
import ThalwegSurveys

/// The losses along straight lines between checkpoints, and over the bilinear patch of four, which keep themselves in a
/// folder.
///
/// Points are stored block by block and what they show line by line: a run that was ended goes on with what is missing.
public struct PathRun {
  /// The first checkpoint, on each part of the data.
  public let subjects: [Subject]
  /// What is wanted.
  public let settings: PathSettings
  /// Whose statistics batch normalisations use.
  public let policy: StatisticsPolicy
  let states: [ModelState]
  private let hashes: [String: String]

  /// Reads the checkpoints and refuses what does not go together.
  ///
  /// - Parameters:
  ///   - subject: The first checkpoint; its part of the data is replaced by those of `settings`.
  ///   - settings: What is wanted.
  /// - Throws: ``SettingError``, `DirectionError`, and errors of checkpoints and data.
  public init(_ subject: SubjectSettings, _ settings: PathSettings) throws {
    try settings.validate()
    subjects = try settings.splits.map { split in
      var part = subject
      part.split = split
      return try Subject(part)
    }
    let first = subjects[0]
    let hasStatistics = first.network.space.bufferCount > 0
    let usual = StatisticsPolicy.reEstimated(exampleCount: StatisticsPolicy.usualExampleCount)
    policy = try settings.policy ?? (hasStatistics ? first.cutToData([usual])[0] : .running)
    for subject in subjects { try subject.check([policy], movesStatistics: true) }
    let others = try settings.others.map { try first.state(of: $0) }
    states = [first.state] + others.map(\.state)
    for (i, j) in Self.pairs(of: states.count) {
      _ = try Displacement(from: states[i], to: states[j], moving: .weights)
    }
    var hashes = Dictionary(uniqueKeysWithValues: zip(["corner B", "corner C", "corner D"], others.map(\.hash)))
    hashes["checkpoint"] = first.checkpointHash
    for subject in subjects { hashes["data \(subject.settings.split.rawValue)"] = subject.dataset.fingerprint }
    hashes.merge(try first.statisticsHashes([policy])) { own, _ in own }
    self.hashes = hashes
    self.settings = settings
  }

  /// Letters of the checkpoints, in the order in which they were given.
  static let names = ["A", "B", "C", "D"]

  static func pairs(of count: Int) -> [(Int, Int)] {
    (0..<count).flatMap { i in (i + 1..<count).map { (i, $0) } }
  }

  /// What will be measured, for people.
  public var plan: [String] {
    let first = subjects[0]
    var lines = zip(Self.names, [first.checkpointPath] + settings.others).map { name, path in
      "checkpoint   \(name) \(path)"
    }
    for subject in subjects { lines += subject.linesOfData.filter { !lines.contains($0) } }
    lines.append("batch norm   \(policy.text(for: first))")
    let axis = settings.axis
    lines.append("lines        \(axis.count) points from \(shortText(axis.lower)) to \(shortText(axis.upper))")
    if states.count == 4 {
      let axis = settings.patchAxis
      lines.append(
        "patch        \(axis.count) × \(axis.count) points from \(shortText(axis.lower)) to \(shortText(axis.upper))")
    }
    return lines
  }

  /// Names of the figures of losses along lines and over the patch.
  public var figures: [String] {
    guard states.count == 4 else { return ["path"] }
    let splits = subjects.map(\.settings.split.rawValue)
    return (splits.count == 1 ? ["path"] : splits.map { "path-\($0)" }) + ["patch"]
  }

  /// Measures into the folder at `path`, or goes on with what is there.
  ///
  /// - Returns: What was found; `nil` if the observer ended the run.
  /// - Throws: ``OtherRun`` where the folder holds another run, and errors of the evaluation.
  public func run(
    in path: String, commandLine: [String] = [], observer: any RunObserver
  ) throws -> PathResult? {
    let folder = try RunFolder.openOrMake(path, try description(commandLine: commandLine))
    defer { folder.close() }
    plan.forEach(observer.say)
    var (lines, patches): ([PathResult.Line], [PathResult.Patch]) = ([], [])
    for subject in subjects {
      let work = PathWork(run: self, subject: subject, folder: folder, observer: observer)
      for (i, j) in Self.pairs(of: states.count) {
        guard let line = try work.line(i, j) else { return nil }
        lines.append(line)
      }
      if states.count == 4 {
        guard let patch = try work.patch() else { return nil }
        patches.append(patch)
      }
    }
    let result = PathResult(
      coordinates: settings.axis.snapped, patchCoordinates: settings.patchAxis.snapped, lines: lines,
      patches: patches)
    try atomicWrite(path + "/path.json", try result.json().indentedText + "\n")
    try PathFigures(run: self, result: result).write(to: folder)
    try RunReport(
      of: folder, title: "Straight ways between checkpoints of \(subjects[0].network.name)",
      reading:
        "Losses on the straight lines between checkpoints, in nats. A barrier's height is that of the highest measured "
        + "point between two checkpoints above the higher of them. Batch normalisations use the statistics of the policy "
        + "named below, since those of one end do not fit the way.", findings: result.text, plan: plan
    ).write(to: folder)
    try folder.finish()
    return result
  }

  private func description(commandLine: [String]) throws -> RunDescription {
    var options = subjects[0].options([policy])
    options["split"] = .array(settings.splits.map { .string($0.rawValue) })
    options["examples"] = .array(subjects.map { .integer(Int128($0.exampleCount)) })
    options["axis"] = try JSONValue(encoding: settings.axis)
    options["checkpoints"] = .integer(Int128(states.count))
    if states.count == 4 { options["patchAxis"] = try JSONValue(encoding: settings.patchAxis) }
    return RunDescription(
      kind: "path", options: .object(options), hashes: hashes,
      settings: ["threads": .integer(Int128(subjects[0].settings.threadCount))], commandLine: commandLine,
      versions: Machine.versions, machine: Machine.description)
  }
}
