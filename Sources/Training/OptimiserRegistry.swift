public import ThalwegCalls

/// The optimisers that can be written as text.
///
/// ```swift
/// let optimiser = try OptimiserRegistry.standard.parse("clip(adam(decay: 1e-4), norm: 1)")
/// ```
public struct OptimiserRegistry: Sendable {
  private let types: [any NamedOptimiser.Type]

  /// The optimisers of this module.
  public static let standard = OptimiserRegistry([
    StochasticGradientDescent.self, RMSprop.self, Adagrad.self, Adadelta.self, Adam.self, AdamW.self,
    RungeKuttaDescent.self, GradientClipping.self, AveragingOptimiser.self,
  ])

  /// A registry of `types`, whose keywords must differ.
  public init(_ types: [any NamedOptimiser.Type]) {
    precondition(Set(types.map { $0.keyword }).count == types.count, "two optimisers have the same keyword")
    self.types = types
  }

  /// This registry and more optimisers.
  public func adding(_ more: any NamedOptimiser.Type...) -> OptimiserRegistry {
    OptimiserRegistry(types + more)
  }

  /// The names of all optimisers in alphabetical order.
  public var keywords: [String] { types.map { $0.keyword }.sorted() }

  /// Reads an optimiser such as `sgd(momentum: 0.9, nesterov: true, decay: 5e-4)`.
  ///
  /// - Throws: ``CallError``, whose description is one line.
  public func parse(_ text: String) throws(CallError) -> any NamedOptimiser {
    var arguments = try CallArguments(call: text, kind: .optimiser, context: CallRegistries(optimisers: self))
    guard let type = types.first(where: { $0.keyword == arguments.name }) else {
      throw .unknownName(.optimiser, arguments.name, known: keywords)
    }
    let optimiser = try type.init(&arguments)
    try arguments.finish()
    return optimiser
  }
}
