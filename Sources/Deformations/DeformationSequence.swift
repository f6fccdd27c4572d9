public import ThalwegSurfaces

/// Deformations one after another: the first is applied first, so a later one sees a deformed surface.
public struct DeformationSequence: StreamDeformation, CustomStringConvertible {
  /// The deformations in order.
  public let steps: [any NamedDeformation]

  /// A sequence; empty, it changes nothing.
  public init(_ steps: [any NamedDeformation]) { self.steps = steps }

  /// The product over all steps.
  public var gradientsPerStep: Int {
    steps.reduce(1) { $0 * (($1 as? any StreamDeformation)?.gradientsPerStep ?? 1) }
  }

  /// Whether a function of the loss is among the steps, which multiplies gradients by its slope.
  public var hasFunction: Bool { steps.contains { $0 is FunctionDeformation } }

  /// Whether points of the deformed surface are others than those of the given one.
  public var movesPoints: Bool { steps.contains { $0 is CoordinateDeformation } }

  /// The point of the given surface that `state`, a point of the deformed one, stands for.
  public func original(of state: ModelState) -> ModelState {
    steps.reversed().reduce(state) { ($1 as? CoordinateDeformation)?.original(of: $0) ?? $0 }
  }

  /// The point of the deformed surface for `state`, a point of the given one.
  public func deformed(_ state: ModelState) -> ModelState {
    steps.reduce(state) { ($1 as? CoordinateDeformation)?.deformed($0) ?? $0 }
  }

  /// What a user should know before using the deformations.
  public var cautions: [String] { steps.compactMap { ($0 as? FunctionDeformation)?.function.caution } }

  /// The deformed surface.
  ///
  /// - Throws: ``DeformationError/needsStream(deformation:)`` for methods that change gradients only.
  public func apply(to surface: any LossSurface) throws(DeformationError) -> any LossSurface {
    var result = surface
    for step in steps {
      guard let deformation = step as? any Deformation else {
        throw .needsStream(deformation: step.description)
      }
      result = deformation.apply(to: result)
    }
    return result
  }

  /// The deformed stream.
  ///
  /// - Throws: ``DeformationError/needsSurface(deformation:)`` for what is defined on whole surfaces only.
  public func apply(to stream: any FieldStream) throws -> any FieldStream {
    var result = stream
    for step in steps {
      guard let deformation = step as? any StreamDeformation else {
        throw DeformationError.needsSurface(deformation: step.description)
      }
      result = try deformation.apply(to: result)
    }
    return result
  }

  /// The sequence as text.
  public var description: String { steps.map(\.description).joined(separator: " | ") }
}
