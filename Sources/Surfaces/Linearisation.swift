public import ThalwegSpectra

/// Symmetric matrices over a surface's parameters that describe its shape near a point.
///
/// `H` is the Hessian of the mean loss over `N` examples; `Jᵢ` the Jacobian of example `i`'s outputs, `pᵢ` its predicted
/// probabilities, `gᵢ` the gradient of its loss and `ḡ` their mean.
public enum CurvatureKind: Sendable, Hashable, Codable {
  /// The exact matrix of second derivatives.
  case hessian
  /// `(1/N) Σ Jᵢᵀ Hᵢ Jᵢ` with `Hᵢ` the Hessian of example `i`'s loss in its outputs: the Hessian without the outputs' own
  /// curvature. Positive semidefinite; for softmax and cross entropy it equals the Fisher matrix.
  case gaussNewton
  /// `(1/(N S)) Σᵢ Σₛ ∇ℓ(yᵢₛ) ∇ℓ(yᵢₛ)ᵀ` with labels `yᵢₛ` drawn from `pᵢ`: an unbiased estimate of the Fisher matrix. The
  /// labels are drawn once, by `seed` and example, so this is one fixed matrix.
  case sampledFisher(seed: UInt64, sampleCount: Int)
  /// `(1/N) Σ gᵢ gᵢᵀ` with the data's own labels, also called the empirical Fisher matrix; centred, `ḡ ḡᵀ` less.
  case gradientCovariance(isCentred: Bool)
}

extension CurvatureKind: CustomStringConvertible {
  /// What people call it.
  public var description: String {
    switch self {
    case .hessian: "Hessian"
    case .gaussNewton: "Gauss–Newton matrix"
    case .sampledFisher(_, let count): "Fisher matrix by \(count) sampled label\(count == 1 ? "" : "s") an example"
    case .gradientCovariance(isCentred: false): "gradient covariance, uncentred (empirical Fisher matrix)"
    case .gradientCovariance(isCentred: true): "gradient covariance, centred"
    }
  }
}

/// What is known of a surface near one point. It keeps what many products share; operators come from it.
public protocol Linearisation: AnyObject {
  /// The point.
  var state: ModelState { get }
  /// The value there.
  var primal: Evaluation { get }
  /// The gradient there.
  var gradient: ModelVector { get }
  /// A matrix over the parameters, in the order of the parameter vector.
  ///
  /// - Throws: ``CurvatureError`` when the surface has no such matrix.
  func curvature(_ kind: CurvatureKind) throws -> any SymmetricOperator
}

/// Why a surface has no such matrix.
public enum CurvatureError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The matrix is not defined, for the reason given.
  case undefined(CurvatureKind, reason: String)
  /// The value or the gradient is not finite.
  case diverged(loss: Double)

  /// One line.
  public var description: String {
    switch self {
    case .undefined(let kind, let reason): "no \(kind): \(reason)"
    case .diverged(let loss): "the loss is \(numberText(loss)); its curvature has no meaning"
    }
  }
}
