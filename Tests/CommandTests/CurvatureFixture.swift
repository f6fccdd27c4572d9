import Foundation
import Testing
import ThalwegStores

/// A network of 32 smooth parameters with two checkpoints, trained once for several tests.
struct CurvatureFixture {
  static let shared = Result { try CurvatureFixture() }

  /// Its number of parameters.
  static let dimension = 32

  let folder: TestFolder

  private init() throws {
    folder = try TestFolder()
    let result = try Program(
      [
        "train", "--network", "mlp:2-6-2,tanh", "--data", "spirals", "--epochs", "2", "--rate", "0.1", "--batch",
        "50", "--weight-decay", "0.01", "--threads", "1", "--out", "run",
      ], in: folder
    ).finish()
    try #require(result.status == 0, "\(result.errors)")
  }

  /// Runs a command on 200 examples and gives its JSON.
  func json(_ command: String, _ checkpoint: String = "run", _ options: String..., out: String) throws -> JSONValue {
    let result = try Program(
      [command, checkpoint, "--subset", "200", "--threads", "1", "--json", "--out", out] + options, in: folder
    ).finish()
    try #require(result.status == 0, "\(result.errors)")
    return try JSONValue(parsing: result.output)
  }

  /// The content digest of a run in the folder.
  func digest(_ name: String) throws -> String { try RunFolder.open(folder(name)).contentDigest() }
}

extension JSONValue {
  /// The entries of a list; none for other values.
  var entries: [JSONValue] {
    guard case .array(let entries) = self else { return [] }
    return entries
  }
}

/// A network whose products take some milliseconds, so that a run can be caught in its midst.
struct SlowFixture {
  static let shared = Result { try SlowFixture() }

  let folder: TestFolder

  private init() throws {
    folder = try TestFolder()
    let trained = try Program(tinyTraining() + ["--out", "run"], in: folder).finish()
    try #require(trained.status == 0, "\(trained.errors)")
  }

  /// Runs a command, ends it by a signal once it has said something, and runs it again.
  ///
  /// - Returns: The result of the second run.
  func interrupted(_ arguments: [String], when text: String, by signal: Int32) throws -> Program.Result {
    let first = try Program(arguments, in: folder)
    first.wait(toSay: text)
    kill(first.process.processIdentifier, signal)
    let ended = try first.finish()
    #expect(ended.status != 0, "it was done before it could be ended")
    if signal == SIGTERM { #expect(ended.errors.contains("thalweg: interrupted; ")) }
    return try Program(arguments, in: folder).finish()
  }
}
