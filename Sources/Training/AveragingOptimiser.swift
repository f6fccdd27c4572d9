public import ThalwegCalls
public import ThalwegSurfaces

/// An optimiser that also keeps the mean of the points it passes: `average(sgd(), start: 1000, every: 100)`.
///
/// The inner optimiser moves as if alone. When the number `n` of steps made since the start of the run has
/// reached ``start``, and every ``interval`` steps from there, the point joins the mean:
/// `w̄ ← w̄ + (w − w̄) / (k + 1)` after `k` points. The mean is a vector of double precision in the
/// optimiser's memory, so a resumed run ends with the same mean.
///
/// Only parameters are averaged. Running statistics of normalisations belong to no mean of points: whoever
/// uses the averaged state re-estimates them on data first.
///
/// Source: Izmailov et al. (2018), Averaging weights leads to wider optima and better generalization, UAI.
public struct AveragingOptimiser: NamedOptimiser {
  /// The name in front of the arguments.
  public static let keyword = "average"
  private static let vectorName = "average"
  private static let counterName = "averaged points"

  /// What moves.
  public let inner: any Optimiser
  /// The number of steps after which the first point is taken.
  public let start: Int
  /// The number of steps from point to point.
  public let interval: Int

  /// Averages the points that `inner` has reached after `start ≥ 1` steps and every `interval ≥ 1` steps
  /// later. For the end of every epoch from epoch `e` (counted from 0) these are `(e + 1) · stepsPerEpoch`
  /// and `stepsPerEpoch`.
  public init(_ inner: any Optimiser, start: Int, every interval: Int) {
    precondition(start > 0, "there is no step before \(start)")
    precondition(!(inner is AveragingOptimiser), "the inner optimiser keeps a mean already")
    precondition(interval > 0, "an interval of \(interval) steps is empty")
    self.inner = inner
    self.start = start
    self.interval = interval
  }

  /// Reads the arguments of the optimiser's text.
  public init(_ arguments: inout CallArguments) throws(CallError) {
    guard let start = try arguments.optionalCount("start") else { throw arguments.missing("start") }
    guard start > 0 else { throw arguments.badValue("start", "\(start)", expected: "a whole number ≥ 1") }
    let interval = try arguments.optionalCount("every") ?? 1
    guard interval > 0 else {
      throw arguments.badValue("every", "\(interval)", expected: "a whole number ≥ 1")
    }
    guard let inner = try arguments.optimiser("optimiser") else { throw arguments.missing("optimiser") }
    guard !(inner is AveragingOptimiser) else {
      throw arguments.badValue("optimiser", "\(inner)", expected: "an optimiser that keeps no mean yet")
    }
    self.start = start
    self.interval = interval
    self.inner = inner
  }

  /// The inner optimiser's.
  public var gradientsPerStep: Int { inner.gradientsPerStep }

  /// Makes the inner optimiser's step, and takes the point it led to into the mean when its turn has come.
  public func step(
    _ state: inout ModelState, rate: Double, draw: Draw, using evaluator: any StreamEvaluator,
    memory: inout OptimiserMemory
  ) throws -> Evaluation {
    let evaluation = try inner.step(&state, rate: rate, draw: draw, using: evaluator, memory: &memory)
    let stepCount = draw.step + 1
    guard evaluation.status == .ok, stepCount >= start, (stepCount - start) % interval == 0 else {
      return evaluation
    }
    let count = memory.counters[Self.counterName, default: 0] + 1
    var mean = try memory.take(Self.vectorName, count: state.parameters.count, precision: .double)
    defer { memory.giveBack(mean, as: Self.vectorName) }
    mean.average(state.parameters, share: 1 / Double(count))
    memory.counters[Self.counterName] = count
    return evaluation
  }

  /// The mean of the points so far and their number; `nil` before the first.
  ///
  /// - Parameter snapshot: From a run with an averaging optimiser.
  /// - Returns: A state of the snapshot's precision. Its buffers are those of the snapshot's point, so
  ///   running statistics are yet to be re-estimated.
  public static func average(in snapshot: TrainingSnapshot) -> (state: ModelState, pointCount: Int)? {
    guard
      var mean = snapshot.memory.vectors[vectorName], let count = snapshot.memory.counters[counterName],
      mean.count == snapshot.state.parameters.count
    else { return nil }
    mean.convert(to: snapshot.state.parameters.precision)
    var state = snapshot.state
    state.parameters = mean
    return (state, count)
  }

  /// The optimiser as text; an inner optimiser without a text is written as its type.
  public var description: String { "\(Self.keyword)(\(inner), start: \(start), every: \(interval))" }
}

extension ModelVector {
  /// Moves this vector of double precision by `share` of the way to `point`.
  fileprivate mutating func average(_ point: ModelVector, share: Double) {
    withMutableDoubles { mean in
      switch point.precision {
      case .single:
        point.withFloats { point in
          for i in mean.indices { mean[i] += share * (Double(point[i]) - mean[i]) }
        }
      case .double:
        let point = point.doubles
        for i in mean.indices { mean[i] += share * (point[i] - mean[i]) }
      }
    }
  }
}
