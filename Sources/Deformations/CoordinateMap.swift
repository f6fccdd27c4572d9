import Foundation

/// A strictly increasing function of one coordinate onto the real line: a parameter `p = g(q)` as a function
/// of the coordinate `q` in which the surface is looked at.
public enum CoordinateMap: Sendable, Equatable {
  /// `p = c q` with c > 0.
  case scale(Double)
  /// `p = sinh q`: distances grow far from the origin.
  case hyperbolicSine
  /// `p = arsinh q`: distances shrink far from the origin.
  case inverseHyperbolicSine
  /// `p = q³`. At `q = 0` the slope is 0, and with it the gradient and the curvature.
  case cube

  /// g(q).
  public func value(_ q: Double) -> Double {
    switch self {
    case .scale(let factor): factor * q
    case .hyperbolicSine: sinh(q)
    case .inverseHyperbolicSine: asinh(q)
    case .cube: q * q * q
    }
  }

  /// g′(q).
  public func slope(_ q: Double) -> Double {
    switch self {
    case .scale(let factor): factor
    case .hyperbolicSine: cosh(q)
    case .inverseHyperbolicSine: 1 / (1 + q * q).squareRoot()
    case .cube: 3 * q * q
    }
  }

  /// g″(q).
  public func curvature(_ q: Double) -> Double {
    switch self {
    case .scale: 0
    case .hyperbolicSine: sinh(q)
    case .inverseHyperbolicSine: -q / ((1 + q * q) * (1 + q * q).squareRoot())
    case .cube: 6 * q
    }
  }

  /// The coordinate `q = g⁻¹(p)`.
  public func inverse(_ p: Double) -> Double {
    switch self {
    case .scale(let factor): p / factor
    case .hyperbolicSine: asinh(p)
    case .inverseHyperbolicSine: sinh(p)
    case .cube: cbrt(p)
    }
  }

  /// The name in texts.
  var name: String {
    switch self {
    case .scale: "scale"
    case .hyperbolicSine: "sinh"
    case .inverseHyperbolicSine: "arsinh"
    case .cube: "cube"
    }
  }
}
