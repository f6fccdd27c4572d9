/// `δ(ℓ) = ½ ℓ²`, for losses above 0: the larger the loss, the larger the step. As text: `halfsquare()`.
public struct HalfSquare: DeformationFunction, Equatable {
  /// The name in front of the arguments.
  public static let keyword = "halfsquare"

  /// The function.
  public init() {}

  /// Losses above 0.
  public var domain: LossDomain { .above(0) }

  /// ½ ℓ².
  public func value(at loss: Double) -> Double { 0.5 * loss * loss }

  /// ℓ.
  public func slope(at loss: Double) -> Double { loss }

  /// 1.
  public func curvature(at loss: Double) -> Double { 1 }

  /// The function as text.
  public var description: String { "\(Self.keyword)()" }
}

/// `δ(ℓ) = c ℓ`. For plain descent this is a change of the learning rate; methods that normalise gradients
/// don't notice. As text: `scale(2)`, and `identity()` for c = 1.
public struct ScaleFunction: DeformationFunction, Equatable {
  /// The name in front of the arguments.
  public static let keyword = "scale"
  /// c, above 0.
  public let factor: Double

  /// The function with factor c.
  public init(_ factor: Double) {
    precondition(factor > 0 && factor.isFinite, "scale(\(factor)) needs a factor > 0")
    self.factor = factor
  }

  /// The function that changes nothing, not a bit of a gradient.
  public static let identity = ScaleFunction(1)

  /// c ℓ.
  public func value(at loss: Double) -> Double { factor * loss }

  /// c.
  public func slope(at loss: Double) -> Double { factor }

  /// 0.
  public func curvature(at loss: Double) -> Double { 0 }

  /// The function as text.
  public var description: String { factor == 1 ? "identity()" : "\(Self.keyword)(\(brief(factor)))" }
}
