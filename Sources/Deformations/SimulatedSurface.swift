import ThalwegExpressions
public import ThalwegSurfaces

/// The small surfaces on which the literature demonstrates deformations and schedules, by name.
///
/// They are formulas, so whatever is done to a network can be done to them, and the answer is known to many
/// digits.
public enum SimulatedSurface: String, Sendable, CaseIterable {
  /// A sharp and a flat well in two parameters, `[0.2 D(p₁) − 0.5232] [2 D(p₂) − 5.232]`, with D as in
  /// ``sharpAndFlat``: heavy ball is caught in the sharp well without deformation and passes on with `AP(10,
  /// 1, 1, 1)`. It is minutely negative near the sharp well.
  case twoWells = "fig1"
  /// A bowl with many dents in two parameters, `0.12 C(p₁; 0.1, 1.331) C(p₂; 0.158, 1.25)` with
  /// `C(z; s, k) = (s z)² + cos z + sin(3z)/3 + cos(5z)/5 + sin(7z)/7 + k`.
  case dentedBowl = "fig5"
  /// One parameter, `½ (1 − cos 4p) + 0.02 p² + 0.1`: a minimum at 0 between maxima at ±0.789345052617.
  case cosine
  /// One parameter, `0.2 D(z)` with `D(z) = 0.01 (z + ½)² + 1.32 arctan²(z/2 − 2) + arctan²(10 (z + 5))`: a
  /// sharp minimum at −4.99913 and a flat one at 3.86094.
  case sharpAndFlat = "wells"

  /// The formula.
  public var formula: String {
    func wells(_ z: String) -> String {
      "(0.01*(\(z)+0.5)^2 + 1.32*arctan(0.5*\(z)-2)^2 + arctan(10*(\(z)+5))^2)"
    }
    func dents(_ z: String, _ slope: String, _ shift: String) -> String {
      "((\(slope)*\(z))^2 + cos(\(z)) + sin(3*\(z))/3 + cos(5*\(z))/5 + sin(7*\(z))/7 + \(shift))"
    }
    return switch self {
    case .twoWells: "(0.2*\(wells("p1")) - 0.5232)*(2*\(wells("p2")) - 5.232)"
    case .dentedBowl: "0.12*\(dents("p1", "0.1", "1.331"))*\(dents("p2", "0.158", "1.25"))"
    case .cosine: "0.5*(1 - cos(4*p)) + 0.02*p^2 + 0.1"
    case .sharpAndFlat: "0.2*\(wells("z"))"
    }
  }

  /// The variables of the formula.
  public var variables: [String] {
    switch self {
    case .twoWells, .dentedBowl: ["p1", "p2"]
    case .cosine: ["p"]
    case .sharpAndFlat: ["z"]
    }
  }

  /// The point from which the published walks start.
  public var start: [Double] {
    switch self {
    case .twoWells: [-9.5, -10]
    case .dentedBowl: [-6, 11]
    case .cosine: [0.3]
    case .sharpAndFlat: [-5.05]
    }
  }

  /// The surface, with exact gradient and Hessian.
  public var surface: FormulaSurface {
    do {
      return try FormulaSurface(expression: formula, variables: variables)
    } catch {
      preconditionFailure("the formula of \(rawValue): \(error)")  // The formulas stand above.
    }
  }
}
