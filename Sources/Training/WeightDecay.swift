import ThalwegCalls
public import ThalwegSurfaces

/// How strongly parameters are drawn to 0, and which are spared.
///
/// Coupled decay adds `d θ` to the gradient, the gradient of `½ d ‖θ‖²`; decoupled decay moves `θ` by
/// `−γ d θ` whatever the gradient's scale. Which of them is meant, each optimiser says.
public struct WeightDecay: Sendable, Equatable {
  /// The factor d, at least 0.
  public let factor: Double
  /// Roles whose tensors don't decay.
  public let exemptRoles: Set<Role>

  /// No decay.
  public static let none = WeightDecay(0)

  /// A decay by `factor ≥ 0`, of all tensors but those with an exempt role.
  public init(_ factor: Double, except exemptRoles: Set<Role> = []) {
    precondition(factor >= 0 && factor.isFinite, "weight decay \(factor) is not a number ≥ 0")
    self.factor = factor
    self.exemptRoles = exemptRoles
  }

  /// Reads `decay` and `exempt`.
  init(_ arguments: inout CallArguments, default factor: Double = 0) throws(CallError) {
    self.factor = try arguments.number("decay", default: factor, in: 0..., expected: "a number ≥ 0")
    exemptRoles = try arguments.roles("exempt") ?? []
  }

  /// The arguments as text.
  var arguments: String {
    let roles = Role.allCases.filter(exemptRoles.contains).map(\.rawValue)
    return roles.isEmpty ? "decay: \(factor)" : "decay: \(factor), exempt: \(roles.joined(separator: " "))"
  }
}
