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

/// The valleys of a surface in one variable, each looked for once.
struct LineValleys {
  private let evaluator: any Evaluator
  private let reach: Double
  private let count: Int
  /// The valley of the last point that had one, and where it lies.
  private var last: (range: ClosedRange<Double>, width: Double)?
  /// From here on there is no maximum above.
  private var noneAbove = Double.infinity
  /// Up to here there is no maximum below.
  private var noneBelow = -Double.infinity

  /// Looks for maxima up to `reach` to both sides, in `count` steps each.
  init(_ evaluator: any Evaluator, reach: Double, count: Int) {
    self.evaluator = evaluator
    self.reach = reach
    self.count = count
  }

  /// The distance of the two maxima between which a point lies; `nil` where one side has none.
  mutating func width(at point: ModelState) throws -> Double? {
    let place = point.parameters[0]
    if let last, last.range.contains(place) { return last.width }
    if place >= noneAbove || place <= noneBelow { return nil }
    let line = Line(evaluator: evaluator, origin: point, direction: [1])
    let upper = try line.maximum(step: reach / Double(count), count: count)
    let lower = try line.maximum(step: -reach / Double(count), count: count)
    if upper == nil { noneAbove = place }
    if lower == nil { noneBelow = place }
    guard let upper, let lower else { return nil }
    last = (place + lower...place + upper, upper - lower)
    return upper - lower
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
