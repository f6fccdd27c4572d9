import Foundation

/// LE: `δ(ℓ) = e₁ ln(e^ℓ − e₂)`.
///
/// Small losses are amplified: the slope `e₁/(1 − e₂ e^−ℓ)` falls from `e₁/(1 − e₂)` at loss 0 to e₁. With e₂
/// = 1 it has no bound, and plain descent cannot settle at loss 0: see ``CappedFunction``.
///
/// Source: Chen, Jin, Du, Li, Liu, Deforming the Loss Surface. As text: `LE(1, 0.9)`.
public struct LogarithmExponential: DeformationFunction, Equatable {
  /// The name in front of the arguments.
  public static let keyword = "LE"
  /// e₁, above 0.
  public let factor: Double
  /// e₂, above 0 and at most 1.
  public let offset: Double

  /// The function with e₁ and e₂.
  public init(_ factor: Double, _ offset: Double) {
    precondition(
      factor > 0 && offset > 0 && offset <= 1, "LE(\(factor), \(offset)) needs e₁ > 0 and 0 < e₂ ≤ 1")
    self.factor = factor
    self.offset = offset
  }

  /// Losses above `ln e₂`.
  public var domain: LossDomain { .above(log(offset)) }

  /// With e₂ = 1 slopes grow without bound towards loss 0.
  public var caution: String? {
    offset == 1 ? "\(self) has unbounded slopes near loss 0: cap them, or take e₂ < 1" : nil
  }

  /// δ(ℓ), without ever forming e^ℓ of a large loss.
  public func value(at loss: Double) -> Double {
    // Half and half at ln 2: below it, e^ℓ − 1 keeps the digits of a small loss.
    loss > 0.6931
      ? factor * (loss + log1p(-offset * exp(-loss))) : factor * log(expm1(loss) + (1 - offset))
  }

  /// δ′(ℓ) = `e₁/(1 − e₂ e^−ℓ)`, written without cancellation for losses ≥ 0.
  public func slope(at loss: Double) -> Double { factor / denominator(loss) }

  /// δ″(ℓ) = `−e₁ e₂ e^−ℓ/(1 − e₂ e^−ℓ)²`.
  public func curvature(at loss: Double) -> Double {
    let d = denominator(loss)
    return -factor * offset * exp(-loss) / d / d
  }

  private func denominator(_ loss: Double) -> Double { -expm1(-loss) + (1 - offset) * exp(-loss) }

  /// The function as text.
  public var description: String { "\(Self.keyword)(\(brief(factor)), \(brief(offset)))" }
}
