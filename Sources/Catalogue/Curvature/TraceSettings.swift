import ThalwegStores

/// The ways to estimate a trace.
public enum TraceMethod: String, Sendable, Codable, CaseIterable {
  /// The mean over independent probes.
  case hutchinson
  /// A sketch of the range first, and Hutchinson's estimate of the rest.
  case hutchPlusPlus = "hutch++"
  /// Every probe serves for the sketch and for the rest.
  case xtrace
}

/// What sums over a spectrum are wanted, and how they are estimated.
public struct TraceSettings: Sendable, Equatable {
  /// The way.
  public var method = TraceMethod.xtrace
  /// Products for the trace, and as many for the diagonal.
  public var productCount = 60
  /// Whether the diagonal is estimated as well.
  public var hasDiagonal = false
  /// The pacGen metric's settings; `nil` for none. It needs the diagonal.
  public var metric: MetricSettings?

  /// A trace from 60 products.
  public init() {}

  /// The pacGen metric of flatness.
  public struct MetricSettings: Sendable, Equatable {
    /// μ: the perturbation's radius relative to the parameter.
    public var relativeRadius = 0.1
    /// ν: the part of the radius that does not depend on the parameter.
    public var absoluteRadius = 0.05
    /// ε: the Lipschitz constant of the Hessian; `nil` estimates it.
    public var lipschitzConstant: Double?
    /// Displacements of the estimate, in units of the length of the selected parameters.
    public var displacement = 0.01
    /// Number of displacements.
    public var directionCount = 8

    /// The settings with which the metric was proposed to be tried.
    public init() {}
  }

  /// Checks the settings.
  ///
  /// - Throws: ``SettingError``.
  public func validate() throws(SettingError) {
    let least = method == .hutchPlusPlus ? 3 : 2
    guard (least...1_000_000).contains(productCount) else {
      throw SettingError("products", found: "\(productCount)", expected: "\(least) to 1000000")
    }
    guard let metric else { return }
    func check(_ value: Double, _ name: String) throws(SettingError) {
      guard value > 0, value.isFinite else {
        throw SettingError(name, found: "\(value)", expected: "a number above 0")
      }
    }
    try check(metric.relativeRadius, "mu")
    try check(metric.absoluteRadius, "nu")
    try check(metric.displacement, "displacement")
    if let constant = metric.lipschitzConstant, !(constant >= 0 && constant.isFinite) {
      throw SettingError("lipschitz", found: "\(constant)", expected: "a number ≥ 0")
    }
    guard (1...100_000).contains(metric.directionCount) else {
      throw SettingError("directions", found: "\(metric.directionCount)", expected: "1 to 100000")
    }
  }

  /// The options that determine the trace; diagonal and metric can be added later.
  var options: [String: JSONValue] {
    ["method": .string(method.rawValue), "products": .integer(Int128(productCount))]
  }

  /// Products of everything that is wanted.
  var totalProducts: Int {
    var total = productCount
    if hasDiagonal || metric != nil { total += productCount }
    if let metric, metric.lipschitzConstant == nil { total += 2 * metric.directionCount }
    return total
  }
}
