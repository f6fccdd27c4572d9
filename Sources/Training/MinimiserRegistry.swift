public import ThalwegCalls
public import ThalwegSurfaces

/// A minimiser of surfaces with a text that names it and its settings.
public protocol NamedMinimiser: Minimiser, CustomStringConvertible where Surface == any LossSurface {
  /// The name in front of the arguments.
  static var keyword: String { get }

  /// Reads the arguments of a call by the minimiser's keyword. Arguments that nobody reads are reported by the registry.
  init(_ arguments: inout CallArguments) throws(CallError)
}

/// The minimisers that can be written as text.
///
/// ```swift
/// let minimiser = try MinimiserRegistry.standard.parse("pbilc(deviation: 2, population: 100)")
/// ```
public struct MinimiserRegistry: Sendable {
  private let types: [any NamedMinimiser.Type]

  /// The minimisers of this module.
  public static let standard = MinimiserRegistry([
    LBFGS.self, BinaryPBIL.self, ContinuousPBIL.self, GaussianMixtureSearch.self,
  ])

  /// A registry of `types`, whose keywords must differ.
  public init(_ types: [any NamedMinimiser.Type]) {
    precondition(Set(types.map { $0.keyword }).count == types.count, "two minimisers have the same keyword")
    self.types = types
  }

  /// The names of all minimisers in alphabetical order.
  public var keywords: [String] { types.map { $0.keyword }.sorted() }

  /// Reads a minimiser such as `lbfgs(memory: 10)`.
  ///
  /// - Throws: ``CallError``, whose description is one line.
  public func parse(_ text: String) throws(CallError) -> any NamedMinimiser {
    var arguments = try CallArguments(call: text, kind: .minimiser)
    guard let type = types.first(where: { $0.keyword == arguments.name }) else {
      throw .unknownName(.minimiser, arguments.name, known: keywords)
    }
    let minimiser = try type.init(&arguments)
    try arguments.finish()
    return minimiser
  }
}
