import Foundation
import Synchronization

/// A run that was asked to end: by Ctrl-C, a terminal that was closed, or a system that shuts down.
struct Interrupted: Error {
  /// How to go on.
  let advice: String
}

/// Whether a signal asked for an end. Ctrl-C for the second time ends the program at once.
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
    // A closed terminal sends it more than once; nohup ignores it, and that must stay.
    var hangUp = sigaction()
    if sigaction(SIGHUP, nil, &hangUp) == 0, !isIgnored(hangUp) {
      sigaddset(&signals, SIGHUP)
      signal(SIGHUP) { _ in Interruption.flag.store(true, ordering: .relaxed) }
    }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  private static func isIgnored(_ action: sigaction) -> Bool {
    // The handler is a C function pointer, and that of "ignore" is the number 1.
    unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
  }
}
