/// What a run is: everything that `run.json` says of it except the times.
public struct RunDescription: Codable, Equatable, Sendable {
  /// The kind of run, such as `surface` or `train`.
  public var kind: String
  /// The command line that began the run, for people to read.
  public var commandLine: [String]
  /// The options that determine the result. Part of the ``identity``.
  public var options: JSONValue
  /// Options that change the way but not the result: threads, progress, time budget.
  public var settings: JSONValue
  /// Seeds by purpose. Part of the ``identity``.
  public var seeds: [String: UInt64]
  /// SHA-256 of the data, the checkpoint and other inputs, by purpose. Part of the ``identity``.
  public var hashes: [String: String]
  /// Versions of this program, its libraries and the compiler.
  public var versions: [String: String]
  /// The machine: processor, cores, memory, system.
  public var machine: [String: String]

  /// Describes a run.
  ///
  /// - Parameters:
  ///   - kind: The kind of run.
  ///   - options: The options that determine the result.
  ///   - seeds: Seeds by purpose.
  ///   - hashes: SHA-256 of the inputs, by purpose.
  ///   - settings: Options that do not change the result.
  ///   - commandLine: The command line.
  ///   - versions: Versions of programs and libraries.
  ///   - machine: The machine.
  public init(
    kind: String, options: JSONValue = [:], seeds: [String: UInt64] = [:], hashes: [String: String] = [:],
    settings: JSONValue = [:], commandLine: [String] = [], versions: [String: String] = [:],
    machine: [String: String] = [:]
  ) {
    self.kind = kind
    self.commandLine = commandLine
    self.options = options
    self.settings = settings
    self.seeds = seeds
    self.hashes = hashes
    self.versions = versions
    self.machine = machine
  }

  /// What determines the result: kind, options, seeds and hashes. Two descriptions with equal identities
  /// may share a folder.
  public var identity: JSONValue {
    .object([
      "kind": .string(kind),
      "options": options,
      "seeds": .object(seeds.mapValues { .integer(Int128($0)) }),
      "hashes": .object(hashes.mapValues { .string($0) }),
    ])
  }

  /// The fields in which the identities differ, this one being the found one; the kind comes first, since
  /// another kind of run explains every other difference.
  public func identityDifferences(from expected: RunDescription) -> [FieldDifference] {
    let all = identity.differences(from: expected.identity)
    return all.filter { $0.field == "kind" } + all.filter { $0.field != "kind" }
  }
}

/// When a run was worked on. Texts are ISO 8601 in UTC, to the second.
public struct RunTimes: Codable, Equatable, Sendable {
  /// When the run was begun.
  public var started: String
  /// When it was opened again for writing.
  public var resumed: [String]
  /// When it was finished; `nil` while it is not.
  public var finished: String?
}
