/// The losses for which a deformation function is meant.
public enum LossDomain: Sendable, Equatable, CustomStringConvertible {
  /// Every finite loss.
  case all
  /// Losses not below a bound.
  case atLeast(Double)
  /// Losses above a bound.
  case above(Double)

  /// Whether `loss` is one of them.
  public func contains(_ loss: Double) -> Bool {
    switch self {
    case .all: loss.isFinite
    case .atLeast(let bound): loss >= bound && loss.isFinite
    case .above(let bound): loss > bound && loss.isFinite
    }
  }

  /// In words.
  public var description: String {
    switch self {
    case .all: "finite losses"
    case .atLeast(let bound): "losses ≥ \(bound)"
    case .above(let bound): "losses > \(bound)"
    }
  }
}

/// A function δ of the loss alone that is to increase on all losses met. Applied to a surface by
/// ``FunctionDeformation``, it moves no minimum and keeps the ranking of points, and multiplies every
/// gradient by δ′(ℓ).
///
/// A conforming type states its formulas in a numerically stable form; whether the slope is positive is checked
/// at every loss by ``checkedSlope(at:)``. The description is the text that gives the function again.
///
/// Source: Chen, Jin, Du, Li, Liu, Deforming the Loss Surface.
public protocol DeformationFunction: Sendable, CustomStringConvertible {
  /// Where the formulas have a meaning. Slopes that are not positive inside it are found when they are met.
  var domain: LossDomain { get }
  /// What a user should know before using the function; `nil` if nothing.
  var caution: String? { get }
  /// δ(ℓ).
  func value(at loss: Double) -> Double
  /// δ′(ℓ).
  func slope(at loss: Double) -> Double
  /// δ″(ℓ).
  func curvature(at loss: Double) -> Double
}

extension DeformationFunction {
  /// Every finite loss, unless a function says otherwise.
  public var domain: LossDomain { .all }

  /// Nothing to say.
  public var caution: String? { nil }

  /// δ′(ℓ), known to be finite and positive.
  ///
  /// - Throws: ``DeformationError/outsideDomain(function:loss:domain:)`` and
  ///   ``DeformationError/unusableSlope(function:loss:slope:)``.
  public func checkedSlope(at loss: Double) throws(DeformationError) -> Double {
    guard domain.contains(loss) else {
      throw .outsideDomain(function: description, loss: loss, domain: domain)
    }
    let slope = slope(at: loss)
    guard slope > 0, slope.isFinite else {
      throw .unusableSlope(function: description, loss: loss, slope: slope)
    }
    return slope
  }

  /// δ″(ℓ), known to be finite.
  ///
  /// - Throws: ``DeformationError/unusableCurvature(function:loss:)``.
  public func checkedCurvature(at loss: Double) throws(DeformationError) -> Double {
    let curvature = curvature(at: loss)
    guard curvature.isFinite else { throw .unusableCurvature(function: description, loss: loss) }
    return curvature
  }
}
