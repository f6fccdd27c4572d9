import ThalwegSpectra
public import ThalwegSurfaces

/// Looks at a surface in other coordinates: `ℓ̌(q) = ℓ(g(q))`, one increasing function g for every coordinate
/// of the chosen roles.
///
/// Gradient `g′(q) ∇ℓ`, Hessian `diag(g′) H diag(g′) + diag(g″ ∇ℓ)`; the other matrices become `diag(g′) A
/// diag(g′)`. So the curvature at a minimum is whatever one likes, and the value there stays: measures of
/// curvature compare only models with one parametrisation. Buffers are left alone. As text:
/// `coordinates(sinh)`, `coordinates(scale, factor: 2, roles: filter denseWeight)`.
public struct CoordinateDeformation: Deformation, StreamDeformation, NamedDeformation, Equatable {
  /// The name in front of the arguments.
  public static let keyword = "coordinates"
  /// g.
  public let map: CoordinateMap
  /// The roles whose coordinates are changed; `nil` for all that are trained.
  public let roles: Set<Role>?

  /// The change of coordinates by `map`.
  public init(_ map: CoordinateMap, roles: Set<Role>? = nil) {
    if case .scale(let factor) = map {
      precondition(factor > 0 && factor.isFinite, "a scale of \(factor) is not increasing")
    }
    self.map = map
    self.roles = roles
  }

  /// The surface in the new coordinates.
  public func apply(to surface: any LossSurface) -> any LossSurface {
    CoordinateSurface(base: surface, change: change(in: surface.space))
  }

  /// The stream in the new coordinates.
  public func apply(to stream: any FieldStream) -> any FieldStream {
    CoordinateStream(base: stream, change: change(in: stream.space))
  }

  /// The point of the given surface that `state`, a point of the deformed one, stands for: `p = g(q)`.
  public func original(of state: ModelState) -> ModelState {
    var result = state
    let map = map
    for range in change(in: state.space).ranges { result.parameters.transform(over: range) { map.value($0) } }
    return result
  }

  /// The point of the deformed surface for `state`, a point of the given one: `q = g⁻¹(p)`.
  public func deformed(_ state: ModelState) -> ModelState {
    var result = state
    let map = map
    for range in change(in: state.space).ranges {
      result.parameters.transform(over: range) { map.inverse($0) }
    }
    return result
  }

  /// The deformation as text.
  public var description: String {
    var text = "\(Self.keyword)(\(map.name)"
    if case .scale(let factor) = map { text += ", factor: \(brief(factor))" }
    if let roles { text += ", roles: \(listed(roles))" }
    return text + ")"
  }

  private func change(in space: StateSpace) -> CoordinateChange {
    CoordinateChange(
      map: map, ranges: space.parameters.filter { roles?.contains($0.entry.role) ?? true }.map(\.range))
  }
}

/// A change of the coordinates in some ranges of the parameter vector.
private struct CoordinateChange: Sendable {
  let map: CoordinateMap
  let ranges: [Range<Int>]

  func move(_ state: inout ModelState) {
    for range in ranges { state.parameters.transform(over: range) { map.value($0) } }
  }

  func pullBack(_ gradient: inout ModelVector, at state: borrowing ModelState) {
    for range in ranges { gradient.combine(state.parameters, over: range) { $0 * map.slope($1) } }
  }
}

private struct CoordinateSurface: LossSurface {
  let base: any LossSurface
  let change: CoordinateChange

  var space: StateSpace { base.space }

  func makeEvaluator() throws -> any Evaluator {
    CoordinateEvaluator(base: try base.makeEvaluator(), change: change)
  }

  func linearise(at state: ModelState) throws -> any Linearisation {
    var moved = state
    change.move(&moved)
    return CoordinateLinearisation(base: try base.linearise(at: moved), state: state, change: change)
  }
}

private final class CoordinateEvaluator: Evaluator {
  private let base: any Evaluator
  private let change: CoordinateChange
  private var scratch = ScratchState()

  init(base: any Evaluator, change: CoordinateChange) {
    self.base = base
    self.change = change
  }

  var perExampleLosses: [Double] { base.perExampleLosses }

  func evaluate(at state: borrowing ModelState) throws -> Evaluation {
    try scratch.withCopy(of: state) {
      change.move(&$0)
      return try base.evaluate(at: $0)
    }
  }

  func gradient(at state: borrowing ModelState, into gradient: inout ModelVector) throws -> Evaluation {
    let evaluation = try scratch.withCopy(of: state) {
      change.move(&$0)
      return try base.gradient(at: $0, into: &gradient)
    }
    change.pullBack(&gradient, at: state)
    return evaluation
  }
}

private final class CoordinateLinearisation: Linearisation {
  private let base: any Linearisation
  private let change: CoordinateChange
  let state: ModelState
  let gradient: ModelVector

  init(base: any Linearisation, state: ModelState, change: CoordinateChange) {
    self.base = base
    self.change = change
    self.state = state
    var gradient = base.gradient
    change.pullBack(&gradient, at: state)
    self.gradient = gradient
  }

  var primal: Evaluation { base.primal }

  func curvature(_ kind: CurvatureKind) throws -> any SymmetricOperator {
    var scales = [Double](repeating: 1, count: state.parameters.count)
    var shifts = [Double](repeating: 0, count: scales.count)
    for i in change.ranges.joined() {
      scales[i] = change.map.slope(state.parameters[i])
      shifts[i] = change.map.curvature(state.parameters[i]) * base.gradient[i]
    }
    return CongruentOperator(
      try base.curvature(kind), scales: scales, shifts: kind == .hessian ? shifts : nil)
  }
}

private struct CoordinateStream: FieldStream {
  let base: any FieldStream
  let change: CoordinateChange

  var space: StateSpace { base.space }
  var stepsPerEpoch: Int { base.stepsPerEpoch }

  func makeEvaluator() throws -> any StreamEvaluator {
    CoordinateStreamEvaluator(base: try base.makeEvaluator(), change: change)
  }
}

private final class CoordinateStreamEvaluator: StreamEvaluator {
  private let base: any StreamEvaluator
  private let change: CoordinateChange
  private var scratch = ScratchState()

  init(base: any StreamEvaluator, change: CoordinateChange) {
    self.base = base
    self.change = change
  }

  func gradient(
    at state: borrowing ModelState, draw: Draw, into gradient: inout ModelVector
  ) throws -> Evaluation {
    let evaluation = try scratch.withCopy(of: state) {
      change.move(&$0)
      return try base.gradient(at: $0, draw: draw, into: &gradient)
    }
    change.pullBack(&gradient, at: state)
    return evaluation
  }

  func commitBatchStatistics(to state: inout ModelState) { base.commitBatchStatistics(to: &state) }
}
