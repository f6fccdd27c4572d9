import Foundation
import Testing

/// The program under test, run as a process of its own.
struct Program {
  /// What a finished process left.
  struct Result {
    let status: Int32
    let output: String
    let errors: String

    /// Whether standard error is exactly one line that begins as errors do.
    var isOneLineError: Bool {
      errors.hasPrefix("thalweg: error: ") && errors.hasSuffix("\n") && errors.filter(\.isNewline).count == 1
    }
  }

  /// The program beside the tests.
  static let path: String? = {
    let candidates =
      [
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
        CommandLine.arguments.first, Bundle.main.executablePath,
      ] + CommandLine.arguments.map { Optional($0) }
    return candidates.compactMap { $0 }.map {
      URL(fileURLWithPath: $0).deletingLastPathComponent().appendingPathComponent("thalweg").path
    }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// The folder with data for tests beside the repository; `nil` where it is absent.
  static let shared: String? = {
    let repository = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let path = repository.deletingLastPathComponent().appendingPathComponent("shared").path
    return FileManager.default.fileExists(atPath: path + "/data/cifar-10/test_batch.bin") ? path : nil
  }()

  let process = Process()
  private let folder: TestFolder  // Kept, for it is removed with the last reference.
  private let outputFile: String
  private let errorFile: String

  /// Starts the program in `folder`. What it says goes to files, so that no pipe can fill up; standard output to
  /// `device`, if one is given.
  init(_ arguments: [String], in folder: TestFolder, output device: String? = nil) throws {
    let path = try #require(Program.path, "the program is not beside the tests")
    let name = UUID().uuidString
    self.folder = folder
    outputFile = folder.path + "/\(name).out"
    errorFile = folder.path + "/\(name).err"
    for file in [outputFile, errorFile] { try Data().write(to: URL(fileURLWithPath: file)) }
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: device ?? outputFile))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errorFile))
    try process.run()
  }

  /// Waits for the end.
  func finish() throws -> Result {
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus, output: try String(contentsOfFile: outputFile, encoding: .utf8),
      errors: try String(contentsOfFile: errorFile, encoding: .utf8))
  }

  /// Waits until a file of the run exists, or the program ends.
  func wait(for file: String) {
    while process.isRunning && !FileManager.default.fileExists(atPath: file) { usleep(2000) }
  }

  /// Waits until the program has said `text`, or ends.
  func wait(toSay text: String) {
    while process.isRunning {
      for file in [outputFile, errorFile] {
        if let said = try? String(contentsOfFile: file, encoding: .utf8), said.contains(text) { return }
      }
      usleep(2000)
    }
  }

  /// Runs the program to its end.
  static func run(_ arguments: String..., in folder: TestFolder) throws -> Result {
    try Program(arguments, in: folder).finish()
  }
}

/// A folder for one test, removed with the object.
final class TestFolder: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/thalweg-command-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of something in the folder.
  func callAsFunction(_ name: String) -> String { path + "/" + name }

  /// The bytes of a file.
  func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)) }
}

/// A training run of `epochs` epochs, each a small part of a second.
func tinyTraining(epochs: Int = 1) -> [String] {
  [
    "train", "--network", "resnet8:width=2", "--data", "shapes:count=200,test=50,size=8", "--epochs",
    "\(epochs)", "--batch", "20", "--threads", "1",
  ]
}
