import ThalwegSurfaces

/// The stretch of a line through a point between the nearest maxima of a surface on both sides, which Chen and others
/// call a local M region.
struct Valley {
  /// The lower maximum's place along the line, the point being at 0; at most 0.
  let lower: Double
  /// The upper maximum's place; at least 0.
  let upper: Double

  /// The distance of the maxima.
  var width: Double { upper - lower }

  /// The valley at `point` along the unit vector `direction`.
  ///
  /// - Parameters:
  ///   - reach: How far maxima are looked for.
  ///   - count: Number of values on each side; what is narrower than `reach / count` is passed over.
  /// - Returns: `nil` where one side has no maximum within reach.
  init?(of evaluator: any Evaluator, at point: ModelState, along direction: [Double], reach: Double, count: Int) throws
  {
    let line = Line(evaluator: evaluator, origin: point, direction: direction)
    guard let upper = try line.maximum(step: reach / Double(count), count: count),
      let lower = try line.maximum(step: -reach / Double(count), count: count)
    else { return nil }
    (self.lower, self.upper) = (lower, upper)
  }
}

/// A surface along a line.
private struct Line {
  let evaluator: any Evaluator
  let origin: ModelState
  let direction: [Double]

  func state(_ t: Double) -> ModelState {
    var state = origin
    state.parameters.add(t, ModelVector(direction))
    return state
  }

  func value(_ t: Double) throws -> Double { try evaluator.evaluate(at: state(t)).loss }

  func slope(_ t: Double) throws -> Double {
    var gradient = ModelVector(zeros: direction.count, precision: .double)
    _ = try evaluator.gradient(at: state(t), into: &gradient)
    return gradient.dot(ModelVector(direction))
  }

  /// The place of the first maximum in steps of `step`, which may be negative.
  func maximum(step: Double, count: Int) throws -> Double? {
    var (last, value) = (try value(0), try value(step))
    for index in 1..<count {
      let next = try self.value(Double(index + 1) * step)
      guard next.isFinite else { return nil }
      if value > last, value >= next { return try summit(Double(index - 1) * step, Double(index + 1) * step) }
      (last, value) = (value, next)
    }
    return nil
  }

  /// Where the slope vanishes between `inner` and `outer`, by halving.
  private func summit(_ inner: Double, _ outer: Double) throws -> Double {
    var (inner, outer) = (inner, outer)
    while true {
      let middle = 0.5 * (inner + outer)
      guard middle != inner, middle != outer else { return middle }
      // Towards the summit the surface rises as |t| grows.
      if try slope(middle) * (outer - inner) > 0 { inner = middle } else { outer = middle }
    }
  }
}
