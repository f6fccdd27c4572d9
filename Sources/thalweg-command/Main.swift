import ArgumentParser
import Foundation
import ThalwegCatalogue

/// The program: parses, runs, and turns whatever was thrown into one line and an exit status.
@main
enum Main {
  static func main() {
    signal(SIGPIPE, SIG_IGN)  // A reader that goes away must not end a long run.
    Console.occupyDescriptors()
    var status: Int32 = 0
    do {
      var command = try ThalwegCommand.parseAsRoot()
      try command.run()
    } catch {
      status = finish(error)
    }
    guard status == 0 else { exit(status) }
    do throws(OutputError) {
      try Console.checkOutput()
    } catch {
      exit(finish(error))
    }
  }

  /// Prints what there is to say and gives the exit status: 1 for bad input, 64 for bad usage.
  private static func finish(_ error: any Error) -> Int32 {
    switch error {
    case let error as Interrupted:
      Console.errorLine("thalweg: interrupted; \(error.advice)")
      return 130
    case let error as SettingError:
      Console.errorLine("thalweg: error: --\(oneLine("\(error)"))")
      return ExitCode.validationFailure.rawValue
    case is UsageError:
      Console.errorLine("thalweg: error: \(oneLine("\(error)"))")
      return ExitCode.validationFailure.rawValue
    default:
      guard isAboutArguments(error) else {
        Console.errorLine("thalweg: error: \(oneLine("\(error)"))")
        return ExitCode.failure.rawValue
      }
      let code = ThalwegCommand.exitCode(for: error).rawValue
      guard code != 0 else {
        Console.line(ThalwegCommand.fullMessage(for: error))
        return 0
      }
      Console.errorLine("thalweg: error: \(oneLine(ThalwegCommand.message(for: error)))")
      return code
    }
  }

  /// Whether the parser threw the error: its own errors, help and the version, which it all throws.
  private static func isAboutArguments(_ error: any Error) -> Bool {
    let code = ThalwegCommand.exitCode(for: error)
    return code == .success || code == .validationFailure
  }

  /// The text on one line.
  private static func oneLine(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }.joined(separator: " ")
  }
}

/// The root of all commands.
struct ThalwegCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "thalweg",
    abstract: "Measures, draws and reshapes loss surfaces of neural networks.",
    discussion: "Begin with: thalweg quickstart",
    version: Machine.version,
    subcommands: [
      QuickstartCommand.self, TrainCommand.self, EvaluateCommand.self, SurfaceCommand.self, SliceCommand.self,
      PathCommand.self, TrajectoryCommand.self, CompareCommand.self, EigenCommand.self, SpectrumCommand.self,
      TraceCommand.self, SimulateCommand.self, ScheduleCommand.self, DrawCommand.self, ExportCommand.self,
      ImportCommand.self,
      InspectCommand.self, NetworksCommand.self,
    ])
}
