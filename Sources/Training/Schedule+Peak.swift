extension Schedule {
  /// The first iteration with the largest rate of a run, and that rate.
  ///
  /// - Complexity: One rate for every iteration.
  public func peak(in horizon: Horizon) -> (step: Int, rate: Double) {
    var best = (step: 0, rate: rate(at: 0, in: horizon))
    for step in 1..<max(1, horizon.iterationCount) {
      let rate = rate(at: step, in: horizon)
      if rate > best.rate { best = (step, rate) }
    }
    return best
  }
}
