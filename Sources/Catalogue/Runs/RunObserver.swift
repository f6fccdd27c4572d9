/// How far a long piece of work has come.
public struct RunProgress: Sendable, Equatable {
  /// What is being done, for example `training`.
  public var title: String
  /// Work done, in ``unit``s.
  public var done: Double
  /// All work.
  public var total: Double
  /// What is counted, for example `images`.
  public var unit: String
  /// Units a second in this process; `nil` before anything is known.
  public var rate: Double?

  /// Progress.
  public init(title: String, done: Double, total: Double, unit: String, rate: Double?) {
    self.title = title
    self.done = done
    self.total = total
    self.unit = unit
    self.rate = rate
  }

  /// Seconds that are left at the present rate.
  public var secondsLeft: Double? {
    rate.flatMap { $0 > 0 ? max(0, total - done) / $0 : nil }
  }
}

/// Somebody who watches a run and may end it.
public protocol RunObserver: AnyObject {
  /// Asked often; a run that is told to stop leaves a valid, resumable folder.
  var isCancelled: Bool { get }
  /// A line that belongs to the run's account: its plan, an epoch.
  func say(_ line: String)
  /// Called often, at least once per unit of progress.
  func report(_ progress: RunProgress)
}

/// An observer that hears nothing and lets the run go on.
public final class SilentObserver: RunObserver {
  /// An observer.
  public init() {}
  /// Never.
  public var isCancelled: Bool { false }
  /// Does nothing.
  public func say(_ line: String) {}
  /// Does nothing.
  public func report(_ progress: RunProgress) {}
}

/// How a run ended.
public enum RunEnding: String, Sendable, Equatable {
  /// Everything is done.
  case finished
  /// The observer asked for an end; the folder can be resumed.
  case interrupted
}
