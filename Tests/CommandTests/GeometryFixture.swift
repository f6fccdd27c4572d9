import Foundation
import Testing
import ThalwegStores

/// Four checkpoints of a network with batch normalisation, trained once for several tests.
struct GeometryFixture {
  static let shared = Result { try GeometryFixture() }

  let folder: TestFolder

  private init() throws {
    folder = try TestFolder()
    let trained = try Program(tinyTraining(epochs: 4) + ["--out", "run"], in: folder).finish()
    try #require(trained.status == 0, "\(trained.errors)")
  }

  /// The path of an epoch's checkpoint.
  static func checkpoint(_ epoch: Int) -> String { "run/checkpoints/epoch-00000\(epoch).safetensors" }

  /// Runs the program on one thread, requires that it succeeds, and gives what it said.
  @discardableResult
  func run(_ arguments: String...) throws -> String {
    let result = try Program(arguments + ["--threads", "1"], in: folder).finish()
    try #require(result.status == 0, "\(result.errors)")
    return result.output
  }

  /// The points of a stored surface.
  func points(_ run: String, _ surface: String = "loss") throws -> [SurfacePoint] {
    try RunFolder.open(folder(run)).surface(named: surface).allPoints()
  }

  /// The loss that `evaluate` finds on the training examples.
  func loss(_ epoch: Int) throws -> Double {
    let text = try run("evaluate", Self.checkpoint(epoch), "--split", "train", "--json")
    return try #require(try JSONValue(parsing: text)["loss"]?["value"]?.doubleValue)
  }

  /// Runs a command, kills it once it has said `text`, runs it again into the same folder, and compares the content with
  /// that of a run that was left alone.
  func killedAndResumed(_ arguments: [String], when text: String, figures: [String]) throws {
    let name = UUID().uuidString
    let whole = try Program(arguments + ["--threads", "1", "--out", "whole-\(name)"], in: folder).finish()
    try #require(whole.status == 0, "\(whole.errors)")
    let first = try Program(arguments + ["--threads", "1", "--out", "cut-\(name)"], in: folder)
    first.wait(toSay: text)
    kill(first.process.processIdentifier, SIGKILL)
    #expect(try first.finish().status == SIGKILL, "it was done before it could be killed")
    let second = try Program(arguments + ["--threads", "1", "--out", "cut-\(name)"], in: folder).finish()
    try #require(second.status == 0, "\(second.errors)")
    let digests = try ["whole", "cut"].map { try RunFolder.open(folder("\($0)-\(name)")).contentDigest() }
    #expect(digests[0] == digests[1])
    for figure in figures {
      #expect(try folder.bytes("whole-\(name)/figures/\(figure)") == folder.bytes("cut-\(name)/figures/\(figure)"))
    }
  }

  /// Whether a file lies in the folder.
  func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: folder(name)) }
}
