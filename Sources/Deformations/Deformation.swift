public import ThalwegSurfaces

/// A function from surfaces to surfaces.
///
/// What comes out is a surface like any other: it can be drawn, measured, descended and deformed again.
public protocol Deformation: Sendable {
  /// The deformed surface. Whatever speaks against it is said when it is first evaluated.
  func apply(to surface: any LossSurface) -> any LossSurface
}

/// A function from streams of fields to streams of fields: what training walks on is changed draw by draw.
public protocol StreamDeformation: Sendable {
  /// How many gradients of the given stream one gradient of the deformed one asks for, so that methods can be
  /// compared at equal cost.
  var gradientsPerStep: Int { get }

  /// The deformed stream.
  ///
  /// - Throws: ``DeformationError`` where the deformation has no meaning.
  func apply(to stream: any FieldStream) throws -> any FieldStream
}

extension StreamDeformation {
  /// One gradient a step, unless a deformation says otherwise.
  public var gradientsPerStep: Int { 1 }
}

/// A deformation that is written as text, such as `LE(1, 0.9)` or `sam(rho: 0.05)`, and read back by a
/// ``DeformationRegistry``. It conforms to ``Deformation``, to ``StreamDeformation`` or to both, and its
/// description is the text that gives it again.
public protocol NamedDeformation: Sendable, CustomStringConvertible {}

/// Why a deformation cannot be used, at all or at one loss. Every description is one line.
public enum DeformationError: Error, Equatable, Sendable {
  /// A loss is outside the losses for which a deformation function is meant.
  case outsideDomain(function: String, loss: Double, domain: LossDomain)
  /// A deformation function does not increase at a loss that was met: the order of losses would not be kept.
  case unusableSlope(function: String, loss: Double, slope: Double)
  /// The second derivative of a deformation function is not finite at a loss that was met.
  case unusableCurvature(function: String, loss: Double)
  /// The deformation changes training streams and no surface.
  case needsStream(deformation: String)
  /// The deformation changes surfaces and no training stream.
  case needsSurface(deformation: String)
  /// The deformation works for a few variables only.
  case tooManyParameters(deformation: String, count: Int, limit: Int)
}

extension DeformationError: CustomStringConvertible {
  /// What was found and what was expected.
  public var description: String {
    switch self {
    case .outsideDomain(let function, let loss, let domain):
      "\(function) is meant for \(domain); the loss is \(numberText(loss))"
    case .unusableSlope(let function, let loss, let slope):
      "\(function) has the slope \(slope) at the loss \(loss); expected a finite slope > 0"
    case .unusableCurvature(let function, let loss):
      "\(function) has no finite second derivative at the loss \(loss)"
    case .needsStream(let deformation):
      "\(deformation) changes the gradients of training and no surface; it cannot be drawn or measured"
    case .needsSurface(let deformation):
      "\(deformation) changes surfaces; it cannot be applied to minibatches"
    case .tooManyParameters(let deformation, let count, let limit):
      "\(deformation) works for up to \(limit) parameters, not for \(count)"
    }
  }
}
