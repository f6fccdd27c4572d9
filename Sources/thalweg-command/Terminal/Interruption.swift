import Foundation
import Synchronization

/// A run that the user ended with Ctrl-C.
struct Interrupted: Error {
  /// How to go on.
  let advice: String
}

/// Whether Ctrl-C was pressed. The second time ends the program at once.
enum Interruption {
  private static let flag = Atomic<Bool>(false)

  /// Whether the user asked for an end.
  static var isRequested: Bool { flag.load(ordering: .relaxed) }

  /// Begins to listen.
  static func listen() {
    flag.store(false, ordering: .relaxed)  // Made here, for a signal handler must not make anything.
    // Whoever started the program may have blocked the signals, which is inherited.
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM] {
      sigaddset(&signals, number)
      signal(number) { number in
        Interruption.flag.store(true, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
    }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }
}
