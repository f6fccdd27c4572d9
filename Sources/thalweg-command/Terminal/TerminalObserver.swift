import Foundation
import ThalwegCatalogue

/// Shows progress: a bar where standard error is a terminal, now and then a line otherwise.
final class TerminalObserver: RunObserver {
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let clock = ContinuousClock()
  private var lastDrawn: ContinuousClock.Instant?
  private var hasBar = false
  /// Whether there is a line per epoch or step anyway, so that none is needed for progress.
  private let hasOwnLines: Bool
  private var lastTenth: (title: String, tenth: Int)?

  /// Whether its lines go to standard error, since standard output is for JSON alone.
  private let saysToErrors: Bool

  /// An observer; listens for Ctrl-C from now on.
  init(hasOwnLines: Bool = false, saysToErrors: Bool = false) {
    self.hasOwnLines = hasOwnLines
    self.saysToErrors = saysToErrors
    Interruption.listen()
  }

  var isCancelled: Bool { Interruption.isRequested }

  func say(_ line: String) {
    clear()
    saysToErrors ? Console.errorLine(line) : Console.line(line)
  }

  func report(_ progress: RunProgress) {
    if isTerminal {
      draw(progress)
    } else if !hasOwnLines {
      let tenth = Int(10 * progress.done / max(progress.total, 1))
      guard tenth > 0, lastTenth?.title != progress.title || lastTenth?.tenth != tenth else { return }
      lastTenth = (progress.title, tenth)
      Console.errorLine(text(progress))
    }
  }

  /// Removes the bar.
  func clear() {
    guard hasBar else { return }
    Console.errorText("\r\u{1B}[K")
    hasBar = false
  }

  private func draw(_ progress: RunProgress) {
    let now = clock.now
    if let lastDrawn, lastDrawn.duration(to: now) < .milliseconds(100) { return }
    lastDrawn = now
    let share = min(1, progress.done / max(progress.total, 1))
    let width = 24
    let filled = Int(share * Double(width))
    let bar = String(repeating: "━", count: filled) + String(repeating: "·", count: width - filled)
    Console.errorText("\r\u{1B}[K\(bar) \(text(progress))")
    hasBar = true
  }

  private func text(_ progress: RunProgress) -> String {
    var text = "\(progress.title)  \(Int(100 * min(1, progress.done / max(progress.total, 1)))) %"
    if let rate = progress.rate { text += "  \(fixed(rate, rate < 10 ? 1 : 0)) \(progress.unit)/s" }
    if let left = progress.secondsLeft { text += "  \(durationText(left)) left" }
    return text
  }
}
