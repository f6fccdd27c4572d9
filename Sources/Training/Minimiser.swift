public import ThalwegSurfaces

/// A method that walks on one whole surface until a rule stops it, where an ``Optimiser`` takes single steps
/// on a stream.
///
/// Minimisers are for small problems: formulas and tiny networks on all of their data. They work on copies of
/// all parameters, some on matrices of them. With the same settings, surface and start they give the same
/// bits.
///
/// Evaluations that diverge count as infinitely high: no method ends on one unless it starts there.
public protocol Minimiser<Surface>: Sendable {
  /// The surfaces on which the method works.
  associatedtype Surface

  /// Walks from `start` to a lower point.
  ///
  /// - Parameters:
  ///   - surface: What is minimised.
  ///   - start: The first point. Its buffers stay as they are.
  ///   - limits: When to stop.
  ///   - report: Hears of the first point and of the lowest point so far after each iteration that met a lower one.
  /// - Returns: The lowest point that was met, in the precision of `start`, and why the walk ended.
  /// - Throws: Errors of the surface and of `report`.
  func minimise(
    _ surface: Surface, from start: ModelState, limits: MinimisationLimits,
    report: (MinimisationPoint) throws -> Void
  ) throws -> MinimisationResult
}

extension Minimiser {
  /// Walks from `start` to a lower point, by default until the usual limits.
  public func minimise(
    _ surface: Surface, from start: ModelState, limits: MinimisationLimits = MinimisationLimits()
  ) throws -> MinimisationResult {
    try minimise(surface, from: start, limits: limits, report: { _ in })
  }
}

/// The lowest point that a ``Minimiser`` has met so far.
public struct MinimisationPoint: Sendable, Equatable {
  /// The point.
  public var state: ModelState
  /// The loss there.
  public var loss: Double
  /// Number of iterations made; for population methods, of generations.
  public var iterationCount: Int
}

/// When a ``Minimiser`` stops. What comes first ends the walk.
public struct MinimisationLimits: Sendable, Equatable {
  /// The largest number of iterations; for population methods, of generations.
  public var iterationCount: Int
  /// The number of evaluations, with or without gradient, from which no new iteration begins.
  public var evaluationCount: Int
  /// The loss that is low enough.
  public var loss: Double
  /// The Euclidean norm of the gradient that is small enough. Methods without gradients don't ask.
  public var gradientNorm: Double

  /// Limits; by default 1000 iterations, and a gradient whose norm is 10⁻⁸.
  public init(
    iterationCount: Int = 1000, evaluationCount: Int = .max, loss: Double = -.infinity,
    gradientNorm: Double = 1e-8
  ) {
    precondition(iterationCount >= 0, "\(iterationCount) iterations are less than none")
    precondition(evaluationCount > 0, "\(evaluationCount) evaluations are not enough for the first point")
    precondition(!loss.isNaN, "a loss of NaN is never reached")
    precondition(gradientNorm >= 0, "a norm of \(gradientNorm) is never reached")
    self.iterationCount = iterationCount
    self.evaluationCount = evaluationCount
    self.loss = loss
    self.gradientNorm = gradientNorm
  }
}

/// Why a ``Minimiser`` stopped.
public enum StoppingReason: String, Sendable, Codable {
  /// The gradient is as small as was asked for.
  case gradientIsSmall
  /// The loss is as low as was asked for.
  case lossIsReached
  /// No step that the method can try lowers the loss, which is as much as the rounding of the surface allows.
  case noDescent
  /// The population has shrunk to a point, as far as its numbers can tell.
  case populationCollapsed
  /// The number of iterations is used up.
  case iterationLimit
  /// The number of evaluations is used up.
  case evaluationLimit
  /// The loss or the gradient at the first point is infinite or not a number.
  case divergedAtStart
  /// The task was cancelled.
  case cancelled
}

/// What a ``Minimiser`` came to, and what it cost.
public struct MinimisationResult: Sendable, Equatable {
  /// The lowest point that was met.
  public var state: ModelState
  /// The loss there.
  public var loss: Double
  /// The Euclidean norm of the gradient there; `nil` for methods without gradients.
  public var gradientNorm: Double?
  /// Why the walk ended.
  public var reason: StoppingReason
  /// Number of iterations.
  public var iterationCount: Int
  /// Number of points at which the loss, or the residuals, were asked for, with or without derivatives.
  public var evaluationCount: Int
  /// Number of these at which the gradient, or the Jacobian, was asked for as well.
  public var gradientCount: Int
}
