import Foundation
public import ThalwegSurfaces

/// The roughness of a surface around a state, averaged over slices along random directions.
///
/// One slice depends on its direction; the mean over several, with its standard error, belongs to the state.
public struct SliceRoughness: Sendable {
  /// The slices' own roughness, in the order of the directions.
  public let slices: [Roughness]

  /// Mean of ``Roughness/value`` over directions.
  public var estimate: Estimate { Roughness.mean(of: slices) }

  /// Measures slices through `centre` along directions `0..<directionCount` of a family.
  ///
  /// - Parameters:
  ///   - evaluator: Evaluates the surface; it must be this call's own.
  ///   - centre: Where the slices meet.
  ///   - directions: The family of directions. Its seed determines the result.
  ///   - directionCount: Number of slices, at least 1; an error needs 2.
  ///   - axis: The coordinates of each slice.
  ///   - isLogarithmic: Whether logarithms of losses are used. A loss that is not positive is then a hole.
  /// - Throws: ``DirectionError``, `CancellationError` when the task is cancelled, and errors of the
  ///   evaluator.
  /// - Complexity: `directionCount · axis.count` evaluations.
  public init(
    of evaluator: any Evaluator, at centre: ModelState, along directions: RandomDirection,
    directionCount: Int,
    axis: Axis, isLogarithmic: Bool = false
  ) throws {
    precondition(directionCount > 0, "\(directionCount) slices have no mean")
    slices = try (0..<directionCount).map { index in
      let survey = SurfaceSurvey(
        centre: centre, directions: [try directions.direction(index, at: centre)], axes: [axis])
      var losses = [Double?](repeating: nil, count: axis.count)
      let outcome = try survey.run(with: evaluator) { block in
        for result in block { losses[result.index] = result.loss }
      }
      guard outcome == .finished else { throw CancellationError() }
      let values = isLogarithmic ? losses.map { $0.flatMap { $0 > 0 ? log($0) : nil } } : losses
      return Roughness(values: values, counts: [axis.count])
    }
  }
}
