import ThalwegDatasets

/// Makes sense of a comparison's file. Whatever it refuses it refuses with the file and the place.
struct ComparisonReading {
  let path: String
  let spec: ComparisonSpec
  let choices: ComparisonChoices

  private static let usualExampleCount = 1000

  private func failure(_ reason: String) -> ComparisonError { ComparisonError(path: path, reason: reason) }

  /// The data.
  func data() throws -> DatasetSource {
    if let data = choices.data { return data }
    do { return try DatasetSource(spec.settings.data) } catch { throw failure("settings.data: \(error)") }
  }

  /// The seeds, at least one.
  func seeds() throws -> [UInt64] {
    let seeds = choices.seeds ?? spec.seeds
    guard !seeds.isEmpty, Set(seeds).count == seeds.count else {
      let found = seeds.isEmpty ? "none" : seeds.map(String.init).joined(separator: ", ")
      let expected = "at least one, all different"
      guard choices.seeds == nil else { throw SettingError("seeds", found: found, expected: expected) }
      throw failure("seeds: found \(found), expected \(expected)")
    }
    return seeds
  }

  /// The measures and the number of examples.
  func measures() throws -> (all: [CellMeasure], exampleCount: Int) {
    let count = spec.measures?.examples ?? Self.usualExampleCount
    guard count >= 2 else { throw failure("measures.examples: found \(count), expected at least 2") }
    var all: [CellMeasure] = []
    for text in spec.measures?.texts ?? [] {
      do { all.append(try CellMeasure(text)) } catch { throw failure("measures.of: \(error)") }
      guard Set(all).count == all.count else { throw failure("measures.of: found \(text) twice, expected it once") }
    }
    return (all, count)
  }

  /// All arms, each with the arm it is compared with.
  func arms() throws -> [ComparisonArm] {
    let grid = try grid()
    let all = spec.arms + grid.arms
    guard !all.isEmpty else { throw failure("arms: found none, expected at least one, here or in grid") }
    if choices.epochCount != nil, let own = all.first(where: { $0.changes.epochs != nil }) {
      throw SettingError("epochs", found: "arm \(own.name), whose epochs are its own", expected: "no such arm")
    }
    var names: Set<String> = []
    for arm in all {
      try checkName(arm.name)
      guard names.insert(arm.name).inserted else {
        throw failure("arms: found “\(arm.name)” twice, expected different names")
      }
    }
    let common = try commonSettings()
    return try all.map { arm in
      let baseline = names.contains(spec.baseline) ? spec.baseline : grid.baselines[arm.name]
      guard let baseline else {
        throw failure(
          "baseline: found “\(spec.baseline)”, expected one of \(all.map(\.name).joined(separator: ", ")), or one of a "
            + "list of the grid where all arms are the grid's")
      }
      return try resolved(arm, common, baseline: baseline)
    }
  }

  /// Letters, digits, dots, hyphens and underscores, for names are folders'.
  private func checkName(_ name: String) throws(ComparisonError) {
    let isGood = name.utf8.allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "._-".utf8.contains(byte)
    }
    guard isGood, !name.isEmpty, !name.hasPrefix("."), name.utf8.count <= 100 else {
      throw failure("arms: found the name “\(name)”, expected letters, digits, dots, hyphens and underscores")
    }
  }

  /// Every choice of one arm from each list of the grid.
  ///
  /// Where the baseline is an entry of one of the lists, each choice is compared with the one that has it in its place
  /// and is the same otherwise.
  private func grid() throws(ComparisonError) -> (arms: [ComparisonSpec.Arm], baselines: [String: String]) {
    let lists = spec.grid ?? []
    guard lists.allSatisfy({ !$0.isEmpty }), lists.reduce(1, { min($0, 1000) * min($1.count, 1000) }) <= 1000 else {
      throw failure("grid: found \(lists.map(\.count)) arms, expected at least 1 in each list and at most 1000 in all")
    }
    guard !lists.isEmpty else { return ([], [:]) }
    var choices: [[ComparisonSpec.Arm]] = [[]]
    for list in lists { choices = choices.flatMap { choice in list.map { choice + [$0] } } }
    let place = lists.firstIndex { $0.contains { $0.name == spec.baseline } }
    var arms: [ComparisonSpec.Arm] = []
    var baselines: [String: String] = [:]
    for choice in choices {
      var names = choice.map(\.name)
      let name = names.joined(separator: "-")
      var changes = TrainingChanges()
      for arm in choice {
        if let both = arm.changes.changed.first(where: changes.changed.contains) {
          throw failure("grid: found \(both) twice in \(name), expected each setting in one list")
        }
        changes = changes.followed(by: arm.changes)
      }
      arms.append(ComparisonSpec.Arm(name: name, changes: changes))
      guard let place else { continue }
      names[place] = spec.baseline
      baselines[name] = names.joined(separator: "-")
    }
    return (arms, baselines)
  }

  /// The settings of all arms.
  private func commonSettings() throws -> TrainingSettings {
    let common = spec.settings
    guard let network = common.changes.network, let epochs = choices.epochCount ?? common.changes.epochs else {
      throw failure("settings: found no \(common.changes.network == nil ? "network" : "epochs"), expected one")
    }
    var settings = TrainingSettings(network: network, data: try data(), epochCount: epochs)
    do { try common.changes.apply(to: &settings) } catch { throw failure("settings: \(error)") }
    settings.epochCount = epochs
    settings.precision = common.precision ?? settings.precision
    settings.threadCount = choices.threadCount ?? common.threads ?? settings.threadCount
    settings.formats = choices.formats
    return settings
  }

  private func resolved(
    _ arm: ComparisonSpec.Arm, _ common: TrainingSettings, baseline: String
  ) throws -> ComparisonArm {
    var settings = common
    do {
      try arm.changes.apply(to: &settings)
      try settings.validate()
    } catch {
      throw failure("arm \(arm.name): \(error)")
    }
    return ComparisonArm(name: arm.name, changes: arm.changes.texts, baseline: baseline, settings: settings)
  }
}
