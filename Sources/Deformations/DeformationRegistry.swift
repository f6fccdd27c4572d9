public import ThalwegCalls

/// The deformations that can be written as text.
///
/// ```swift
/// let sharpen = try DeformationRegistry.standard.parse("LE(1, 0.9, cap: 5)")
/// let both = try DeformationRegistry.standard.sequence("AP(18/pi, 1, 2, 1) | sam(rho: 0.05)")
/// let own = try DeformationRegistry.standard.parse("delta: \"ln(exp(l) - 0.9)\"")
/// ```
public struct DeformationRegistry: Sendable {
  /// Reads the arguments of one kind of deformation.
  public typealias Reader =
    @Sendable (inout CallArguments) throws(CallError) -> any NamedDeformation

  private var readers: [String: Reader]

  /// A registry of nothing, for ``adding(_:reader:)``.
  public init() { readers = [:] }

  /// This registry and one more deformation. A keyword that is taken is replaced.
  public func adding(_ keyword: String, reader: @escaping Reader) -> DeformationRegistry {
    var result = self
    result.readers[keyword] = reader
    return result
  }

  /// The names of all deformations in alphabetical order.
  public var keywords: [String] { readers.keys.sorted { ($0.lowercased(), $0) < ($1.lowercased(), $1) } }

  /// Reads one deformation, such as `LE(1, 0.9)`.
  ///
  /// - Throws: ``CallError``, whose description is one line.
  public func parse(_ text: String) throws(CallError) -> any NamedDeformation {
    var arguments = try CallArguments(call: text, kind: .deformation)
    guard let reader = readers[arguments.name] else {
      throw .unknownName(.deformation, arguments.name, known: keywords)
    }
    let deformation = try reader(&arguments)
    try arguments.finish()
    return deformation
  }

  /// Reads deformations separated by `|`; the first is applied first.
  ///
  /// - Throws: ``CallError``, whose description is one line.
  public func sequence(_ text: String) throws(CallError) -> DeformationSequence {
    var steps: [any NamedDeformation] = []
    for piece in try calls(in: text, between: "|", kind: .deformation) {
      steps.append(try parse(piece))
    }
    return DeformationSequence(steps)
  }
}
