import Foundation
import Synchronization

/// Standard output could not take what was to be written.
struct OutputError: Error, CustomStringConvertible {
  /// The system's error code.
  let code: Int32

  var description: String { "cannot write to standard output: \(String(cString: strerror(code)))" }
}

/// Writes lines, unbuffered: what a killed run said is there.
enum Console {
  /// The first error code of standard output; 0 while there was none.
  private static let outputCode = Atomic<Int32>(0)

  /// Occupies the standard descriptors that the program was started without, or files that it opens would get their
  /// numbers and be written into. Writing to such a placeholder fails.
  static func occupyDescriptors() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
      _ = open("/dev/null", O_RDONLY)
    }
  }

  /// Checks that standard output took every line, as far as somebody was there to read them: a reader that left has
  /// what it wanted. A long run goes on without its lines, so that this is asked at the end.
  static func checkOutput() throws(OutputError) {
    let code = outputCode.load(ordering: .relaxed)
    guard code == 0 || code == EPIPE else { throw OutputError(code: code) }
  }

  /// Writes a line of results to standard output.
  static func line(_ text: String) {
    let code = write(text + "\n", to: STDOUT_FILENO)
    if code != 0 { _ = outputCode.compareExchange(expected: 0, desired: code, ordering: .relaxed) }
  }

  /// Writes each sentence as a warning to standard error.
  static func warn(_ sentences: [String]) {
    for sentence in sentences { errorLine("thalweg: warning: \(sentence)") }
  }

  /// Writes a line to standard error.
  static func errorLine(_ text: String) { _ = write(text + "\n", to: STDERR_FILENO) }

  /// Writes to standard error as it is.
  static func errorText(_ text: String) { _ = write(text, to: STDERR_FILENO) }

  /// Writes all of `text`, and gives the system's error code or 0.
  private static func write(_ text: String, to descriptor: Int32) -> Int32 {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return count < 0 ? errno : EIO }
      rest = rest.dropFirst(count)
    }
    return 0
  }
}
