public import ThalwegSurfaces

/// (δ, p)-BN-sharpness: how much the loss changes along the worst direction whose length in each scale-free
/// block is the block's own norm, so that scaling a block changes nothing.
///
/// `S(θ) = sup_v ( (1/2δ) ∫_{−δ}^{δ} |ℓ(θ + t v) − ℓ(θ)|^p dt )^{1/p}` over all v with `‖vᵢ‖ = ‖θᵢ‖` in each
/// block of ``ParameterBlocks``. A block that is zero stays zero.
///
/// Needs batch statistics, or running statistics that are scaled along; and one fixed batch or data set.
///
/// Source: Yi, Zhang, Chen, Ma, Liu (2021), arXiv 2101.02944, whose published text lacks the formulas; they
/// were derived anew.
public struct BNSharpness: Sendable, Equatable {
  /// The length of a direction in the block of everything that is not scale-free.
  public enum RestLength: String, Sendable, CaseIterable {
    /// The block's own norm.
    case norm
    /// 1.
    case unit
    /// 0: the block is left out.
    case excluded
  }

  /// How directions are searched: ascent on the product of spheres with a step that adapts itself.
  public struct Search: Sendable, Equatable {
    /// Largest number of steps; 0 keeps the direction of the gradient.
    public var stepCount = 100
    /// The search ends when the slope along the spheres is below this share of S.
    public var tolerance = 1e-8
    /// Number of searches from random directions besides the one from the gradient.
    public var restartCount = 0
    /// Seed of the random directions.
    public var seed: UInt64 = 0

    /// The default search.
    public init() {}

    /// No search: the direction of the gradient in each block, the cheap sharpest direction.
    public static let gradientDirection: Search = {
      var search = Search()
      search.stepCount = 0
      return search
    }()
  }

  /// δ, above 0.
  public var radius: Double
  /// p, at least 1.
  public var exponent: Double
  /// Whether the integral is divided by 2δ. Without, values are `(2δ)^{1/p}` times as large.
  public var isNormalised = true
  /// The length of directions in the last block.
  public var restLength = RestLength.norm
  /// Quadrature nodes on each side of 0; 0 for the cheap mode with t = ±δ only.
  public var nodeCount = 8
  /// The search for v.
  public var search = Search()

  /// The measure with δ and p.
  public init(radius: Double = 1e-3, exponent: Double = 2) {
    precondition(radius > 0 && radius.isFinite && exponent >= 1, "δ = \(radius) and p = \(exponent)")
    self.radius = radius
    self.exponent = exponent
  }

  /// The sharpness at `state`, with the direction that was found.
  ///
  /// - Throws: What the surface throws, and `CurvatureError.diverged` where its loss is not finite.
  /// - Complexity: Two gradients, `2 nodeCount` values, and for each step of a search about `2 nodeCount`
  ///   gradients and twice as many values.
  public func measure(_ surface: any LossSurface, at state: ModelState) throws -> BNSharpnessResult {
    try SharpnessProbe(self, evaluator: surface.makeEvaluator(), space: surface.space, at: state).measure()
  }

  /// S along one direction, whose length is taken as it is.
  public func value(of surface: any LossSurface, at state: ModelState, along direction: ModelVector) throws
    -> Double
  {
    try SharpnessProbe(self, evaluator: surface.makeEvaluator(), space: surface.space, at: state).value(
      along: direction)
  }

  /// The gradient of S at `state` where `direction` is the worst one.
  public func gradient(
    of surface: any LossSurface, at state: ModelState, along direction: ModelVector, kind: BNSharpnessGradient
  ) throws -> ModelVector {
    try SharpnessProbe(self, evaluator: surface.makeEvaluator(), space: surface.space, at: state)
      .gradients(along: direction).combined(kind)
  }
}

/// Which derivative of BN-sharpness is meant.
public enum BNSharpnessGradient: String, Sendable, CaseIterable {
  /// The direction is held while θ moves. Cheap to think of, and not what differences of S show.
  case held
  /// The direction keeps the lengths of its blocks as θ moves: the derivative of S itself where the direction
  /// is the worst one. It is orthogonal to every scale-free block.
  case total
}

/// What a search for the worst direction found.
public struct BNSharpnessResult: Sendable, Equatable {
  /// S along ``direction``: a lower bound of the supremum.
  public let value: Double
  /// v.
  public let direction: ModelVector
  /// Steps of the search that led to it.
  public let stepCount: Int
  /// The slope along the unit spheres at the end, as a share of S; 0 at an exact maximum.
  public let relativeSlope: Double
}
