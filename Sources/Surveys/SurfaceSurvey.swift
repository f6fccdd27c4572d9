public import ThalwegSurfaces

/// How a survey ended.
public enum SurveyOutcome: Sendable, Equatable {
  /// Every point asked for is measured and reported.
  case finished
  /// The survey was cancelled; the points measured until then are reported.
  case cancelled
}

/// Measures a surface over a grid of any number of axes; a slice is a grid of one.
///
/// One scratch state moves from point to point: the points are never built all at once, and the centre is
/// only read. A point's result depends on nothing but the point, so any subset can be measured at any time,
/// in any order.
public struct SurfaceSurvey: Sendable {
  /// The points.
  public let grid: any PointGrid
  /// The order of measurement.
  public let order: PointOrder
  /// How many points are reported together.
  public let blockSize: Int
  /// For what standard errors stand.
  public let samplingError: SamplingError
  /// The loss of each example at the centre, with which points are compared example by example; empty compares none.
  public var centreLosses: [Double] = []

  /// A survey of `grid`.
  public init(
    _ grid: any PointGrid, order: PointOrder = .sequential, blockSize: Int = 16,
    samplingError: SamplingError = .population
  ) {
    precondition(blockSize > 0, "blocks of \(blockSize) points report nothing")
    self.grid = grid
    self.order = order
    self.blockSize = blockSize
    self.samplingError = samplingError
  }

  /// A survey along `directions` from `centre`, one axis for each.
  public init(
    centre: ModelState, directions: [Displacement], axes: [Axis], order: PointOrder = .sequential,
    blockSize: Int = 16, samplingError: SamplingError = .population
  ) {
    self.init(
      AffineGrid(centre: centre, directions: directions, coordinates: axes.map(\.coordinates)), order: order,
      blockSize: blockSize, samplingError: samplingError)
  }

  /// Measures the points that are still to be measured.
  ///
  /// When the evaluator fails or the survey is cancelled, the points of the block that are done are reported
  /// first.
  ///
  /// - Parameters:
  ///   - pending: Indices of points, without repetition; all of the grid by default.
  ///   - evaluator: Evaluates the surface. It must be this call's own.
  ///   - prepare: Changes a point before it is evaluated, for example its running statistics, or says why it can't be.
  ///   - isCancelled: Asked before every point; by default, whether the task is cancelled.
  ///   - report: Called with each block in the order of measurement. It may store the block; what it throws
  ///     ends the survey.
  /// - Returns: Whether all points were measured.
  /// - Throws: Errors of the grid, the evaluator, `prepare` and `report`.
  /// - Complexity: One evaluation a point.
  public func run(
    pending: [Int]? = nil, with evaluator: any Evaluator,
    prepare: (inout ModelState) throws -> PointHole? = { _ in nil },
    isCancelled: () -> Bool = { Task.isCancelled }, report: ([PointResult]) throws -> Void
  ) throws -> SurveyOutcome {
    let order = sortedIndices(pending)
    var point = grid.centre
    var block: [PointResult] = []
    block.reserveCapacity(blockSize)
    func flush() throws {
      guard !block.isEmpty else { return }
      try report(block)
      block.removeAll(keepingCapacity: true)
    }
    for index in order {
      if isCancelled() {
        try flush()
        return .cancelled
      }
      let result: PointResult
      do {
        try grid.write(index, to: &point)
        if let hole = try prepare(&point) {
          result = PointResult(index: index, hole: hole)
        } else {
          let evaluation = try evaluator.evaluate(at: point)
          result = PointResult(
            index: index, evaluation: evaluation, perExampleLosses: evaluator.perExampleLosses,
            centreLosses: centreLosses, samplingError: samplingError)
        }
      } catch {
        try flush()
        throw error
      }
      block.append(result)
      if block.count == blockSize { try flush() }
    }
    try flush()
    return .finished
  }

  private func sortedIndices(_ pending: [Int]?) -> [Int] {
    let indices = pending ?? Array(0..<grid.count)
    precondition(
      indices.allSatisfy((0..<grid.count).contains), "an index is outside of the grid's \(grid.count) points")
    return order.sorted(indices, counts: grid.coordinates.map(\.count))
  }
}
