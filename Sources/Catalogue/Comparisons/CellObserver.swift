/// Passes on what a cell's run says, under the cell's name.
final class CellObserver: RunObserver {
  private let base: any RunObserver
  private let title: String

  init(_ base: any RunObserver, title: String) {
    self.base = base
    self.title = title
  }

  var isCancelled: Bool { base.isCancelled }

  func say(_ line: String) { base.say("  \(line)") }

  func report(_ progress: RunProgress) {
    var progress = progress
    progress.title = "\(title) \(progress.title)"
    base.report(progress)
  }
}
