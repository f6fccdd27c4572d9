public import ThalwegCalls

/// What is measured at the end of a training run beside its losses, as text: `eigenvalue()`, `trace(products: 20)`,
/// `bnsharpness(radius: 0.01)`, `perturbation(radius: 0.25, draws: 5)`, `norm()`.
///
/// All but the norm are those of the undeformed loss on the same training examples, without changes of images.
public enum CellMeasure: Sendable, Equatable, Hashable, CustomStringConvertible {
  /// The largest eigenvalue of the Hessian under running statistics.
  case eigenvalue
  /// The trace of the Hessian under running statistics, by XTrace.
  case trace(productCount: Int)
  /// BN-sharpness with p = 2 along the direction of the gradient in each block, under batch statistics.
  case sharpness(radius: Double)
  /// How much the loss under running statistics rises at a distance along filter-normalised random directions, on
  /// average; the same directions, fitted to each network, for all.
  case perturbation(radius: Double, drawCount: Int)
  /// The Euclidean norm of all parameters. Where normalisation makes weights scale-free, doubling them changes no output
  /// but quarters the Hessian in them: what eigenvalues and traces have to be held against.
  case norm

  private static let keywords = ["bnsharpness", "eigenvalue", "norm", "perturbation", "trace"]

  /// Reads a measure.
  ///
  /// - Throws: `CallError`, whose description is one line.
  public init(_ text: String) throws(CallError) {
    var arguments = try CallArguments(call: text, kind: .measure)
    switch arguments.name {
    case "eigenvalue": self = .eigenvalue
    case "trace": self = .trace(productCount: try arguments.count("products", default: 20, atLeast: 4))
    case "bnsharpness": self = .sharpness(radius: try arguments.positive("radius", default: 0.01))
    case "perturbation":
      self = .perturbation(
        radius: try arguments.positive("radius", default: 0.25),
        drawCount: try arguments.count("draws", default: 5, atLeast: 1))
    case "norm": self = .norm
    default: throw .unknownName(.measure, arguments.name, known: Self.keywords)
    }
    try arguments.finish()
  }

  /// The text.
  public var description: String {
    switch self {
    case .eigenvalue: "eigenvalue()"
    case .trace(let count): "trace(products: \(count))"
    case .sharpness(let radius): "bnsharpness(radius: \(radius))"
    case .perturbation(let radius, let count): "perturbation(radius: \(radius), draws: \(count))"
    case .norm: "norm()"
    }
  }

  /// What it is, for people.
  var label: String {
    switch self {
    case .eigenvalue: "largest eigenvalue λ₁"
    case .trace(let count): "trace of the Hessian, \(count) products"
    case .sharpness(let radius): "BN-sharpness, δ = \(shortText(radius))"
    case .perturbation(let radius, _): "rise of the loss at \(shortText(radius)) filter norms"
    case .norm: "norm of the parameters"
    }
  }
}
