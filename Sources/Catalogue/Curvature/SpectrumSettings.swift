public import ThalwegFigures
import ThalwegSpectra
import ThalwegStores

/// How a density of eigenvalues is estimated, and what else is wanted with it.
public struct SpectrumSettings: Sendable, Equatable {
  /// Number of random vectors.
  public var drawCount = 10
  /// Products for each of them.
  public var stepCount = 90
  /// The kernel's variance, in units of `max(1, λmax − λmin)`.
  public var relativeVariance = 1e-5
  /// Points at which the density is given; `nil` takes 1000, or as many as tell kernels apart.
  public var gridCount: Int?
  /// Whether the eigenvalues' axis is logarithmic on both sides of zero.
  public var isLogarithmic = false
  /// The size K of the top eigenspace whose share of the gradient's energy is wanted; `nil` for none.
  public var energyCount: Int?
  /// The size K of the top eigenspaces of gradient covariance and matrix whose overlap is wanted; `nil` for none.
  public var overlapCount: Int?
  /// How steps are made, for the limit of stability.
  public var step = StepSettings()
  /// Bound on the memory of a search's basis.
  public var basisBytes = 2 << 30
  /// Whether a training run's folder stands for its last checkpoint alone, and not for all.
  public var usesLastOnly = false
  /// The formats of the figure.
  public var formats = FigureFormat.usual

  /// 10 draws of 90 products.
  public init() {}

  /// Checks the settings.
  ///
  /// - Throws: ``SettingError``.
  public func validate() throws(SettingError) {
    func check(_ value: Int?, _ range: ClosedRange<Int>, _ name: String) throws(SettingError) {
      guard let value, !range.contains(value) else { return }
      throw SettingError(name, found: "\(value)", expected: "\(range.lowerBound) to \(range.upperBound)")
    }
    try check(drawCount, 1...100_000, "draws")
    try check(stepCount, 2...100_000, "steps")
    try check(gridCount, 10...400_000, "grid")
    try check(energyCount, 1...10_000, "energy")
    try check(overlapCount, 1...10_000, "overlap")
    guard relativeVariance > 0, relativeVariance <= 1 else {
      throw SettingError("variance", found: "\(relativeVariance)", expected: "above 0 and at most 1")
    }
    try step.validate()
  }

  /// The draws.
  func quadrature(seed: UInt64) -> StochasticLanczosQuadrature {
    var quadrature = StochasticLanczosQuadrature()
    quadrature.drawCount = drawCount
    quadrature.stepCount = stepCount
    quadrature.seed = seed
    return quadrature
  }

  /// A search for the largest eigenvalues.
  func search(count: Int, seed: UInt64) -> Lanczos {
    var settings = EigenSettings()
    settings.largestCount = count
    settings.smallestCount = 0
    settings.basisBytes = basisBytes
    return settings.search(seed: seed)
  }

  /// The options that determine the draws. How many there are does not: further ones can be added.
  var options: [String: JSONValue] { ["steps": .integer(Int128(stepCount))] }

  /// The kernel's variance for draws of this extent.
  func variance(for extent: ClosedRange<Double>) -> Double {
    relativeVariance * max(1, extent.upperBound - extent.lowerBound)
  }

  /// The points at which the density of draws of this extent is given.
  func axis(for extent: ClosedRange<Double>) -> SpectralAxis {
    let variance = variance(for: extent)
    let deviation = variance.squareRoot()
    if isLogarithmic {
      return .symmetricLogarithmic(
        extent.lowerBound - 5 * deviation...extent.upperBound + 5 * deviation, smallest: deviation / 10,
        countPerSide: (gridCount ?? 1000) / 2)
    }
    let margin = max(0.01, 5 * deviation)
    let range = extent.lowerBound - margin...extent.upperBound + margin
    // Two points a standard deviation: the trapezoidal rule then integrates kernels to all digits.
    let needed = 2 * (range.upperBound - range.lowerBound) / deviation
    return .linear(range, count: gridCount ?? max(1000, Int(min(needed, 100_000))))
  }
}

/// How an optimiser makes steps, which sets a limit to the curvature of minima that hold it.
public struct StepSettings: Sendable, Equatable {
  /// The learning rate; `nil` takes that of the checkpoint's own run.
  public var rate: Double?
  /// The momentum; `nil` takes that of the checkpoint's own run, or else none.
  public var momentum: Double?
  /// Whether momentum is Nesterov's; `nil` takes what the checkpoint's own run has, or else not.
  public var isNesterov: Bool?

  /// All of it from the checkpoint's run.
  public init() {}

  /// Checks the settings.
  ///
  /// - Throws: ``SettingError``.
  public func validate() throws(SettingError) {
    if let rate, !(rate > 0 && rate.isFinite) {
      throw SettingError("rate", found: "\(rate)", expected: "a number above 0")
    }
    if let momentum, !(momentum >= 0 && momentum < 1) {
      throw SettingError("momentum", found: "\(momentum)", expected: "at least 0 and below 1")
    }
  }
}
