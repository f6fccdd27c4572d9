public import ThalwegSurfaces

/// The matrices whose curvature can be asked for, as users name them.
public enum CurvatureMatrix: String, Sendable, Codable, CaseIterable {
  /// The matrix of second derivatives of the mean loss.
  case hessian
  /// The Hessian without the outputs' own curvature.
  case gaussNewton = "gauss-newton"
  /// The Fisher matrix, by labels drawn from the network's own predictions.
  case fisher
  /// The uncentred covariance of the examples' gradients.
  case empiricalFisher = "empirical-fisher"
  /// The centred covariance of the examples' gradients.
  case covariance
}

/// Which curvature is looked at, and of which parameters.
public struct CurvatureSettings: Sendable, Equatable {
  /// The matrix.
  public var matrix = CurvatureMatrix.hessian
  /// Labels drawn for each example of a Fisher matrix, at least 1.
  public var labelCount = 1
  /// The parameters; the matrix is their block of that of all.
  public var parameters = ParameterSelection.all
  /// Seed of everything random.
  public var seed: UInt64 = 1

  /// The Hessian over all parameters.
  public init() {}

  /// Checks what can be checked without a network.
  ///
  /// - Throws: ``SettingError``.
  public func validate() throws(SettingError) {
    guard (1...1000).contains(labelCount) else {
      throw SettingError("labels", found: "\(labelCount)", expected: "1 to 1000")
    }
  }

  /// The matrix as surfaces know it.
  public var kind: CurvatureKind {
    switch matrix {
    case .hessian: .hessian
    case .gaussNewton: .gaussNewton
    case .fisher: .sampledFisher(seed: seed, sampleCount: labelCount)
    case .empiricalFisher: .gradientCovariance(isCentred: false)
    case .covariance: .gradientCovariance(isCentred: true)
    }
  }
}
