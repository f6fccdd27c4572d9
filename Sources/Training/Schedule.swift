public import ThalwegCalls

/// How long a run is, in the units that schedules count.
public struct Horizon: Sendable, Hashable, Codable {
  /// Number N of all iterations, at least 1.
  public let iterationCount: Int
  /// Number I of iterations in an epoch, at least 1.
  public let iterationsPerEpoch: Int

  /// A run of `iterationCount` iterations.
  public init(iterationCount: Int, iterationsPerEpoch: Int) {
    precondition(
      iterationCount > 0 && iterationsPerEpoch > 0,
      "\(iterationCount) iterations in epochs of \(iterationsPerEpoch) are no run")
    self.iterationCount = iterationCount
    self.iterationsPerEpoch = iterationsPerEpoch
  }

  /// A run of `epochCount` whole epochs.
  public init(epochCount: Int, iterationsPerEpoch: Int) {
    self.init(iterationCount: epochCount * iterationsPerEpoch, iterationsPerEpoch: iterationsPerEpoch)
  }

  /// The epoch of `iteration`, counted from 0.
  public func epoch(of iteration: Int) -> Int { iteration / iterationsPerEpoch }
}

/// How an iteration `i` of N becomes a time `t` in 0...1.
public enum TimeConvention: String, Sendable, Codable, CaseIterable {
  /// `t = i / N`: the last iteration stops short of 1.
  case continuous
  /// `t = i / (N − 1)`: the last iteration uses 1 exactly. A run of one iteration has `t = 0`.
  case inclusive
  /// `t = ⌊i / I⌋ / E`: constant within an epoch, with `E = N / I` epochs.
  case discrete

  /// The time of `iteration`.
  public func time(of iteration: Int, in horizon: Horizon) -> Double {
    switch self {
    case .continuous:
      Double(iteration) / Double(horizon.iterationCount)
    case .inclusive:
      Double(iteration) / Double(max(horizon.iterationCount - 1, 1))
    case .discrete:
      Double(horizon.epoch(of: iteration) * horizon.iterationsPerEpoch) / Double(horizon.iterationCount)
    }
  }
}

/// The learning rate as a function of the iteration.
///
/// A schedule is written as text, `cosine(0.1)`, and read back by a ``ScheduleRegistry``; the text in
/// `description` gives the same schedule again, bit for bit. A new schedule is a new type, handed to
/// ``ScheduleRegistry/adding(_:)`` or listed in ``ScheduleRegistry/standard``.
public protocol Schedule: Sendable, CustomStringConvertible {
  /// The name in front of the arguments.
  static var keyword: String { get }

  /// Reads the arguments of a call by the schedule's keyword. Arguments that nobody reads are reported by the
  /// registry.
  init(_ arguments: inout CallArguments) throws(CallError)

  /// The rate of `iteration`, counted from 0, in a run of the given length.
  func rate(at iteration: Int, in horizon: Horizon) -> Double
}
