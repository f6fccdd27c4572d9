public import ThalwegSurfaces

/// For what the error of a mean over examples stands.
public enum SamplingError: Sendable, Hashable, Codable {
  /// For all examples that could have been drawn: `s / √n` over n examples with standard deviation s.
  case population
  /// For the mean over a data set of `count` examples, of which the n at hand are a sample without
  /// replacement: `s / √n · √(1 − n / count)`. It is 0 when all were seen.
  case dataSet(count: Int)

  /// The standard error of the mean of `samples`; `nil` for fewer than two.
  public func standardError(ofMeanOf samples: [Double]) -> Double? { standardError(of: ExampleMoments(of: samples)) }

  /// The standard error of a mean; `nil` for fewer than two examples.
  public func standardError(of moments: ExampleMoments) -> Double? {
    guard moments.count > 1 else { return nil }
    let count = Double(moments.count)
    let error = (moments.squares / (count - 1) / count).squareRoot()
    switch self {
    case .population:
      return error
    case .dataSet(let size):
      precondition(moments.count <= size, "\(moments.count) examples of a data set of \(size)")
      return error * (1 - count / Double(size)).squareRoot()
    }
  }
}

/// What a survey found at one point of a grid.
public struct PointResult: Sendable, Equatable, Codable {
  /// The point's index in the grid; the first axis changes fastest.
  public let index: Int
  /// Whether the loss is a number.
  public let status: EvaluationStatus
  /// The surface's value; `nil` exactly when the point has diverged.
  public let loss: Double?
  /// The loss before any deformation; `nil` when it is not finite.
  public let undeformedLoss: Double?
  /// Standard error of the mean of the per-example losses, in the unit of ``undeformedLoss``; `nil` for
  /// surfaces that average nothing and for diverged points.
  public let standardError: Double?
  /// Standard error of the mean difference from the centre's losses, example by example; `nil` where those aren't known.
  public let differenceError: Double?
  /// Number of correctly classified examples; `nil` for formulas.
  public let correctCount: Int?
  /// Number of examples averaged.
  public let exampleCount: Int
  /// Why the point could not be evaluated at all; `nil` when it was.
  public let hole: PointHole?

  /// A point that could not be evaluated.
  public init(index: Int, hole: PointHole) {
    self.index = index
    self.hole = hole
    status = .diverged
    (loss, undeformedLoss, standardError, differenceError, correctCount) = (nil, nil, nil, nil, nil)
    exampleCount = 0
  }

  /// The result of an evaluation.
  ///
  /// - Parameters:
  ///   - index: The point.
  ///   - evaluation: What was found there.
  ///   - perExampleLosses: The losses averaged; empty for surfaces that average nothing.
  ///   - centreLosses: The losses of the same examples at the centre; empty where they aren't known.
  ///   - samplingError: For what the standard error stands.
  public init(
    index: Int, evaluation: Evaluation, perExampleLosses: [Double] = [], centreLosses: [Double] = [],
    samplingError: SamplingError = .population
  ) {
    self.index = index
    hole = nil
    status = evaluation.status
    let isUsable = evaluation.status == .ok
    loss = isUsable ? evaluation.loss : nil
    undeformedLoss = evaluation.undeformedLoss.isFinite ? evaluation.undeformedLoss : nil
    let error = isUsable ? samplingError.standardError(ofMeanOf: perExampleLosses) : nil
    standardError = error.flatMap { $0.isFinite ? $0 : nil }
    let isPaired = isUsable && !centreLosses.isEmpty && centreLosses.count == perExampleLosses.count
    let difference =
      isPaired ? samplingError.standardError(ofMeanOf: zip(perExampleLosses, centreLosses).map { $0 - $1 }) : nil
    differenceError = difference.flatMap { $0.isFinite ? $0 : nil }
    correctCount = evaluation.correctCount
    exampleCount = evaluation.exampleCount
  }
}

extension Sequence<PointResult> {
  /// The losses in grid order; `nil` where a point is missing or has diverged.
  public func losses(count: Int) -> [Double?] {
    var losses = [Double?](repeating: nil, count: count)
    for result in self { losses[result.index] = result.loss }
    return losses
  }
}
