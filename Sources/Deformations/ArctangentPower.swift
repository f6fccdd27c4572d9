import Foundation

/// AP: `δ(ℓ) = a₁ (arctan(a₂ ℓ))^a₃ + a₄ ℓ`.
///
/// With a₃ = 1 slopes are largest, `a₁ a₂ + a₄`, at loss 0, so that sharp minima near the bottom are left;
/// with a₃ = 2 intermediate losses are amplified most and the slope returns to a₄ at 0. The power is that of
/// the arctangent.
///
/// Source: Chen, Jin, Du, Li, Liu, Deforming the Loss Surface. As text: `AP(18/pi, 1, 2, 1)`.
public struct ArctangentPower: DeformationFunction, Equatable {
  /// The name in front of the arguments.
  public static let keyword = "AP"
  /// a₁, above 0.
  public let amplitude: Double
  /// a₂, above 0.
  public let rate: Double
  /// a₃, above 0. Unless it is a whole number the loss must not be negative.
  public let exponent: Double
  /// a₄, at least 0.
  public let linearPart: Double

  /// The function with a₁ to a₄.
  public init(_ amplitude: Double, _ rate: Double, _ exponent: Double, _ linearPart: Double) {
    precondition(
      amplitude > 0 && rate > 0 && exponent > 0 && linearPart >= 0,
      "AP(\(amplitude), \(rate), \(exponent), \(linearPart)) needs positive numbers; only the last may be 0")
    self.amplitude = amplitude
    self.rate = rate
    self.exponent = exponent
    self.linearPart = linearPart
  }

  /// Losses ≥ 0 if a₃ is no whole number. Even powers lose their slope at some negative loss, which is found
  /// when it is met.
  public var domain: LossDomain { exponent == exponent.rounded() ? .all : .atLeast(0) }

  /// Without a linear part gradients vanish like `1/ℓ²` at large losses.
  public var caution: String? {
    linearPart == 0 ? "\(self) has a₄ = 0: gradients vanish at large losses" : nil
  }

  /// δ(ℓ).
  public func value(at loss: Double) -> Double {
    amplitude * pow(atan(rate * loss), exponent) + linearPart * loss
  }

  /// δ′(ℓ) = `a₁ a₂ a₃ u^(a₃ − 1)/q + a₄` with `u = arctan(a₂ ℓ)`, `q = 1 + (a₂ ℓ)²`.
  public func slope(at loss: Double) -> Double {
    let x = rate * loss
    return amplitude * rate * exponent * pow(atan(x), exponent - 1) / (1 + x * x) + linearPart
  }

  /// δ″(ℓ).
  public func curvature(at loss: Double) -> Double {
    let x = rate * loss
    let q = 1 + x * x
    // The general form is 0/0 at loss 0.
    if exponent == 1 { return -2 * amplitude * rate * rate * (x / q / q) }
    let u = atan(x)
    return amplitude * exponent * rate * rate * pow(u, exponent - 2) * ((exponent - 1) - 2 * x * u) / q / q
  }

  /// The function as text.
  public var description: String {
    "\(Self.keyword)(\(brief(amplitude)), \(brief(rate)), \(brief(exponent)), \(brief(linearPart)))"
  }
}
