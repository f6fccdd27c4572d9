import CMemoryPeak
import Foundation
import ThalwegFuzzing

/// All inputs of one reader, in child processes: a new one where the last has died.
struct Attack {
  let reader: FuzzReader
  let options: FuzzOptions

  /// A child that shows no new input for so long is killed. Much more than the bound, for busy machines.
  private static let patienceSeconds = 20.0

  func run() throws -> Tally {
    guard let numbers = memory_shared(SharedNumber.allCases.count) else {
      throw FuzzOptions.Problem("found no shared memory")
    }
    func value(_ number: SharedNumber) -> Int { Int(numbers[number.rawValue]) }
    var tally = Tally(reader: reader.name)
    var first = 0
    while first < options.count {
      numbers[SharedNumber.current.rawValue] = Int64(first)
      let ending = try runChild(from: first, numbers)
      let current = value(.current)
      if current >= options.count { break }
      if ending == .killed { tally.hung.append(current) } else { tally.crashed.append(current) }
      first = current + 1
      guard tally.crashed.count + tally.hung.count < 200 else { break }
    }
    (tally.accepted, tally.refused, tally.untidy) = (value(.accepted), value(.refused), value(.untidy))
    tally.large = value(.large)
    tally.largest = (value(.mostMemoryInput), value(.mostMemory), value(.mostMemoryLength))
    tally.slowestSeconds = Double(value(.slowestNanoseconds)) / 1e9
    if value(.firstUntidy) > 0 { tally.firstUntidy = value(.firstUntidy) - 1 }
    if value(.firstLarge) > 0 { tally.firstLarge = value(.firstLarge) - 1 }
    if value(.firstSlow) > 0 { tally.hung.append(value(.firstSlow) - 1) }
    return tally
  }

  private enum Ending {
    case ended
    case killed
  }

  private func runChild(from first: Int, _ numbers: UnsafeMutablePointer<Int64>) throws -> Ending {
    let arguments = [
      CommandLine.arguments[0], "--reader", reader.name, "--seed", "\(options.seed)", "--count", "\(options.count)",
      "--first", "\(first)", "--descriptor", "\(memory_shared_descriptor())", "--folder", options.folder + "-child",
    ]
    // Not Foundation's Process, which closes the descriptor that is to be inherited. What a crash prints is dropped.
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    var child: pid_t = 0
    setenv("SWIFT_BACKTRACE", "enable=no", 1)  // A crash is counted, not explained.
    let strings = arguments.map { strdup($0) } + [nil]
    defer { strings.forEach { free($0) } }
    let status = posix_spawn(&child, "/proc/self/exe", &actions, nil, strings, environ)
    guard status == 0 else { throw FuzzOptions.Problem("cannot start a child: \(String(cString: strerror(status)))") }
    var last = (index: Int64(-1), since: ContinuousClock().now)
    while true {
      var code: Int32 = 0
      if waitpid(child, &code, WNOHANG) == child { return .ended }
      let current = numbers[SharedNumber.current.rawValue]
      let now = ContinuousClock().now
      if current != last.index { last = (current, now) }
      if last.since.duration(to: now) > .seconds(Self.patienceSeconds) {
        kill(child, SIGKILL)
        waitpid(child, &code, 0)
        return .killed
      }
      usleep(20_000)
    }
  }
}
